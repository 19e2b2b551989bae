import { describe, expect, it } from '@jest/globals';

import { nodeDigest } from '../../../../adapters/digest.ts';
import { cacheKeyOf, type CacheKeyFields } from '../../../../core/cache/cache-key.ts';

const fields: CacheKeyFields = {
  identityPoolId: 'us-east-1:pool',
  developerProvider: 'login.stepkey',
  subject: 'users:a',
  actor: null,
  client: 'app',
  grant: 'own-files',
  roleArn: 'arn:aws:iam::123456789012:role/a',
  sessionPolicyTemplate: null,
  tags: { one: '1', two: '2' },
  durationSeconds: 3600,
};
const keyOf = (changes: Partial<CacheKeyFields> = {}) =>
  cacheKeyOf({ ...fields, ...changes }, nodeDigest);

describe('[SEC-04] a cache key', () => {
  it('is 64 hex characters', () => {
    expect(keyOf()).toMatch(/^[0-9a-f]{64}$/);
  });

  // Entries that are there are found by it: another spelling is another version.
  it('is of one spelling', () => {
    expect(keyOf()).toBe('aef6e4b310f1a968c30cc554a33d62295ba48dcfd1a0961f3153ec9f6b35bdbe');
  });

  it('does not depend on the order of tags', () => {
    expect(keyOf({ tags: { two: '2', one: '1' } })).toBe(keyOf());
  });

  it.each<[string, Partial<CacheKeyFields>]>([
    ['identity pool', { identityPoolId: 'us-east-1:other' }],
    ['developer provider', { developerProvider: 'login.other' }],
    ['subject', { subject: 'users:b' }],
    ['actor', { actor: 'batch' }],
    ['actor, though it be named as none is written', { actor: '-' }],
    ['actor, though it be empty', { actor: '' }],
    ['client', { client: 'cli' }],
    ['grant', { grant: 'team-read' }],
    ['role', { roleArn: 'arn:aws:iam::123456789012:role/b' }],
    ['session policy', { sessionPolicyTemplate: '{}' }],
    ['session policy, though it be empty', { sessionPolicyTemplate: '' }],
    ['value of a tag', { tags: { one: '1', two: '3' } }],
    ['name of a tag', { tags: { one: '1', three: '2' } }],
    ['tag more', { tags: { one: '1', two: '2', three: '' } }],
    ['tag less', { tags: { one: '1' } }],
    ['duration', { durationSeconds: 3601 }],
  ])('is another with another %s', (_, changes) => {
    expect(keyOf(changes)).not.toBe(keyOf());
  });

  it.each<[string, Partial<CacheKeyFields>, Partial<CacheKeyFields>]>([
    ['from client to grant', { client: 'app', grant: 'x' }, { client: 'ap', grant: 'px' }],
    ['from subject to client', { subject: 'a:b', client: 'c' }, { subject: 'a', client: ':bc' }],
    ['from a tag’s name to its value', { tags: { ab: 'c' } }, { tags: { a: 'bc' } }],
    ['from one tag to the next', { tags: { a: 'b', c: 'd' } }, { tags: { a: 'bc', d: '' } }],
    [
      'with a length that pretends to be another’s',
      { client: 'a1:b', grant: 'c' },
      { client: 'a', grant: 'b1:c' },
    ],
  ])('is another when characters move %s', (_, one, other) => {
    expect(keyOf(one)).not.toBe(keyOf(other));
  });
});
