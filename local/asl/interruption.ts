/** How an execution, or a branch of it, is stopped while it waits. */
import type { Interrupted } from './errors.ts';
import { createLazyAbort } from './lazy-abort.ts';

export interface Interruption {
  readonly signal: () => AbortSignal;
  /** Null while it lasts. */
  readonly reason: () => Interrupted | null;
  readonly interrupt: (reason: Interrupted) => void;
  /** The promise's own outcome, or the interruption when that comes first. */
  readonly during: <T>(promise: Promise<T>) => Promise<T>;
  /**
   * Acts at the interruption, at once where it has been; the result takes that back. The signal's own listeners are
   * for few: a Map has a thousand children at a time.
   */
  readonly onInterrupt: (act: (reason: Interrupted) => void) => () => void;
  /** One that ends with this one, and can end alone. Whoever made it releases it. */
  readonly child: () => Interruption;
  /** Its parent forgets it: nothing waits under it any more. */
  readonly release: () => void;
}

/** @param release for one that is a child */
export const createInterruption = (release: () => void = () => undefined): Interruption => {
  const lazy = createLazyAbort();
  // Equal functions of two callers are two.
  const acts = new Set<{ readonly act: (reason: Interrupted) => void }>();
  let reason: Interrupted | null = null;
  const onInterrupt = (act: (reason: Interrupted) => void): (() => void) => {
    if (reason !== null) act(reason);
    const own = { act };
    acts.add(own);
    return () => acts.delete(own);
  };
  return {
    signal: lazy.signal,
    reason: () => reason,
    interrupt: (why) => {
      if (reason !== null) return;
      reason = why;
      lazy.abort(why);
      for (const { act } of acts) act(why);
    },
    during: (promise) =>
      new Promise((resolve, reject) => {
        const forget = onInterrupt((why) => {
          // What the promise came to before the interruption is still its outcome.
          queueMicrotask(() => {
            reject(why);
          });
        });
        promise.then(resolve, reject);
        promise.then(forget, forget);
      }),
    onInterrupt,
    child: () => {
      const child = createInterruption(() => {
        forget();
      });
      const forget = onInterrupt(child.interrupt);
      return child;
    },
    release,
  };
};
