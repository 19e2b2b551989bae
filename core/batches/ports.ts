import type { Batch, BatchStatus, Manifest, OutcomeCounts, SubjectOutcome } from './batch.ts';

/** The rows of batches. Every method: @throws Upstream.*, or Config.Invalid for a row of another shape */
export interface BatchStore {
  /** @returns the batch that is there already; null when this one was added */
  readonly add: (batch: Batch) => Promise<Batch | null>;
  readonly read: (batchId: string) => Promise<Batch | null>;
  /**
   * Begins another run, if the batch is still as it was read.
   * @returns false when somebody else was faster
   */
  readonly restart: (batch: Batch, nowEpochSeconds: number) => Promise<boolean>;
  /** Ends a run that is still running; a batch that has ended keeps its end. @returns whether it was this call */
  readonly end: (
    batch: Pick<Batch, 'batchId' | 'run'>,
    end: {
      readonly status: Exclude<BatchStatus, 'RUNNING'>;
      readonly reason: string | null;
      readonly endedAtEpochSeconds: number;
      /** Null leaves them as they stand. */
      readonly counts: OutcomeCounts | null;
    },
  ) => Promise<boolean>;
  readonly writeTotal: (batchId: string, total: number) => Promise<void>;
  /** Sorted by subject. @param after the subject that the page before ended with */
  readonly outcomes: (
    batchId: string,
    page: { readonly after: string | null; readonly limit: number },
  ) => Promise<{ readonly outcomes: readonly SubjectOutcome[]; readonly isLast: boolean }>;
  /** Counted anew from the outcomes themselves. */
  readonly countOutcomes: (batchId: string) => Promise<OutcomeCounts>;
}

/** The lists of subjects, in the deployment's bucket. */
export interface ManifestStore {
  /** @throws Upstream.* */
  readonly write: (key: string, text: string) => Promise<void>;
  /** Line by line. @throws Batch.ManifestMissing, Upstream.* */
  readonly lines: (key: string) => AsyncIterable<string>;
}

interface BatchMachineInput {
  readonly batchId: string;
  readonly run: number;
  readonly client: string;
  readonly grant: string;
  /** Sealed for `warrant`. */
  readonly sealedWarrant: string;
  readonly manifest: Manifest;
}

type BatchMachineState = 'running' | 'ended' | 'unknown';

/** The state machine issue-batch; an execution is a run of a batch. Every method: @throws Upstream.* */
export interface BatchMachine {
  /** Does nothing for a run that was started already. */
  readonly start: (input: BatchMachineInput) => Promise<void>;
  readonly stop: (batch: Pick<Batch, 'batchId' | 'run'>) => Promise<void>;
  readonly stateOf: (batch: Pick<Batch, 'batchId' | 'run'>) => Promise<BatchMachineState>;
}
