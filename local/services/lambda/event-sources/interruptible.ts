/** Waiting that ends early: for a stop, or because there is news. */
import type { Timers } from '../../../asl/timers.ts';

interface News {
  /** Grows with each news, so that none is missed between a look and a wait. */
  readonly count: () => number;
  readonly tell: () => void;
  /** Until there is more news than the count, the time is over, or it is stopped. */
  readonly after: (count: number, millis: number | null) => Promise<void>;
}

export interface Interruptible {
  readonly isStopped: () => boolean;
  readonly stop: () => void;
  readonly pause: (millis: number) => Promise<void>;
  /** What the work gave; `'stopped'` when the stop came first. */
  readonly orStopped: <T>(work: Promise<T>) => Promise<T | 'stopped'>;
  readonly news: News;
}

export const createInterruptible = (timers: Timers): Interruptible => {
  const waiting = new Set<() => void>();
  let stopped = false;
  let count = 0;
  let endOfAll: () => void = () => undefined;
  const ended = new Promise<'stopped'>((resolve) => {
    endOfAll = () => {
      resolve('stopped');
    };
  });
  const wait = (isOver: () => boolean, millis: number | null): Promise<void> =>
    new Promise((resolve) => {
      let cancel: () => void = () => undefined;
      const finish = (): void => {
        waiting.delete(look);
        cancel();
        resolve();
      };
      const look = (): void => {
        if (stopped || isOver()) finish();
      };
      waiting.add(look);
      if (millis !== null) cancel = timers.schedule(millis, finish);
      look();
    });
  const lookAll = (): void => {
    for (const look of [...waiting]) look();
  };
  return {
    isStopped: () => stopped,
    stop: () => {
      stopped = true;
      endOfAll();
      lookAll();
    },
    pause: (millis) => wait(() => false, millis),
    orStopped: (work) => Promise.race([work, ended]),
    news: {
      count: () => count,
      tell: () => {
        count += 1;
        lookAll();
      },
      after: (seen, millis) => wait(() => count > seen, millis),
    },
  };
};
