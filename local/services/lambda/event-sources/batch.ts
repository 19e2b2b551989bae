/** One batch on its way to the function: retried, cut in two, given up; each part is settled in order. */
import type { StreamRecord } from '../../dynamodb/streams.ts';
import type { EventSourceMapping } from './model.ts';

/** What the function said of the records that it was given. */
export type BatchOutcome =
  | { readonly kind: 'done' }
  /** From this record on it is to be done again; 0 where the function failed as a whole. */
  | { readonly kind: 'failed'; readonly from: number };

type GiveUpCondition = 'RetryAttemptsExhausted' | 'RecordAgeExceeded';

export interface GivenUp {
  readonly records: readonly StreamRecord[];
  readonly condition: GiveUpCondition;
  readonly invocations: number;
}

export interface BatchSteps {
  /** Null when it was stopped: then nothing is known of what the function did. */
  readonly invoke: (records: readonly StreamRecord[]) => Promise<BatchOutcome | null>;
  readonly giveUp: (givenUp: GivenUp) => Promise<void>;
  /** Everything up to this record is settled. */
  readonly acknowledge: (record: StreamRecord) => Promise<void>;
  readonly pause: (millis: number) => Promise<void>;
  readonly isStopped: () => boolean;
  readonly nowEpochMillis: () => number;
}

interface Part {
  readonly records: readonly StreamRecord[];
  readonly failures: number;
}

const longestPauseMillis = 10_000;

const halves = ({ records, failures }: Part): readonly Part[] => {
  const middle = Math.ceil(records.length / 2);
  return [records.slice(0, middle), records.slice(middle)].map((half) => ({
    records: half,
    failures,
  }));
};

/** Resolves when all is settled, or it was stopped. */
export const settleBatch = async (
  batch: readonly StreamRecord[],
  mapping: Pick<
    EventSourceMapping,
    'bisectsOnError' | 'maximumRetryAttempts' | 'maximumRecordAgeSeconds'
  >,
  steps: BatchSteps,
): Promise<void> => {
  const { maximumRecordAgeSeconds: mostSeconds, maximumRetryAttempts: mostRetries } = mapping;
  const isTooOld = (record: StreamRecord): boolean =>
    mostSeconds >= 0 &&
    record.dynamodb.ApproximateCreationDateTime * 1000 + mostSeconds * 1000 <
      steps.nowEpochMillis();
  const end = async (records: readonly StreamRecord[]): Promise<void> => {
    const last = records.at(-1);
    if (last !== undefined) await steps.acknowledge(last);
  };
  const giveUp = async (part: Part, condition: GiveUpCondition): Promise<void> => {
    await steps.giveUp({ records: part.records, condition, invocations: part.failures });
    await end(part.records);
  };
  /** What is left to do of a part that failed. */
  const again = async (part: Part, from: number): Promise<readonly Part[]> => {
    const rest = part.records.slice(from);
    await end(part.records.slice(0, from));
    // Another record stands first: what failed before is behind it.
    if (from > 0) return [{ records: rest, failures: 1 }];
    // A cut is no retry.
    if (mapping.bisectsOnError && rest.length > 1) return halves(part);
    const failures = part.failures + 1;
    return [{ records: rest, failures }];
  };

  const parts: Part[] = [{ records: batch, failures: 0 }];
  for (;;) {
    const part = parts.shift();
    if (part === undefined || steps.isStopped()) return;
    const old = part.records.filter(isTooOld);
    if (old.length > 0) {
      await giveUp({ ...part, records: old }, 'RecordAgeExceeded');
      const young = part.records.slice(old.length);
      if (young.length > 0) parts.unshift({ ...part, records: young });
      continue;
    }
    if (mostRetries >= 0 && part.failures > mostRetries) {
      await giveUp(part, 'RetryAttemptsExhausted');
      continue;
    }
    if (part.failures > 0)
      await steps.pause(Math.min(100 * 2 ** (part.failures - 1), longestPauseMillis));
    if (steps.isStopped()) return;
    const outcome = await steps.invoke(part.records);
    if (outcome === null) return;
    if (outcome.kind === 'done') await end(part.records);
    else parts.unshift(...(await again(part, outcome.from)));
  }
};
