import { describe, expect, it } from '@jest/globals';
import { liveIndex, liveShards } from '../../../../core/revocations/live-index.ts';
import { uuidOfDigest } from '../../../../core/revocations/uuid-of-digest.ts';

// The templates, the machine and the rows that are there already have these names.
describe('the index of live sessions', () => {
  it('has these names', () => {
    expect(liveIndex).toEqual({
      name: 'live',
      attribute: 'liveIn',
      sortAttribute: 'expiresAtEpochSeconds',
      partition: expect.any(Function),
      unfinishedPartition: 'UNFINISHED',
      keptAttributes: ['subject', 'grant', 'rule', 'evidence', 'mintedAtEpochSeconds'],
    });
  });

  it('has a partition for each first digit of a cache key', () => {
    const partitions = Array.from({ length: liveShards }, (_, shard) => liveIndex.partition(shard));
    expect(partitions).toEqual('0123456789abcdef'.split('').map((digit) => `LIVE#${digit}`));
  });
});

describe('an id that follows from what it is for', () => {
  it('is a UUID of version 8 with the digits of the digest', () => {
    expect(uuidOfDigest('0123456789abcdef'.repeat(4))).toBe('01234567-89ab-8def-8123-456789abcdef');
  });
});
