/** Time that moves only when nothing else can: no test waits. */
import { setImmediate } from 'node:timers/promises';
import type { Timers } from '../../../../local/asl/timers.ts';

export interface VirtualTimers extends Timers {
  /** Resolves after so much virtual time. */
  readonly elapse: (millis: number) => Promise<void>;
  /** Fires the timers in order until the promise is settled. */
  readonly until: <T>(promise: Promise<T>) => Promise<T>;
}

export const startOfTestEpochMillis = Date.UTC(2026, 10, 21, 9);

export const virtualTimers = (): VirtualTimers => {
  let now = startOfTestEpochMillis;
  const pending = new Set<{ readonly at: number; readonly action: () => void }>();
  const schedule = (millis: number, action: () => void): (() => void) => {
    const timer = { at: now + millis, action };
    pending.add(timer);
    return () => {
      pending.delete(timer);
    };
  };
  return {
    nowEpochMillis: () => now,
    schedule,
    elapse: (millis) =>
      new Promise((resolve) => {
        schedule(millis, resolve);
      }),
    until: async (promise) => {
      const settled = new AbortController();
      const settle = (): void => {
        settled.abort();
      };
      promise.then(settle, settle);
      for (;;) {
        await setImmediate();
        if (settled.signal.aborted) return promise;
        const next = [...pending].sort((a, b) => a.at - b.at)[0];
        if (next === undefined) continue;
        pending.delete(next);
        now = next.at;
        next.action();
      }
    },
  };
};
