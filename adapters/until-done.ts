import { StepkeyError, type ErrorName } from '../core/errors.ts';
import type { Timer } from '../core/ports.ts';

/** What an attempt led to, or what is to be said if it was the last one. */
export type Attempt<Result> = { readonly result: Result } | { readonly undone: ErrorName };

/** Waits before each further attempt: 0.25 s in all. */
const waitsMillis = [25, 75, 150];

/**
 * Attempts again what DynamoDB left undone though it answered: the SDK repeats only calls that failed.
 * @throws what the last attempt says; whatever an attempt throws
 */
export const untilDone = async <Result>(
  timer: Timer,
  attempt: () => Promise<Attempt<Result>>,
): Promise<Result> => {
  let attempted = await attempt();
  for (const wait of waitsMillis) {
    if ('result' in attempted) break;
    await timer.wait(wait);
    attempted = await attempt();
  }
  if ('undone' in attempted) throw new StepkeyError(attempted.undone);
  return attempted.result;
};
