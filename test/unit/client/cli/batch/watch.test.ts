import { describe, expect, it } from '@jest/globals';
import { exitCodeOf, lineOf } from '../../../../../client/cli/batch/watch.ts';

const counts = { minted: 3, cached: 1, denied: 0, failed: 0 };
const rest = 'minted 3, cached 1, denied 0, failed 0';

describe('the line of a batch under way', () => {
  it.each([
    [null, 0, 200, `running 0/?: ${rest}`],
    [8, 4, null, `running 4/8 (50 %): ${rest}`],
    [8, 4, 200, `[${'#'.repeat(15)}${'-'.repeat(15)}] running 4/8 (50 %): ${rest}`],
    // Two lines with one subject are counted as done twice at most.
    [8, 9, 200, `[${'#'.repeat(30)}] running 9/8 (100 %): ${rest}`],
    [0, 0, 200, `[${'#'.repeat(30)}] running 0/0 (100 %): ${rest}`],
    [8, 4, 80, `[${'#'.repeat(9)}${'-'.repeat(9)}] running 4/8 (50 %): ${rest}`],
    [8, 4, 60, `running 4/8 (50 %): ${rest}`],
    [8, 4, 20, 'running 4/8 (50 %):'],
  ])('of %j with %j done, on %j columns', (total, done, columns, line) => {
    expect(lineOf({ status: 'running', progress: { total, done }, counts }, columns)).toBe(line);
  });

  it('fits into every terminal, so that it can be written over', () => {
    const many = { minted: 912_345, cached: 12_345, denied: 1_234, failed: 123 };
    const progress = { total: 1_000_000, done: 926_047 };
    for (let columns = 2; columns <= 200; columns += 1) {
      const line = lineOf({ status: 'running', progress, counts: many }, columns);
      expect(line.length).toBeLessThan(columns);
    }
  });
});

it.each([
  ['succeeded', {}, 0],
  ['succeeded', { denied: 1 }, 8],
  ['succeeded', { failed: 1 }, 8],
  ['failed', {}, 8],
  ['cancelled', {}, 8],
] as const)('a batch that %s, with %j, ends with %d', (status, change, code) => {
  expect(exitCodeOf({ status, counts: { ...counts, ...change } })).toBe(code);
});
