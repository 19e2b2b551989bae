/** Time as the interpreter sees it. Tests give a virtual one. */
export interface Timers {
  readonly nowEpochMillis: () => number;
  /** Runs `action` once after `millis`, unless the returned function is called before. */
  readonly schedule: (millis: number, action: () => void) => () => void;
}

/** A longer timeout would fire at once; a Wait may last a year. */
const longestTimerMillis = 2 ** 31 - 1;

/** The process's own timers, on the given clock's time. */
export const processTimers = (clock: { readonly nowEpochMillis: () => number }): Timers => ({
  nowEpochMillis: () => clock.nowEpochMillis(),
  schedule: (millis, action) => {
    const end = clock.nowEpochMillis() + millis;
    const wait = (rest: number): NodeJS.Timeout =>
      setTimeout(
        () => {
          if (rest <= longestTimerMillis) action();
          else timer = wait(end - clock.nowEpochMillis());
        },
        Math.min(rest, longestTimerMillis),
      );
    let timer = wait(millis);
    return () => {
      clearTimeout(timer);
    };
  },
});
