import type { Clock, Timer } from '../../../core/ports.ts';

export interface FakeClock extends Clock, Timer {
  readonly set: (epochMillis: number) => void;
  readonly advance: (millis: number) => void;
  /** Every wait that was asked for; each moves the clock at once. */
  readonly waits: readonly number[];
}

/** A clock that stands still until it is told otherwise, and a timer that moves it. */
export const fakeClock = (startEpochMillis = Date.UTC(2026, 10, 21, 12)): FakeClock => {
  let now = startEpochMillis;
  const waits: number[] = [];
  return {
    nowEpochMillis: () => now,
    set: (epochMillis) => {
      now = epochMillis;
    },
    advance: (millis) => {
      now += millis;
    },
    wait: (millis) => {
      waits.push(millis);
      now += millis;
      return Promise.resolve();
    },
    waits,
  };
};
