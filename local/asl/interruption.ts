/** How an execution, or a branch of it, is stopped while it waits. */
import type { Interrupted } from './errors.ts';

export interface Interruption {
  readonly signal: AbortSignal;
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

export const createInterruption = (): Interruption => {
  const controller = new AbortController();
  const acts = new Set<(reason: Interrupted) => void>();
  let reason: Interrupted | null = null;
  let fail: (error: Interrupted) => void = () => undefined;
  const interrupted = new Promise<never>((_, reject) => {
    fail = reject;
  });
  interrupted.catch(() => undefined);
  const interruption: Interruption = {
    signal: controller.signal,
    reason: () => reason,
    interrupt: (why) => {
      if (reason !== null) return;
      reason = why;
      fail(why);
      controller.abort(why);
      for (const act of acts) act(why);
    },
    during: (promise) => Promise.race([interrupted, promise]),
    onInterrupt: (act) => {
      if (reason !== null) act(reason);
      // Equal functions of two callers are two.
      const own = (why: Interrupted): void => {
        act(why);
      };
      acts.add(own);
      return () => acts.delete(own);
    },
    child: () => {
      const child = createInterruption();
      const forget = interruption.onInterrupt(child.interrupt);
      return { ...child, release: forget };
    },
    release: () => undefined,
  };
  return interruption;
};
