import { doneOf, type Batch, type SubjectOutcome } from '../../../core/batches/batch.ts';
import type { BatchStore } from '../../../core/batches/ports.ts';
import { failureSwitch, type FailureSwitch } from './failure-switch.ts';

/** Batches and their outcomes in memory, with what only the state machine writes. */
export interface FakeBatchStore extends BatchStore, FailureSwitch {
  readonly putOutcome: (batchId: string, outcome: SubjectOutcome) => void;
}

/** Byte by byte, as DynamoDB sorts. */
const bySubject = (one: SubjectOutcome, other: SubjectOutcome): number =>
  Buffer.compare(Buffer.from(one.subject), Buffer.from(other.subject));

export const fakeBatchStore = (): FakeBatchStore => {
  const { failWith, check } = failureSwitch();
  const batches = new Map<string, Batch>();
  const outcomesOf = new Map<string, Map<string, SubjectOutcome>>();
  const sorted = (batchId: string): readonly SubjectOutcome[] =>
    [...(outcomesOf.get(batchId)?.values() ?? [])].sort(bySubject);
  const count = (batchId: string) => {
    const counts = { minted: 0, cached: 0, denied: 0, failed: 0 };
    for (const { outcome } of sorted(batchId)) counts[outcome] += 1;
    return counts;
  };
  const begin = async (): Promise<void> => {
    await Promise.resolve();
    check();
  };
  return {
    failWith,
    putOutcome: (batchId, outcome) => {
      const present = outcomesOf.get(batchId) ?? new Map<string, SubjectOutcome>();
      outcomesOf.set(batchId, present.set(outcome.subject, outcome));
    },
    add: async (batch) => {
      await begin();
      const present = batches.get(batch.batchId);
      if (present === undefined) batches.set(batch.batchId, batch);
      return present ?? null;
    },
    read: async (batchId) => {
      await begin();
      return batches.get(batchId) ?? null;
    },
    restart: async ({ batchId, run }, nowEpochSeconds) => {
      await begin();
      const present = batches.get(batchId);
      if (present?.run !== run || present.status === 'RUNNING') return false;
      batches.set(batchId, {
        ...present,
        status: 'RUNNING',
        run: run + 1,
        reason: null,
        startedAtEpochSeconds: nowEpochSeconds,
        endedAtEpochSeconds: null,
      });
      return true;
    },
    end: async ({ batchId, run }, { status, reason, endedAtEpochSeconds, counts }) => {
      await begin();
      const present = batches.get(batchId);
      if (present?.run !== run || present.status !== 'RUNNING') return false;
      batches.set(batchId, {
        ...present,
        status,
        reason,
        endedAtEpochSeconds,
        counts: counts ?? present.counts,
        total: counts !== null && status === 'SUCCEEDED' ? doneOf(counts) : present.total,
      });
      return true;
    },
    writeTotal: async (batchId, total) => {
      await begin();
      const present = batches.get(batchId);
      if (present !== undefined) batches.set(batchId, { ...present, total });
    },
    outcomes: async (batchId, { after, limit }) => {
      await begin();
      const rest = sorted(batchId).filter(
        ({ subject }) =>
          after === null || Buffer.compare(Buffer.from(subject), Buffer.from(after)) > 0,
      );
      // Like a query: that a full page is the last shows on the next one only.
      return { outcomes: rest.slice(0, limit), isLast: rest.length < limit };
    },
    countOutcomes: async (batchId) => {
      await begin();
      return count(batchId);
    },
  };
};
