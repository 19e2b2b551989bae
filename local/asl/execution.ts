/** What an execution is given, and what its states share. */
import type { Historian, HistoryEvent } from './history.ts';
import type { Interruption } from './interruption.ts';
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
  readonly signal: AbortSignal;
  readonly context: ContextObject;
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
  /** Aborts the execution. */
  readonly signal?: AbortSignal;
  /** The workflow type's own limit, beside the machine's `TimeoutSeconds`. */
  readonly maximumMillis?: number;
}

export type Outcome =
  | { readonly status: 'SUCCEEDED'; /** JSON text. */ readonly output: string }
  | { readonly status: 'FAILED'; readonly error: string; readonly cause: string }
  | { readonly status: 'TIMED_OUT'; readonly error: string; readonly cause: string }
  | { readonly status: 'ABORTED' };

/** What the states of one flow run in. */
export interface Surroundings {
  readonly options: ExecutionOptions;
  readonly context: Omit<ContextObject, 'State'>;
  readonly history: Historian;
  readonly interruption: Interruption;
  readonly random: () => number;
}
