/** One state, tried by itself: one attempt, and what would become of its result or error. */
import type { FallibleState, State } from './definition.ts';
import { AslError } from './errors.ts';
import type { ExecutionOptions, Surroundings } from './execution.ts';
import { createHistorian } from './history.ts';
import type { HistoryEvent } from './history.ts';
import { createInterruption } from './interruption.ts';
import { payloadText } from './limits.ts';
import { handlerOf, retryDelayMillis } from './retry.ts';
import type { RunFlow } from './run-branches.ts';
import { attemptOnce, runState } from './run-state.ts';
import { contextOf, depart } from './visit.ts';
import type { Departure, Visit } from './visit.ts';

export interface Trial {
  readonly options: Pick<ExecutionOptions, 'id' | 'name' | 'roleArn' | 'runTask' | 'timers'>;
  readonly input: unknown;
  readonly variables: Readonly<Record<string, unknown>>;
  /** Further members of `$states.context`, or other values of its own. */
  readonly context: Readonly<Record<string, unknown>>;
  /** In the place of what a Map or a Parallel would do; a Task's stands in `runTask`. */
  readonly mock: (() => unknown) | null;
  /** How many retries there were before this attempt. */
  readonly retryCount: number;
}

export interface TrialOutcome {
  readonly status: 'SUCCEEDED' | 'FAILED' | 'RETRIABLE' | 'CAUGHT_ERROR';
  readonly departure: Departure | null;
  readonly error: AslError | null;
  readonly retryIndex: number | null;
  readonly retryDelayMillis: number | null;
  readonly catchIndex: number | null;
  readonly events: readonly HistoryEvent[];
}

const noFlow: RunFlow = () => Promise.reject(new TypeError('A trial has one state.'));

const visitOf = (state: State, trial: Trial, record: (event: HistoryEvent) => void): Visit => {
  const { options, input } = trial;
  const now = options.timers.nowEpochMillis();
  const time = new Date(now).toISOString();
  const surroundings: Surroundings = {
    options: { ...options, stateMachine: { id: options.id, name: options.name }, input, record },
    context: {
      Execution: {
        Id: options.id,
        Name: options.name,
        Input: input,
        StartTime: time,
        RoleArn: options.roleArn,
      },
      StateMachine: { Id: options.id, Name: options.name },
      ...trial.context,
    },
    history: createHistorian(record, () => options.timers.nowEpochMillis()),
    interruption: createInterruption(),
    random: Math.random,
    journal: null,
  };
  const variables = Object.entries(trial.variables).map(
    ([name, value]) => [name, { value, bytes: Buffer.byteLength(JSON.stringify(value)) }] as const,
  );
  return {
    surroundings,
    stateName: state.name,
    input,
    inputText: payloadText(input, `The state/task '${state.name}' was given an input`),
    variables: new Map(variables),
    enteredEventId: 0,
    waitUntilEpochMillis: null,
    context: contextOf(surroundings, {
      Name: state.name,
      EnteredTime: time,
      RetryCount: trial.retryCount,
    }),
  };
};

const isFallible = (state: State): state is FallibleState => 'catchers' in state;

const attempt = async (visit: Visit, state: State, trial: Trial): Promise<Departure> => {
  if (!isFallible(state)) return runState(visit, state, noFlow);
  if (state.type === 'Task' || trial.mock === null) return attemptOnce(visit, state, noFlow);
  const result = trial.mock();
  return depart(visit, state, result, { result });
};

const none = { departure: null, error: null, retryIndex: null, retryDelayMillis: null };

export const tryState = async (state: State, trial: Trial): Promise<TrialOutcome> => {
  const events: HistoryEvent[] = [];
  const visit = visitOf(state, trial, (event) => events.push(event));
  try {
    const departure = await attempt(visit, state, trial);
    return { ...none, status: 'SUCCEEDED', departure, catchIndex: null, events };
  } catch (error) {
    if (!(error instanceof AslError)) throw error;
    const failed = { ...none, error, catchIndex: null, events };
    if (!isFallible(state)) return { ...failed, status: 'FAILED' };
    const retrier = handlerOf(state.retry, error.error);
    if (retrier !== undefined && trial.retryCount < retrier.maxAttempts) {
      return {
        ...failed,
        status: 'RETRIABLE',
        retryIndex: state.retry.indexOf(retrier),
        retryDelayMillis: retryDelayMillis(retrier, trial.retryCount, visit.surroundings.random),
      };
    }
    const catcher = handlerOf(state.catchers, error.error);
    if (catcher === undefined) return { ...failed, status: 'FAILED' };
    const errorOutput = { Error: error.error, Cause: error.cause };
    return {
      ...failed,
      status: 'CAUGHT_ERROR',
      departure: await depart(visit, catcher, errorOutput, { errorOutput }),
      catchIndex: state.catchers.indexOf(catcher),
    };
  }
};
