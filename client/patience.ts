import { setTimeout as sleep } from 'node:timers/promises';
import { BrokerError } from './broker-error.ts';

export interface Patience {
  /** How long to go on asking a broker that is unavailable, in all; 0 asks once. */
  readonly totalMillis: number;
  /** Told before each wait. */
  readonly onWait?: (waitMillis: number, error: BrokerError) => void;
  readonly sleep?: (millis: number) => Promise<unknown>;
  readonly nowEpochMillis?: () => number;
}

/** Where the broker says nothing: 0.5 s, 1 s, 2 s, 4 s, each with a random part so that a herd spreads. */
const ownWaitMillis = (attempt: number): number =>
  Math.min(4000, 500 * 2 ** attempt) * (0.75 + Math.random() / 2);

/**
 * Asks again while the broker is unavailable, not before `Retry-After` has passed and not beyond the patience.
 * A refusal is never repeated.
 */
export const withPatience = async <T>(call: () => Promise<T>, patience: Patience): Promise<T> => {
  const now = patience.nowEpochMillis ?? Date.now;
  const deadline = now() + patience.totalMillis;
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof BrokerError) || error.kind !== 'unavailable') throw error;
      const waitMillis =
        error.retryAfterSeconds === null
          ? ownWaitMillis(attempt)
          : Math.max(100, error.retryAfterSeconds * 1000);
      if (now() + waitMillis > deadline) throw error;
      patience.onWait?.(waitMillis, error);
      await (patience.sleep ?? sleep)(waitMillis);
    }
  }
};
