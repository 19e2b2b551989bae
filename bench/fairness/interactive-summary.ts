import { quantileOf } from './calls.ts';
import type { Answered } from './interactive-load.ts';

/** Of the requests of one part of the run. */
interface PartOfTheRun {
  readonly answered: number;
  readonly minted: number;
  readonly p50Millis: number | null;
  readonly p99Millis: number | null;
  /** Of those alone that found nothing in the cache. */
  readonly p99OfMintsMillis: number | null;
}

export interface InteractiveSummary extends PartOfTheRun {
  /** Type of problem → how many had it as their answer, but for those that come of the kill. */
  readonly refused: Readonly<Record<string, number>>;
  /** Whose entry was leased to an execution that the kill ended: for 25 s nobody else may mint it. */
  readonly refusedForALeaseOfTheKilled: number;
  readonly lostInTheKill: number;
  readonly beforeTheKill: PartOfTheRun;
  /** While functions start and leases of the killed end. */
  readonly soonAfterTheKill: PartOfTheRun;
  readonly later: PartOfTheRun;
}

/** The lease, and what a request waits for it. */
const leaseEndsMillis = 30_000;

const partOf = (answers: readonly Answered[]): PartOfTheRun => {
  const answered = answers.filter(({ refusal }) => refusal === null);
  const minted = answered.filter(({ source }) => source === 'minted');
  const quantile = (of: readonly Answered[], fraction: number) =>
    quantileOf(
      of.map(({ latencyMillis }) => latencyMillis),
      fraction,
    );
  return {
    answered: answered.length,
    minted: minted.length,
    p50Millis: quantile(answered, 0.5),
    p99Millis: quantile(answered, 0.99),
    p99OfMintsMillis: quantile(minted, 0.99),
  };
};

/** @param servedAgainEpochMillis when the twin that was killed answered again */
export const interactiveSummary = (
  answers: readonly Answered[],
  lostInTheKill: number,
  servedAgainEpochMillis: number,
): InteractiveSummary => {
  const inPart = (from: number, until: number) =>
    answers.filter(({ dueEpochMillis: due }) => due >= from && due < until);
  const soonEnds = servedAgainEpochMillis + leaseEndsMillis;
  const soon = inPart(servedAgainEpochMillis, soonEnds);
  const ofTheKill = new Set(soon.filter(({ refusal }) => refusal === 'try-later'));
  const refused: Record<string, number> = {};
  for (const answer of answers) {
    const { refusal } = answer;
    if (refusal !== null && !ofTheKill.has(answer)) refused[refusal] = (refused[refusal] ?? 0) + 1;
  }
  return {
    ...partOf(answers),
    refused,
    refusedForALeaseOfTheKilled: ofTheKill.size,
    lostInTheKill,
    beforeTheKill: partOf(inPart(0, servedAgainEpochMillis)),
    soonAfterTheKill: partOf(soon),
    later: partOf(inPart(soonEnds, Infinity)),
  };
};
