import type { Clock } from '../core/ports.ts';

/** The machine's wall clock. */
export const systemClock: Clock = { nowEpochMillis: () => Date.now() };
