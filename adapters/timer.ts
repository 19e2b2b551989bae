import { setTimeout } from 'node:timers/promises';
import type { Timer } from '../core/ports.ts';

export const systemTimer: Timer = {
  wait: async (millis) => {
    await setTimeout(millis);
  },
};
