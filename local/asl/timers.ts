/** Time as the interpreter sees it. Tests give a virtual one. */
export interface Timers {
  readonly nowEpochMillis: () => number;
  /** Runs `action` once after `millis`, unless the returned function is called before. */
  readonly schedule: (millis: number, action: () => void) => () => void;
}

/** The process's own timers, on the given clock's time. */
export const processTimers = (clock: { readonly nowEpochMillis: () => number }): Timers => ({
  nowEpochMillis: () => clock.nowEpochMillis(),
  schedule: (millis, action) => {
    const timer = setTimeout(action, millis);
    return () => {
      clearTimeout(timer);
    };
  },
});
