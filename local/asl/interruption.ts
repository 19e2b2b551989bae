/** How an execution, or a branch of it, is stopped while it waits. */
import type { Interrupted } from './errors.ts';

export interface Interruption {
  readonly signal: AbortSignal;
  /** Null while it lasts. */
  readonly reason: () => Interrupted | null;
  readonly interrupt: (reason: Interrupted) => void;
  /** The promise's own outcome, or the interruption when that comes first. */
  readonly during: <T>(promise: Promise<T>) => Promise<T>;
  /** One that ends with this one, and can end alone. */
  readonly child: () => Interruption;
}

export const createInterruption = (): Interruption => {
  const controller = new AbortController();
  const children = new Set<Interruption>();
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
      children.forEach((child) => {
        child.interrupt(why);
      });
    },
    during: (promise) => Promise.race([interrupted, promise]),
    child: () => {
      const child = createInterruption();
      if (reason !== null) child.interrupt(reason);
      children.add(child);
      return child;
    },
  };
  return interruption;
};
