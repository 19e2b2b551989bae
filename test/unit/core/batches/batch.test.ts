import { describe, expect, it } from '@jest/globals';
import { doneOf, isPartial, type BatchStatus } from '../../../../core/batches/batch.ts';

const counts = { minted: 1, cached: 20, denied: 300, failed: 4000 };

describe('a batch', () => {
  it('is done with whoever has an outcome, whichever it is', () => {
    expect(doneOf(counts)).toBe(4321);
  });

  it.each<[BatchStatus, number, boolean]>([
    ['RUNNING', 1, false],
    ['SUCCEEDED', 0, false],
    ['SUCCEEDED', 1, true],
    ['FAILED', 0, true],
    ['CANCELLED', 0, true],
  ])('that is %s with %d failed can be resumed: %s', (status, failed, partial) => {
    expect(isPartial({ status, counts: { ...counts, failed } })).toBe(partial);
  });
});
