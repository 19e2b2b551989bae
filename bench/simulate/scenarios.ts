/** The day that the issue asks about, and what it is compared with. */
import { shardOf, type Scenario } from './scenario.ts';

const hour = 3600;

/** A million subjects who ask for 10,000 sessions a second, with AWS's default quota. */
const million: Scenario = {
  name: 'million',
  subjects: 1_000_000,
  requestsPerSecond: 10_000,
  callsPerSecond: 50,
  durationSeconds: hour,
  seconds: 24 * hour,
  countedFromSeconds: 0,
  start: 'warm',
  seed: 1,
};

/** How many accounts or Regions share the million in `day`. */
export const cells = 12;
const cell: Scenario = { ...shardOf(million, cells), callsPerSecond: million.callsPerSecond };

/** @param quick shorter and smaller, to see that it runs */
export const scenariosOf = (quick: boolean): readonly (Scenario & { readonly says: string })[] => {
  const parts = quick ? 250 : 25;
  const day = quick ? 2 * hour : 24 * hour;
  const few = quick ? 1000 : 10_000;
  return [
    {
      ...shardOf(cell, parts),
      name: 'day',
      seconds: day,
      says: `24 hours of one of ${String(cells)} cells`,
    },
    {
      ...shardOf(million, parts),
      name: 'long-sessions',
      durationSeconds: 12 * hour,
      seconds: day,
      says: '24 hours of all of them with one budget and sessions of 12 hours',
    },
    {
      ...shardOf(million, quick ? 1000 : 50),
      name: 'one-budget',
      start: 'cold',
      seconds: quick ? 600 : 900,
      countedFromSeconds: quick ? 300 : 450,
      says: 'all of them with one budget and sessions of an hour: too much',
    },
    {
      ...million,
      name: 'mass-mint',
      subjects: few,
      requestsPerSecond: few / 100,
      callsPerSecond: 2000,
      start: 'mass',
      seconds: quick ? 2 * hour : 4 * hour,
      says: 'everybody minted within a minute, and no budget that would cut off the peak',
    },
    {
      ...shardOf(cell, quick ? 100 : 25),
      name: 'mass-mint-in-budget',
      start: 'mass',
      seconds: (quick ? 1 : 2) * hour,
      says: 'everybody of a cell minted within a minute, and the budget that it has',
    },
    {
      ...shardOf(cell, quick ? 100 : 25),
      name: 'cold-cell',
      start: 'cold',
      seconds: (quick ? 0.5 : 1.5) * hour,
      says: 'a cell that begins with an empty table, as after a revocation of everything',
    },
    ...(quick ? [50] : [25, 5, 1]).map((shards) => ({
      ...shardOf(cell, shards),
      name: `law-${String(shards)}`,
      seconds: 1200,
      countedFromSeconds: 300,
      says: `20 minutes of one part in ${String(shards)} of a cell`,
    })),
  ];
};
