/** Runs a compiled state machine once. */
import { setImmediate } from 'node:timers/promises';
import type { Flow, Machine, State } from './definition.ts';
import { AslError, Interrupted } from './errors.ts';
import type { ExecutionOptions, Outcome, Surroundings } from './execution.ts';
import { createHistorian } from './history.ts';
import type { Historian } from './history.ts';
import { createInterruption } from './interruption.ts';
import { payloadText } from './limits.ts';
import type { RunFlow } from './run-branches.ts';
import { runState } from './run-state.ts';
import type { Variables } from './variables.ts';
import type { Departure, Visit } from './visit.ts';

const abortable = ['Task', 'Wait', 'Parallel', 'Map'] as const;

const noteAbort = (history: Historian, state: State): void => {
  const type = abortable.find((name) => name === state.type);
  if (type !== undefined) history.write(`${type}StateAborted`, {});
};

const stateOf = (flow: Flow, name: string): State => {
  const state = flow.states.get(name);
  if (state === undefined) throw new TypeError(`The machine has no state ${name}`);
  return state;
};

const visitState = async (
  surroundings: Surroundings,
  state: State,
  arrival: Pick<Departure, 'output' | 'outputText' | 'variables'>,
): Promise<Departure> => {
  const { history, interruption, options } = surroundings;
  const { name } = state;
  if (options.pause !== undefined) await interruption.during(options.pause(name, 'enter'));
  const reason = interruption.reason();
  if (reason !== null) throw reason;
  history.write(`${state.type}StateEntered`, { name, input: arrival.outputText });
  const visit: Visit = {
    surroundings,
    stateName: name,
    input: arrival.output,
    inputText: arrival.outputText,
    variables: arrival.variables,
    enteredTime: new Date(options.timers.nowEpochMillis()).toISOString(),
    retryCount: 0,
  };
  try {
    const departure = await runState(visit, state, runFlow);
    if (state.type !== 'Fail') {
      history.write(`${state.type}StateExited`, {
        name,
        output: departure.outputText,
        ...(departure.assigned !== null && { assignedVariables: departure.assigned }),
      });
    }
    if (options.pause !== undefined) await interruption.during(options.pause(name, 'exit'));
    return departure;
  } catch (error) {
    if (error instanceof Interrupted && error.by === 'branch') noteAbort(history, state);
    throw error;
  }
};

/** A loop of states that wait for nothing must let timers, and so its own timeout, run. */
const visitsPerTurn = 64;

const runFlow: RunFlow = async (flow, surroundings, input, variables) => {
  const what = `The state/task '${flow.startAt}' was given an input`;
  let arrival: Pick<Departure, 'output' | 'outputText' | 'variables'> = {
    output: input,
    outputText: payloadText(input, what),
    variables,
  };
  let name: string | null = flow.startAt;
  for (let visits = 1; name !== null; visits += 1) {
    if (visits % visitsPerTurn === 0) await setImmediate();
    const departure: Departure = await visitState(surroundings, stateOf(flow, name), arrival);
    arrival = departure;
    name = departure.next;
  }
  return arrival;
};

const outcomeOf = (error: unknown, history: Historian): Outcome => {
  if (error instanceof AslError) {
    const details = { error: error.error, cause: error.cause };
    history.write('ExecutionFailed', details);
    return { status: 'FAILED', ...details };
  }
  if (!(error instanceof Interrupted)) throw error;
  if (error.by === 'abort') {
    history.write('ExecutionAborted', {});
    return { status: 'ABORTED' };
  }
  const details = { error: 'States.Timeout', cause: '' };
  history.write('ExecutionTimedOut', details);
  return { status: 'TIMED_OUT', ...details };
};

/**
 * Runs to an end and tells it; what the machine does wrong is an outcome, never a rejection.
 * Nothing of one execution is reachable from another: a machine may run many at a time.
 * @throws what `runTask`, `record` or `pause` threw, when that is no AslError
 */
export const execute = async (machine: Machine, options: ExecutionOptions): Promise<Outcome> => {
  const { timers } = options;
  const interruption = createInterruption();
  const history = createHistorian(options.record, () => timers.nowEpochMillis());
  const limitMillis = Math.min(
    (machine.timeoutSeconds ?? Infinity) * 1_000,
    options.maximumMillis ?? Infinity,
  );
  const surroundings: Surroundings = {
    options,
    history,
    interruption,
    random: options.random ?? Math.random,
    context: {
      Execution: {
        Id: options.id,
        Name: options.name,
        Input: options.input,
        StartTime: new Date(timers.nowEpochMillis()).toISOString(),
        RoleArn: options.roleArn,
      },
      StateMachine: { Id: options.stateMachine.id, Name: options.stateMachine.name },
    },
  };
  const abort = (): void => {
    interruption.interrupt(new Interrupted('abort'));
  };
  options.signal?.addEventListener('abort', abort, { once: true });
  if (options.signal?.aborted === true) abort();
  const cancel = Number.isFinite(limitMillis)
    ? timers.schedule(limitMillis, () => {
        interruption.interrupt(new Interrupted('timeout'));
      })
    : (): void => undefined;
  try {
    history.write('ExecutionStarted', {
      input: JSON.stringify(options.input),
      roleArn: options.roleArn,
    });
    const none: Variables = new Map();
    const { outputText } = await runFlow(machine, surroundings, options.input, none);
    history.write('ExecutionSucceeded', { output: outputText });
    return { status: 'SUCCEEDED', output: outputText };
  } catch (error) {
    return outcomeOf(error, history);
  } finally {
    cancel();
    options.signal?.removeEventListener('abort', abort);
  }
};
