/** The events of an execution, with AWS's types, order and detail names. */
import type { State } from './definition.ts';

type TerminalType =
  'ExecutionSucceeded' | 'ExecutionFailed' | 'ExecutionTimedOut' | 'ExecutionAborted';

type EventType =
  | 'ExecutionStarted'
  | TerminalType
  | `${State['type']}StateEntered`
  | `${Exclude<State['type'], 'Fail'>}StateExited`
  | `${'Task' | 'Wait' | 'Parallel' | 'Map'}StateAborted`
  | `Task${'Scheduled' | 'Started' | 'Succeeded' | 'Failed' | 'TimedOut'}`
  | `${'Parallel' | 'Map'}State${'Started' | 'Succeeded' | 'Failed'}`
  | `MapIteration${'Started' | 'Succeeded' | 'Failed' | 'Aborted'}`
  | 'EvaluationFailed';

export interface HistoryEvent {
  /** From 1, in order. */
  readonly id: number;
  readonly type: EventType;
  /** The event that this one follows: of its own branch, 0 for the first two. */
  readonly previousEventId: number;
  readonly timestampEpochMillis: number;
  /** Payloads in it (`input`, `output`, `parameters`, `assignedVariables`' values) are JSON texts. */
  readonly details: Readonly<Record<string, unknown>>;
}

/** Writes the events of one branch; those of other branches of the execution lie between them. */
export interface Historian {
  readonly write: (type: EventType, details: Readonly<Record<string, unknown>>) => void;
  readonly branch: () => Historian;
}

/** Nothing is written after one of the execution's own last events. */
export const createHistorian = (
  record: (event: HistoryEvent) => void,
  nowEpochMillis: () => number,
): Historian => {
  let lastId = 0;
  let isOver = false;
  const follow = (start: number): Historian => {
    let previous = start;
    return {
      write: (type, details) => {
        if (isOver) return;
        isOver = /^Execution(?!Started)/.test(type);
        lastId += 1;
        record({
          id: lastId,
          type,
          previousEventId: previous,
          timestampEpochMillis: nowEpochMillis(),
          details,
        });
        previous = type === 'ExecutionStarted' ? 0 : lastId;
      },
      branch: () => follow(previous),
    };
  };
  return follow(0);
};
