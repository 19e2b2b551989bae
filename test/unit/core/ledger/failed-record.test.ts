import { describe, expect, it } from '@jest/globals';
import { inStreamOrder } from '../../../../core/ledger/failed-record.ts';

describe('the order of the stream', () => {
  it('is that of its numbers, however many digits they have', () => {
    const numbers = ['900000000000000000000000002', '7', '900000000000000000000000001', '10', '7'];
    const sorted = numbers
      .map((streamSequenceNumber) => ({ streamSequenceNumber }))
      .sort(inStreamOrder)
      .map(({ streamSequenceNumber }) => streamSequenceNumber);
    expect(sorted).toEqual(['7', '7', '10', '900000000000000000000000001', numbers[0]]);
  });

  it('knows equal numbers', () => {
    const change = { streamSequenceNumber: '12' };
    expect(inStreamOrder(change, { ...change })).toBe(0);
  });
});
