import * as z from '../zod.ts';

const epochSeconds = z.int().check(z.positive());

/** One notion of time on the wire, for answers, events and the ledger: whole seconds, ending in Z. */
export const timeOf = (seconds: number): string =>
  `${new Date(epochSeconds.parse(seconds) * 1000).toISOString().slice(0, 19)}Z`;
