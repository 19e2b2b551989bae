/** An abort signal that is made when it is asked for: it costs more than the rest of a small task, and few ask. */
export interface LazyAbort {
  readonly signal: () => AbortSignal;
  /** The first reason stands. */
  readonly abort: (reason: unknown) => void;
}

export const createLazyAbort = (): LazyAbort => {
  let controller: AbortController | null = null;
  let aborted: { readonly reason: unknown } | null = null;
  return {
    signal: () => {
      if (controller === null) {
        controller = new AbortController();
        if (aborted !== null) controller.abort(aborted.reason);
      }
      return controller.signal;
    },
    abort: (reason) => {
      aborted ??= { reason };
      controller?.abort(aborted.reason);
    },
  };
};
