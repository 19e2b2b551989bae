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

interface Waiting {
  timeout?: NodeJS.Timeout;
}

/** @param left what is still to wait when the longest timer is over */
const wait = (waiting: Waiting, millis: number, action: () => void, left: () => number): void => {
  waiting.timeout = setTimeout(
    () => {
      if (millis <= longestTimerMillis) action();
      else wait(waiting, left(), action, left);
    },
    Math.min(millis, longestTimerMillis),
  );
};

/** The process's own timers, on the given clock's time. */
export const processTimers = (clock: { readonly nowEpochMillis: () => number }): Timers => ({
  nowEpochMillis: () => clock.nowEpochMillis(),
  schedule: (millis, action) => {
    const end = clock.nowEpochMillis() + millis;
    const waiting: Waiting = {};
    wait(waiting, millis, action, () => end - clock.nowEpochMillis());
    return () => {
      clearTimeout(waiting.timeout);
    };
  },
});
