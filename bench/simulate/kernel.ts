/** Virtual time: what is due next happens next, and nobody waits for a real clock. */
import { setImmediate } from 'node:timers/promises';
import type { Clock, Timer } from '../../core/ports.ts';
import type { Timers } from '../../local/asl/timers.ts';

interface Due {
  readonly atMillis: number;
  /** What was scheduled first happens first at the same instant. */
  readonly order: number;
  action: (() => void) | null;
}

export interface Kernel extends Clock, Timer, Timers {
  /** Runs an action at an instant, or now when that has passed. */
  readonly at: (epochMillis: number, action: () => void) => void;
  /** Lets everything happen that is due before the instant, and ends there. */
  readonly runUntil: (epochMillis: number) => Promise<void>;
}

const isBefore = (one: Due, other: Due): boolean =>
  one.atMillis < other.atMillis || (one.atMillis === other.atMillis && one.order < other.order);

/** A binary heap: the simulation's only queue. */
const createQueue = () => {
  const heap: Due[] = [];
  return {
    first: (): Due | undefined => heap[0],
    push: (due: Due): void => {
      let place = heap.length;
      while (place > 0) {
        const above = (place - 1) >> 1;
        const parent = heap[above];
        if (parent === undefined || !isBefore(due, parent)) break;
        heap[place] = parent;
        place = above;
      }
      heap[place] = due;
    },
    shift: (): void => {
      const last = heap.pop();
      if (last === undefined || heap.length === 0) return;
      let place = 0;
      for (;;) {
        let below = 2 * place + 1;
        let child = heap[below];
        if (child === undefined) break;
        const right = heap[below + 1];
        if (right !== undefined && isBefore(right, child)) {
          child = right;
          below += 1;
        }
        if (!isBefore(child, last)) break;
        heap[place] = child;
        place = below;
      }
      heap[place] = last;
    },
  };
};

export const createKernel = (startEpochMillis: number): Kernel => {
  const queue = createQueue();
  let nowMillis = startEpochMillis;
  let scheduled = 0;
  const schedule = (atMillis: number, action: () => void): Due => {
    const due = { atMillis: Math.max(nowMillis, atMillis), order: (scheduled += 1), action };
    queue.push(due);
    return due;
  };
  return {
    nowEpochMillis: () => Math.floor(nowMillis),
    wait: (millis) =>
      new Promise((resolve) => {
        schedule(nowMillis + millis, resolve);
      }),
    schedule: (millis, action) => {
      const due = schedule(nowMillis + millis, action);
      return () => {
        due.action = null;
      };
    },
    at: (epochMillis, action) => {
      schedule(epochMillis, action);
    },
    runUntil: async (epochMillis) => {
      for (let due = queue.first(); due !== undefined; due = queue.first()) {
        if (due.atMillis > epochMillis) break;
        queue.shift();
        if (due.action === null) continue;
        nowMillis = due.atMillis;
        due.action();
        // Everybody who was waiting for this goes on, until all wait for time again.
        await setImmediate();
      }
      nowMillis = epochMillis;
    },
  };
};
