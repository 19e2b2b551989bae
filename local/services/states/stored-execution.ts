/** What is stored of a standard execution, or of the child of a map run. */
import type { Outcome } from '../../asl/execution.ts';

type Status = 'RUNNING' | Outcome['status'];

export interface StoredExecution {
  readonly executionArn: string;
  readonly stateMachineArn: string;
  /** Of the machine, as it was at the start. */
  readonly revisionId: string;
  readonly name: string;
  /** JSON text. */
  readonly input: string;
  readonly traceHeader: string | null;
  readonly startedAtEpochMillis: number;
  /** Null while it runs. */
  readonly stoppedAtEpochMillis: number | null;
  readonly status: Status;
  /** JSON text; null unless it succeeded. */
  readonly output: string | null;
  readonly error: string | null;
  readonly cause: string | null;
  /** Null where it is no child. */
  readonly child: {
    readonly mapRunArn: string;
    readonly parentArn: string;
    readonly type: 'EXPRESS' | 'STANDARD';
    readonly index: number;
    readonly itemCount: number;
  } | null;
}

export const ended = (
  execution: StoredExecution,
  outcome: Outcome,
  stoppedAtEpochMillis: number,
): StoredExecution => ({
  ...execution,
  stoppedAtEpochMillis,
  status: outcome.status,
  output: outcome.status === 'SUCCEEDED' ? outcome.output : null,
  error: outcome.status === 'SUCCEEDED' ? null : (outcome.error ?? null),
  cause: outcome.status === 'SUCCEEDED' ? null : (outcome.cause ?? null),
});

/** Undefined while it runs. */
export const outcomeOf = ({
  cause,
  error,
  output,
  status,
}: StoredExecution): Outcome | undefined => {
  switch (status) {
    case 'RUNNING':
      return undefined;
    case 'SUCCEEDED':
      return { status, output: output ?? 'null' };
    case 'ABORTED':
      return { status, ...(error !== null && { error }), ...(cause !== null && { cause }) };
    case 'FAILED':
    case 'TIMED_OUT':
      return { status, error: error ?? '', cause: cause ?? '' };
  }
};
