import { setImmediate } from 'node:timers/promises';

import type { Clock, Timer } from '../../../core/ports.ts';
import type { Timers } from '../../../local/asl/timers.ts';

export interface VirtualTime extends Clock, Timer {
  /** The same time, as the interpreter of the state machine wants it. */
  readonly timers: Timers;
  /** Time stands still while this is under way: it is work of the machine that the test runs on. */
  readonly during: <T>(work: Promise<T>) => Promise<T>;
  /** Within such work, what may wait: time may pass in it. */
  readonly waitingFor: <T>(work: () => Promise<T>) => Promise<T>;
  /**
   * Lets time pass, from one timer to the next, until the promise is settled.
   * @param actFirst asked whenever nothing else can happen: true where it had something happen, so that no time passes
   */
  readonly until: <T>(promise: Promise<T>, actFirst?: () => Promise<boolean>) => Promise<T>;
  readonly advance: (millis: number) => Promise<void>;
}

/** For Jest: only the date is the test's, for libraries that ask the system; time passes as the broker's own does. */
export const allButTheDate = [
  ...(['hrtime', 'nextTick', 'performance', 'queueMicrotask'] as const),
  ...(['setImmediate', 'clearImmediate', 'setInterval', 'clearInterval'] as const),
  ...(['setTimeout', 'clearTimeout'] as const),
];

/** Turns of the event loop without work after which nothing can move but time. In one of them reads wait for each other. */
const idleTurns = 5;

/**
 * Time that passes only when nothing else can happen: hours of waiting take no time, and no test depends on how fast
 * the machine is that it runs on.
 * @param tell told of each new instant
 */
export const virtualTime = (
  startEpochMillis: number,
  tell: (nowEpochMillis: number) => void,
): VirtualTime => {
  let now = startEpochMillis;
  let underWay = 0;
  const pending = new Set<{ readonly at: number; readonly action: () => void }>();

  const schedule: Timers['schedule'] = (millis, action) => {
    const timer = { at: now + Math.max(0, millis), action };
    pending.add(timer);
    return () => {
      pending.delete(timer);
    };
  };
  const wait = (millis: number): Promise<void> =>
    new Promise((resolve) => {
      schedule(millis, resolve);
    });
  const idle = async (isOver: () => boolean): Promise<void> => {
    for (let turn = 0; turn < idleTurns && !isOver(); turn += 1) {
      await setImmediate();
      if (underWay > 0) turn = -1;
    }
  };
  const until: VirtualTime['until'] = async (promise, actFirst) => {
    const settled = new AbortController();
    const settle = (): void => {
      settled.abort();
    };
    promise.then(settle, settle);
    const isOver = () => settled.signal.aborted;
    for (;;) {
      await idle(isOver);
      if (isOver()) return promise;
      if (await actFirst?.()) continue;
      const next = [...pending].reduce<{ at: number; action: () => void } | null>(
        (first, timer) => (first === null || timer.at < first.at ? timer : first),
        null,
      );
      if (next === null) throw new Error('nothing is left that could settle the promise');
      pending.delete(next);
      now = next.at;
      tell(now);
      next.action();
    }
  };
  return {
    nowEpochMillis: () => now,
    wait,
    timers: { nowEpochMillis: () => now, schedule },
    during: async (work) => {
      underWay += 1;
      try {
        return await work;
      } finally {
        underWay -= 1;
      }
    },
    waitingFor: async (work) => {
      underWay -= 1;
      try {
        return await work();
      } finally {
        underWay += 1;
      }
    },
    until,
    advance: (millis) => until(wait(millis)),
  };
};
