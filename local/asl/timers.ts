/** Time as the interpreter sees it. Tests give a virtual one. */
export interface Timers {
  readonly nowEpochMillis: () => number;
  /** Runs `action` once after `millis`, unless the returned function is called before. */
  readonly schedule: (millis: number, action: () => void) => () => void;
  /** Tells each time that the clock was moved, which a timer under way does not see. The result ends that. */
  readonly onMove?: (tell: () => void) => () => void;
}

/** For a clock that somebody moves. */
export interface ClockMoves extends Required<Pick<Timers, 'onMove'>> {
  readonly tell: () => void;
}

export const createClockMoves = (): ClockMoves => {
  const listeners = new Set<() => void>();
  return {
    onMove: (tell) => {
      listeners.add(tell);
      return () => listeners.delete(tell);
    },
    tell: () => {
      for (const listener of [...listeners]) listener();
    },
  };
};

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
