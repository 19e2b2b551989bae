/** What an execution is given, and what its states share. */
import type { Flow } from './definition.ts';
import type { StopDetails } from './errors.ts';
import type { Historian, HistoryEvent } from './history.ts';
import type { Interruption } from './interruption.ts';
import type { Journal, Resumption } from './journal.ts';
import type { Timers } from './timers.ts';

/** `$states.context`, as an expression reads it. */
export interface ContextObject {
  readonly Execution: {
    readonly Id: string;
    readonly Name: string;
    readonly Input: unknown;
    readonly StartTime: string;
    readonly RoleArn: string;
  };
  readonly State: {
    readonly Name: string;
    readonly EnteredTime: string;
    readonly RetryCount: number;
  };
  readonly StateMachine: { readonly Id: string; readonly Name: string };
  readonly Map?: { readonly Item: { readonly Index: number; readonly Value: unknown } };
}

export interface TaskRequest {
  readonly resource: string;
  /** The task's own copy. */
  readonly arguments: unknown;
  /** Null where neither the state nor its machine sets one. */
  readonly timeoutMillis: number | null;
  /** Aborted when the result is no longer wanted. */
  readonly signal: () => AbortSignal;
  readonly context: ContextObject;
}

export type Outcome =
  | { readonly status: 'SUCCEEDED'; /** JSON text. */ readonly output: string }
  | { readonly status: 'FAILED'; readonly error: string; readonly cause: string }
  | { readonly status: 'TIMED_OUT'; readonly error: string; readonly cause: string }
  | ({ readonly status: 'ABORTED' } & StopDetails);

/** A child that has ended. */
export interface ChildExecution {
  readonly executionArn: string;
  readonly name: string;
  /** JSON text. */
  readonly input: string;
  readonly startedAtEpochMillis: number;
  readonly stoppedAtEpochMillis: number;
  readonly outcome: Outcome;
}

export interface MapRun {
  readonly arn: string;
  readonly stateMachineArn: string;
  /** Runs the child of one item or batch; one that ended before a restart is not run again. */
  readonly runChild: (
    index: number,
    input: string,
    options: { readonly signal: AbortSignal; readonly itemCount: number },
  ) => Promise<ChildExecution>;
}

export interface MapRuns {
  /** One call of S3 with the machine's role. @throws AslError */
  readonly s3: (
    operation: 'GetObject' | 'ListObjectsV2' | 'PutObject',
    parameters: Readonly<Record<string, unknown>>,
    context: ContextObject,
  ) => Promise<Readonly<Record<string, unknown>>>;
  readonly open: (about: {
    readonly label: string;
    readonly executionType: 'EXPRESS' | 'STANDARD';
    readonly processor: Flow;
    /** The same for the same attempt of the same visit, after a restart too. */
    readonly attempt: string;
    readonly context: ContextObject;
  }) => Promise<MapRun>;
}

export interface ExecutionOptions {
  readonly id: string;
  readonly name: string;
  readonly roleArn: string;
  readonly stateMachine: { readonly id: string; readonly name: string };
  readonly input: unknown;
  readonly timers: Timers;
  /** Runs one task; its failure is an `AslError`, and any other error ends `execute` with that error. */
  readonly runTask: (request: TaskRequest) => Promise<unknown>;
  readonly record: (event: HistoryEvent) => void;
  /** Lets a test hold the execution between two states. */
  readonly pause?: (stateName: string, when: 'enter' | 'exit') => Promise<void>;
  /** For jitter and `$random()`: 0 ≤ number < 1. */
  readonly random?: () => number;
  /** Aborts the execution; its reason may be a `Stopped`. */
  readonly signal?: AbortSignal;
  /** Told where the execution is, so that it can go on there after a restart. */
  readonly journal?: Journal;
  /** Where it goes on. */
  readonly resumption?: Resumption;
  /** Now, unless it began before a restart. */
  readonly startedAtEpochMillis?: number;
  /** Runs the children of a distributed Map. */
  readonly mapRuns?: MapRuns;
  /** The workflow type's own limit, beside the machine's `TimeoutSeconds`. */
  readonly maximumMillis?: number;
}

/** What the states of one flow run in. */
export interface Surroundings {
  readonly options: ExecutionOptions;
  readonly context: Omit<ContextObject, 'State'>;
  readonly history: Historian;
  readonly interruption: Interruption;
  readonly random: () => number;
  /** Null within a branch: what it does begins again with its Parallel or Map. */
  readonly journal: Journal | null;
}
