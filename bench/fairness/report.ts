import type { OutcomeCounts } from '../../core/batches/batch.ts';
import type { InteractiveSummary } from './interactive-summary.ts';

/** Developer-identity calls in a second: all, and those of batches among them. */
export interface Budget {
  readonly all: number;
  readonly batch: number;
}

/** Every field but the first is measured. */
export interface FairnessReport {
  readonly options: { readonly requestsPerSecond: number; readonly requestsPerMint: number };
  readonly machine: { readonly cores: number; readonly loadAverageBefore: number };
  readonly subjects: number;
  readonly budget: Budget;
  readonly tookSeconds: number;
  /** From the kill until the twin served again. */
  readonly outageSeconds: number;
  readonly batch: {
    readonly status: string;
    readonly counts: OutcomeCounts;
    /** Different subjects in the report. */
    readonly reported: number;
    /** Of subjects without credentials. */
    readonly reasons: readonly string[];
    /** Of those who had their outcome before the kill. */
    readonly mintedAgainThoughAnswered: number;
    /** Whose execution was killed after STS answered, so that nobody ever got the first session. */
    readonly mintedAgainCutOffByTheKill: number;
  };
  readonly developerIdentityCalls: {
    readonly all: number;
    readonly ofTheBatch: number;
    readonly mostInOneSecond: number;
    readonly mostOfTheBatchInOneSecond: number;
    /** Seconds in which the batch used its share up. */
    readonly secondsAtTheShareOfBatches: number;
    /** Over the time in which the twin served. */
    readonly batchPerSecond: number;
  };
  readonly interactive: InteractiveSummary;
}

const slowestP99Millis = 1500;

/** @returns the figures that were missed, in words; none is as it should be */
export const missedFigures = ({
  subjects,
  budget,
  batch,
  developerIdentityCalls: calls,
  interactive,
}: FairnessReport): readonly string[] => {
  const { counts } = batch;
  // As many as may be under way at once: an execution may be killed between STS's answer and its cache entry.
  const mostUnderWay = 2 * budget.batch;
  const figures: readonly (readonly [boolean, string])[] = [
    [calls.mostInOneSecond <= budget.all, 'a second had more calls than the budget'],
    [
      calls.mostOfTheBatchInOneSecond <= budget.batch,
      'a second had more calls than batches may use',
    ],
    [batch.mintedAgainThoughAnswered === 0, 'a subject with an outcome was minted for again'],
    [batch.mintedAgainCutOffByTheKill <= mostUnderWay, 'more was minted twice than was under way'],
    [batch.reported === subjects, 'the report is not complete'],
    [counts.minted + counts.cached === subjects, 'a subject has no credentials'],
    [Object.keys(interactive.refused).length === 0, 'people were refused'],
    [
      (interactive.p99Millis ?? Infinity) < slowestP99Millis,
      `people waited longer than ${String(slowestP99Millis)} ms`,
    ],
  ];
  return figures.flatMap(([isMet, missed]) => (isMet ? [] : [missed]));
};
