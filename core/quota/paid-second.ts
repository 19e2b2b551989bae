import { StepkeyError } from '../errors.ts';
import type { Clock, Timer } from '../ports.ts';

/**
 * How long before the end of a second its last call may leave: so long a call may be on its way and still
 * arrive in the second that it was paid for. The state TakeQuota pays for the next second from 150 ms
 * before the end, so that what it pays for can still be used.
 */
const onTheWayMillis = 100;

/** More than the clocks of two machines may differ: a payment for a later second was not made by our machine. */
const longestWaitMillis = 2000;

/**
 * Waits for the second that a developer-identity call was paid for. Called right before the call, once per
 * payment, it makes the budget hold for the calls themselves and not only for the decisions to make them.
 * @param paidEpochSecond as the state TakeQuota counted it
 * @throws Quota.Elapsed when that second is over or too far off: nothing was called, and another must be paid for
 */
export const enterPaidSecond = async (
  ports: { readonly clock: Clock; readonly timer: Timer },
  paidEpochSecond: number,
): Promise<void> => {
  // control SEC-11
  const beginsEpochMillis = paidEpochSecond * 1000;
  const earlyMillis = beginsEpochMillis - ports.clock.nowEpochMillis();
  if (earlyMillis > longestWaitMillis) throw new StepkeyError('Quota.Elapsed');
  // A timer may fire a little early.
  while (ports.clock.nowEpochMillis() < beginsEpochMillis) {
    await ports.timer.wait(beginsEpochMillis - ports.clock.nowEpochMillis());
  }
  if (ports.clock.nowEpochMillis() > beginsEpochMillis + 1000 - onTheWayMillis) {
    throw new StepkeyError('Quota.Elapsed');
  }
};
