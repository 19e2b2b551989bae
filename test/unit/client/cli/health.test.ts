import { expect, it } from '@jest/globals';
import { checkClock } from '../../../../client/cli/health/broker.ts';

const now = Date.UTC(2026, 10, 21, 8);

it.each([
  [0, 'ok', "agrees with the broker's"],
  [-59, 'ok', "agrees with the broker's"],
  [61, 'warn', '61 s ahead of'],
  [-301, 'fail', '301 s behind'],
])('a clock that is %d s ahead is %s', (aheadSeconds, level, words) => {
  const finding = checkClock(now, now + aheadSeconds * 1000);
  expect(finding.level).toBe(level);
  expect(finding.message).toContain(words);
});

it('says so where the broker told no time', () => {
  expect(checkClock(null, now).level).toBe('warn');
});
