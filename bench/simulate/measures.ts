/** What a simulated day adds up to. */

/** By the minute since the start. */
interface Series {
  readonly mints: readonly number[];
  readonly requests: readonly number[];
  readonly refused: readonly number[];
}

interface Waiting {
  readonly p50Millis: number;
  readonly p99Millis: number;
  readonly mostMillis: number;
}

export interface Measures {
  readonly requests: number;
  /** Answered from the table, whether or not a refresh was begun as well. */
  readonly hits: number;
  /** Answered with a session that was minted for the request. */
  readonly minted: number;
  readonly refused: Readonly<Record<string, number>>;
  readonly hitRatio: number;
  readonly mintsPerSecond: number;
  /** The fullest minute's, as a multiple of the mean minute's. */
  readonly peakOfMints: number;
  readonly identityPoolCallsPerSecond: number;
  readonly mostIdentityPoolCallsInASecond: number;
  readonly executions: number;
  /** Executions that minted nothing: in-progress, Quota.Exhausted and so on. */
  readonly executionsWithout: Readonly<Record<string, number>>;
  /** Of the requests that were run one by one and answered from the table at once. */
  readonly waitingForHits: Waiting;
  readonly waitingForMints: Waiting;
  /** Thinned hits that were run through the front all the same, and were hits. */
  readonly checkedHits: number;
  readonly series: Series;
}

/** 0 of none. */
const waitingOf = (millis: readonly number[]): Waiting => {
  const sorted = Float64Array.from(millis).sort();
  const at = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { p50Millis: at(0.5), p99Millis: at(0.99), mostMillis: at(1) };
};

export const createCounters = (minutes: number) => {
  const empty = () => new Array<number>(minutes).fill(0);
  return {
    hits: 0,
    minted: 0,
    executions: 0,
    checkedHits: 0,
    refused: {} as Record<string, number>,
    executionsWithout: {} as Record<string, number>,
    hitMillis: [] as number[],
    mintMillis: [] as number[],
    callsBySecond: new Map<number, number>(),
    series: { mints: empty(), requests: empty(), refused: empty() },
  };
};

export type Counters = ReturnType<typeof createCounters>;

export const addTo = (counts: Record<string, number>, name: string): void => {
  counts[name] = (counts[name] ?? 0) + 1;
};

export const measuresOf = (
  counters: Counters,
  countedFromSeconds: number,
  seconds: number,
): Measures => {
  const counted = seconds - countedFromSeconds;
  const mints = counters.series.mints.slice(Math.ceil(countedFromSeconds / 60));
  const mean = mints.reduce((sum, each) => sum + each, 0) / Math.max(1, mints.length);
  const refused = Object.values(counters.refused).reduce((sum, each) => sum + each, 0);
  const requests = counters.hits + counters.minted + refused;
  const calls = [...counters.callsBySecond.values()];
  return {
    requests,
    hits: counters.hits,
    minted: counters.minted,
    refused: counters.refused,
    hitRatio: counters.hits / Math.max(1, requests),
    mintsPerSecond: mean / 60,
    peakOfMints: mints.reduce((most, each) => Math.max(most, each), 0) / Math.max(1e-9, mean),
    identityPoolCallsPerSecond: calls.reduce((sum, each) => sum + each, 0) / counted,
    mostIdentityPoolCallsInASecond: calls.reduce((most, each) => Math.max(most, each), 0),
    executions: counters.executions,
    executionsWithout: counters.executionsWithout,
    waitingForHits: waitingOf(counters.hitMillis),
    waitingForMints: waitingOf(counters.mintMillis),
    checkedHits: counters.checkedHits,
    series: counters.series,
  };
};
