/** An abort signal that is made when it is asked for: it costs more than the rest of a small task, and few ask. */
export interface LazyAbort {
  readonly signal: () => AbortSignal;
  /** The first reason stands. */
  readonly abort: (reason: unknown) => void;
}

/** Methods: tsx gives each function that is a member's value its name anew, which costs more than to make it. */
export const createLazyAbort = (): LazyAbort => {
  let controller: AbortController | null = null;
  let aborted: { readonly reason: unknown } | null = null;
  return {
    signal() {
      if (controller === null) {
        controller = new AbortController();
        if (aborted !== null) controller.abort(aborted.reason);
      }
      return controller.signal;
    },
    abort(reason) {
      aborted ??= { reason };
      controller?.abort(aborted.reason);
    },
  };
};
