/** A compiled state machine: what `parseDefinition` makes of the JSON, and `execute` runs. */
import type { Template } from './template.ts';

export interface Retrier {
  readonly errorEquals: readonly string[];
  readonly intervalSeconds: number;
  readonly backoffRate: number;
  readonly maxAttempts: number;
  readonly maxDelaySeconds: number;
  readonly fullJitter: boolean;
}

/** Where a state, a choice rule or a catcher leads, and what it makes of the data on the way. */
export interface Transition {
  /** Null where the state ends its flow. */
  readonly next: string | null;
  readonly output: Template | null;
  readonly assign: Template | null;
}

export interface Catcher extends Transition {
  readonly errorEquals: readonly string[];
}

interface Common extends Transition {
  readonly name: string;
}

interface Fallible extends Common {
  readonly retry: readonly Retrier[];
  readonly catchers: readonly Catcher[];
}

interface PassState extends Common {
  readonly type: 'Pass';
}
interface SucceedState extends Common {
  readonly type: 'Succeed';
}
export interface TaskState extends Fallible {
  readonly type: 'Task';
  readonly resource: string;
  /** The resource as history tells it. */
  readonly integration: { readonly resourceType: string; readonly resource: string };
  readonly arguments: Template | null;
  readonly timeoutSeconds: Template | null;
  readonly heartbeatSeconds: Template | null;
}
export interface ChoiceState extends Common {
  readonly type: 'Choice';
  readonly rules: readonly (Transition & { readonly condition: Template })[];
}
export interface WaitState extends Common {
  readonly type: 'Wait';
  readonly seconds: Template | null;
  readonly timestamp: Template | null;
}
export interface FailState extends Common {
  readonly type: 'Fail';
  readonly error: Template | null;
  readonly cause: Template | null;
}
export interface ParallelState extends Fallible {
  readonly type: 'Parallel';
  readonly arguments: Template | null;
  readonly branches: readonly Flow[];
}
export interface ItemReader {
  readonly operation: 'GetObject' | 'ListObjectsV2';
  readonly arguments: Template;
  readonly inputType: 'JSON' | 'JSONL' | 'CSV';
  readonly csv: {
    /** Null where the first row is the header. */
    readonly headers: readonly string[] | null;
    readonly delimiter: string;
  };
  readonly maxItems: Template | null;
}

export interface ItemBatcher {
  readonly maxItems: Template | null;
  readonly maxBytes: Template | null;
  readonly batchInput: Template | null;
}

export interface ResultWriter {
  /** `Bucket` and `Prefix`; null where the results stay in the state's output. */
  readonly arguments: Template | null;
  readonly transformation: 'NONE' | 'COMPACT' | 'FLATTEN';
  readonly isJsonLines: boolean;
}

/** What a Map in the mode DISTRIBUTED has beside the fields of every Map. */
export interface Distribution {
  readonly executionType: 'EXPRESS' | 'STANDARD';
  /** Part of the ARN of the map run and its executions. */
  readonly label: string;
  readonly reader: ItemReader | null;
  readonly batcher: ItemBatcher | null;
  readonly writer: ResultWriter | null;
}

export interface MapState extends Fallible {
  readonly type: 'Map';
  readonly items: Template | null;
  readonly itemSelector: Template | null;
  readonly maxConcurrency: Template | null;
  readonly toleratedFailureCount: Template | null;
  readonly toleratedFailurePercentage: Template | null;
  readonly processor: Flow;
  /** Null in the mode INLINE. */
  readonly distribution: Distribution | null;
}

export type FallibleState = TaskState | ParallelState | MapState;
export type State = PassState | SucceedState | ChoiceState | WaitState | FailState | FallibleState;

/** States with one entry: the machine itself, a branch, a Map's processor. */
export interface Flow {
  readonly startAt: string;
  readonly states: ReadonlyMap<string, State>;
}

export interface Machine extends Flow {
  readonly timeoutSeconds: number | null;
}

/** As `ValidateStateMachineDefinition` answers. */
export interface Diagnostic {
  readonly severity: 'ERROR' | 'WARNING';
  readonly code: string;
  readonly message: string;
  /** `/States/Name/Field` */
  readonly location: string;
}
