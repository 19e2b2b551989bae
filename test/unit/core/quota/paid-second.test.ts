import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { enterPaidSecond } from '../../../../core/quota/paid-second.ts';
import { nameOfFailure } from '../../../support/fakes/expect-failure.ts';
import { fakeClock } from '../../../support/fakes/fixed-clock.ts';

const second = 1_795_000_000;
const entering = (millisIntoSecond: number) => {
  const clock = fakeClock(second * 1000 + millisIntoSecond);
  return { clock, entered: enterPaidSecond({ clock, timer: clock }, second) };
};

describe('[SEC-11] a call of the second that it was paid for', () => {
  it.each([0, 1, 500, 900])('goes on at once, %d ms into it', async (millis) => {
    const { clock, entered } = entering(millis);
    await entered;
    expect(clock.waits).toEqual([]);
  });

  it.each([1, 250, 1999, 2000])('waits %d ms for it to begin', async (millis) => {
    const { clock, entered } = entering(-millis);
    await entered;
    expect(clock.waits).toEqual([millis]);
  });

  it.each([901, 999, 1000, 60_000])('is not made %d ms after it began', async (millis) => {
    expect(await nameOfFailure(entering(millis).entered)).toBe('Quota.Elapsed');
  });

  it('is not waited for when it is so far off that no machine of ours can have paid for it', async () => {
    expect(await nameOfFailure(entering(-2001).entered)).toBe('Quota.Elapsed');
  });

  it('waits on where the timer is early', async () => {
    const clock = fakeClock(second * 1000 - 100);
    const timer = { wait: (millis: number) => clock.wait(Math.ceil(millis / 2)) };
    await enterPaidSecond({ clock, timer }, second);
    expect(clock.nowEpochMillis()).toBeGreaterThanOrEqual(second * 1000);
  });

  it('never leaves outside of it, nor in its last 100 ms, whenever it comes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: -5000, max: 5000 }), async (millis) => {
        const { clock, entered } = entering(millis);
        const isMade = await entered.then(
          () => true,
          () => false,
        );
        const into = clock.nowEpochMillis() - second * 1000;
        expect(isMade).toBe(into >= 0 && into <= 900);
      }),
    );
  });
});
