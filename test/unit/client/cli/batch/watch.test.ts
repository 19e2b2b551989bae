import { expect, it } from '@jest/globals';
import { exitCodeOf, lineOf } from '../../../../../client/cli/batch/watch.ts';

const counts = { minted: 3, cached: 1, denied: 0, failed: 0 };

it.each([
  [null, 0, true, 'running 0/?: minted 3, cached 1, denied 0, failed 0'],
  [8, 4, false, 'running 4/8 (50 %): minted 3, cached 1, denied 0, failed 0'],
  [
    8,
    4,
    true,
    `[${'#'.repeat(15)}${'-'.repeat(15)}] running 4/8 (50 %): minted 3, cached 1, denied 0, failed 0`,
  ],
  // Two lines with one subject are counted as done twice at most.
  [8, 9, true, `[${'#'.repeat(30)}] running 9/8 (100 %): minted 3, cached 1, denied 0, failed 0`],
  [0, 0, true, `[${'#'.repeat(30)}] running 0/0 (100 %): minted 3, cached 1, denied 0, failed 0`],
])('progress of %j with %j done (bar: %j)', (total, done, withBar, line) => {
  expect(lineOf({ status: 'running', progress: { total, done }, counts }, withBar)).toBe(line);
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
