/** An event source mapping: which stream goes to which function, and how. */

export interface EventSourceMapping {
  readonly uuid: string;
  readonly functionName: string;
  readonly streamArn: string;
  readonly enabled: boolean;
  readonly startingPosition: 'LATEST' | 'TRIM_HORIZON';
  readonly batchSize: number;
  readonly batchingWindowSeconds: number;
  readonly bisectsOnError: boolean;
  /** -1 tries for ever. */
  readonly maximumRetryAttempts: number;
  /** -1 lets no record become too old. */
  readonly maximumRecordAgeSeconds: number;
  readonly reportsItemFailures: boolean;
  /** Batches of one shard that are under way at a time; those of one partition key stay in order. */
  readonly parallelizationFactor: number;
  /** A record goes to the function when one of these matches; all do where there is none. */
  readonly patterns: readonly string[];
  /** Queue for what was given up; null drops it. */
  readonly onFailureArn: string | null;
}

/** What is kept of a mapping: behind which record each of its lanes goes on. */
export interface Positions {
  readonly streamArn: string;
  /** Sequence numbers, one a lane; the empty text stands before all. */
  readonly lanes: readonly string[];
}

/** The least of them: with another number of lanes, all go on from there, and some records come again. */
export const earliest = (lanes: readonly string[]): string =>
  lanes.reduce((least, each) => (each < least ? each : least));
