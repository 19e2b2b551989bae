/** What follows from the simulated days for whoever plans a deployment. */
import type { Simulated } from './run-all.ts';
import { dollarsPerMillion, useOfHit, useOfMint, useOfRefresh } from './price.ts';
import { logKilobytesOfAMint } from './log-of-a-mint.ts';

/** AWS's default, and the share of it that a plan should use: the rest is for retries, newcomers and chance. */
const defaultCallsPerSecond = 50;
const plannedShare = 0.8;

const million = 1_000_000;

/** Mints a second of a million subjects who ask all day, by what was simulated of some of them. */
export const mintsOfAMillion = ({ scenario, measures }: Simulated): number =>
  (measures.mintsPerSecond * million) / scenario.subjects;

export interface Way {
  readonly change: string;
  readonly callsPerSecond: number;
  /** How many subjects who ask all day it is enough for. */
  readonly subjects: number;
}

/** What each way to more subjects buys. @param day with sessions of an hour @param long of twelve */
export const waysOf = (day: Simulated, long: Simulated): readonly Way[] => {
  const enoughFor = (callsPerSecond: number, { measures, scenario }: Simulated) =>
    Math.floor(((plannedShare * callsPerSecond) / measures.mintsPerSecond) * scenario.subjects);
  const way = (change: string, callsPerSecond: number, of = day): Way => ({
    change,
    callsPerSecond,
    subjects: enoughFor(callsPerSecond, of),
  });
  const quota = defaultCallsPerSecond;
  return [
    way('one account and Region, default quota', quota),
    way('a second identity pool in it: the quota is not the pool’s', quota),
    way('a second Region', 2 * quota),
    way('a second account', 2 * quota),
    way('three accounts in four Regions', 12 * quota),
    way('the quota raised to 300', 6 * quota),
    way('the quota raised to 600', 12 * quota),
    way('sessions of 12 hours instead of one, default quota', quota, long),
  ];
};

export interface Costs {
  readonly ofAMillion: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly logKilobytesOfAMint: number;
  /** Hit ratio → dollars for a million requests, where every mint is a request's own. */
  readonly byHitRatio: readonly (readonly [number, number])[];
  /** As simulated, with its refreshes. */
  readonly ofTheDay: number;
}

export const costsOf = async ({ measures }: Simulated): Promise<Costs> => {
  const logKilobytes = await logKilobytesOfAMint();
  const mintUse = useOfMint(measures.waitingForMints.p50Millis, logKilobytes);
  const ofAMillion = {
    hit: dollarsPerMillion(useOfHit()),
    mint: dollarsPerMillion(mintUse),
    refresh: dollarsPerMillion(useOfRefresh(mintUse)),
  };
  const [hit, mint, refresh] = [ofAMillion.hit, ofAMillion.mint, ofAMillion.refresh].map(
    ({ total = 0 }) => total,
  ) as [number, number, number];
  const refreshes = Math.max(
    0,
    measures.mintsPerSecond * measuredSeconds(measures) - measures.minted,
  );
  return {
    ofAMillion,
    logKilobytesOfAMint: logKilobytes,
    byHitRatio: [0, 0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 1].map(
      (ratio) => [ratio, ratio * hit + (1 - ratio) * mint] as const,
    ),
    ofTheDay:
      (measures.hits * hit + measures.minted * mint + refreshes * refresh) / measures.requests,
  };
};

const measuredSeconds = ({ series }: Simulated['measures']): number => series.mints.length * 60;
