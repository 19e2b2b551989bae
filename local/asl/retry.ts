/** Which retrier or catcher an error meets, and how long a retry waits. */
import type { Retrier } from './definition.ts';

/** The wildcards pass these by: they end the execution unless they are named. */
const notByWildcard: ReadonlySet<string> = new Set(['States.DataLimitExceeded', 'States.Runtime']);

const matches = (errorEquals: readonly string[], error: string): boolean =>
  errorEquals.some((name) => {
    if (name === error) return true;
    if (notByWildcard.has(error)) return false;
    if (name === 'States.Timeout') return error === 'States.HeartbeatTimeout';
    return name === 'States.ALL' || (name === 'States.TaskFailed' && error !== 'States.Timeout');
  });

/** The first that names the error: an exhausted retrier is not passed over for a later one. */
export const handlerOf = <T extends { readonly errorEquals: readonly string[] }>(
  handlers: readonly T[],
  error: string,
): T | undefined => handlers.find(({ errorEquals }) => matches(errorEquals, error));

/**
 * @param attempt 0 for the retrier's first retry
 * @param random 0 ≤ number < 1: with full jitter, the share of the delay that is waited
 */
export const retryDelayMillis = (
  retrier: Retrier,
  attempt: number,
  random: () => number,
): number => {
  const seconds = Math.min(
    retrier.intervalSeconds * retrier.backoffRate ** attempt,
    retrier.maxDelaySeconds,
  );
  return Math.round(seconds * 1_000 * (retrier.fullJitter ? random() : 1));
};
