/** What is done while the twin runs, and taken back when it stops. */
import { shiftDate } from './lambda/shifted-date.ts';
import type { TwinServices } from './twin-services.ts';

const sweepIntervalMillis = 60_000;

/** Gives the process its own clock back, which a test may have moved. */
export const rightClock = {
  stop: () => {
    shiftDate(0);
    return Promise.resolve();
  },
};

/** Expired items and what nobody needs of the streams. */
export const sweeping = (services: TwinServices): { stop: () => Promise<void> } => {
  const timer = setInterval(() => {
    services.dynamoDb.sweepExpired().catch(() => undefined);
    services.dynamoDb.pruneStreams(services.eventSources.keepAfter).catch(() => undefined);
  }, sweepIntervalMillis);
  timer.unref();
  return {
    stop: () => {
      clearInterval(timer);
      return Promise.resolve();
    },
  };
};
