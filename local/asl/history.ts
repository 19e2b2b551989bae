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
  | `MapRun${'Started' | 'Succeeded' | 'Failed' | 'Aborted'}`
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
  /** Returns the event's id. */
  readonly write: (type: EventType, details: Readonly<Record<string, unknown>>) => number;
  readonly branch: () => Historian;
}

/**
 * Nothing is written after one of the execution's own last events.
 * @param from where an execution that was cut off goes on
 */
export const createHistorian = (
  record: (event: HistoryEvent) => void,
  nowEpochMillis: () => number,
  from: { readonly lastEventId: number; readonly previousEventId: number } = {
    lastEventId: 0,
    previousEventId: 0,
  },
): Historian => {
  let lastId = from.lastEventId;
  let isOver = false;
  const follow = (start: number): Historian => {
    let previous = start;
    return {
      write: (type, details) => {
        if (isOver) return lastId;
        isOver = type.startsWith('Execution') && type !== 'ExecutionStarted';
        lastId += 1;
        record({
          id: lastId,
          type,
          previousEventId: previous,
          timestampEpochMillis: nowEpochMillis(),
          details,
        });
        previous = type === 'ExecutionStarted' ? 0 : lastId;
        return lastId;
      },
      branch: () => follow(previous),
    };
  };
  return follow(from.previousEventId);
};
