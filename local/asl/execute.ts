/** Runs a compiled state machine once. */
import { setImmediate } from 'node:timers/promises';
import type { Flow, Machine, State } from './definition.ts';
import { AslError, Interrupted, Stopped } from './errors.ts';
import type { ExecutionOptions, Outcome, Surroundings } from './execution.ts';
import { createHistorian } from './history.ts';
import type { Historian } from './history.ts';
import { instantText } from './instant.ts';
import { createInterruption } from './interruption.ts';
import type { Resumption } from './journal.ts';
import { payloadText } from './limits.ts';
import type { RunFlow } from './run-branches.ts';
import { runState } from './run-state.ts';
import type { Variables } from './variables.ts';
import { contextOf } from './visit.ts';
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

type Arriving = Pick<Departure, 'output' | 'outputText' | 'variables'>;
type Entry = Pick<Resumption, 'entered' | 'waitUntilEpochMillis'>;

const firstTime: Entry = { entered: null, waitUntilEpochMillis: null };

/** Told durably before the next state begins: a restart goes on behind what has ended. */
const arrive = async (
  { interruption, journal }: Surroundings,
  departure: Arriving & { readonly next: string | null },
): Promise<void> => {
  if (journal === null) return;
  const variables = [...departure.variables].map(([name, { value }]) => [name, value] as const);
  const arrival = {
    stateName: departure.next,
    inputText: departure.outputText,
    variables: Object.fromEntries(variables),
  };
  await interruption.during(journal.arrive(arrival));
};

const visitState = async (
  surroundings: Surroundings,
  state: State,
  arrival: Arriving,
  { entered, waitUntilEpochMillis }: Entry,
): Promise<Departure> => {
  const { history, interruption, options } = surroundings;
  const { name } = state;
  if (options.pause !== undefined) await interruption.during(options.pause(name, 'enter'));
  const reason = interruption.reason();
  if (reason !== null) throw reason;
  const visit: Visit = {
    surroundings,
    stateName: name,
    input: arrival.output,
    inputText: arrival.outputText,
    variables: arrival.variables,
    enteredEventId:
      entered?.eventId ??
      history.write(`${state.type}StateEntered`, { name, input: arrival.outputText }),
    waitUntilEpochMillis,
    context: contextOf(surroundings, {
      Name: name,
      EnteredTime: instantText(entered?.atEpochMillis ?? options.timers.nowEpochMillis()),
      RetryCount: 0,
    }),
  };
  try {
    const departure = await runState(visit, state, runFlow);
    if (state.type !== 'Fail') {
      history.write(`${state.type}StateExited`, {
        name,
        output: departure.outputText,
        ...(departure.assigned !== null && { assignedVariables: departure.assigned }),
      });
      await arrive(surroundings, departure);
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

const runStates = async (
  flow: Flow,
  surroundings: Surroundings,
  start: Arriving & { readonly next: string | null },
  entry: Entry,
): Promise<Arriving> => {
  let arrival: Arriving = start;
  let name = start.next;
  for (let visits = 1; name !== null; visits += 1) {
    if (visits % visitsPerTurn === 0) await setImmediate();
    const departure: Departure = await visitState(
      surroundings,
      stateOf(flow, name),
      arrival,
      visits === 1 ? entry : firstTime,
    );
    arrival = departure;
    name = departure.next;
  }
  return arrival;
};

const startOf = (
  flow: Flow,
  input: unknown,
  variables: Variables,
): Arriving & { readonly next: string } => ({
  next: flow.startAt,
  output: input,
  outputText: payloadText(input, `The state/task '${flow.startAt}' was given an input`),
  variables,
});

const runFlow: RunFlow = (flow, surroundings, input, variables) =>
  runStates(flow, surroundings, startOf(flow, input, variables), firstTime);

/** The machine's own flow, from its start or from where it was cut off. */
const runMachine = async (machine: Machine, surroundings: Surroundings): Promise<Arriving> => {
  const { input, resumption, roleArn } = surroundings.options;
  if (resumption === undefined) {
    surroundings.history.write('ExecutionStarted', { input: JSON.stringify(input), roleArn });
    const start = startOf(machine, input, new Map());
    await arrive(surroundings, start);
    return runStates(machine, surroundings, start, firstTime);
  }
  const { arrival } = resumption;
  const variables = Object.entries(arrival.variables).map(
    ([name, value]) => [name, { value, bytes: Buffer.byteLength(JSON.stringify(value)) }] as const,
  );
  const start = {
    next: arrival.stateName,
    output: JSON.parse(arrival.inputText) as unknown,
    outputText: arrival.inputText,
    variables: new Map(variables),
  };
  return runStates(machine, surroundings, start, resumption);
};

const outcomeOf = (error: unknown, history: Historian): Outcome => {
  if (error instanceof AslError) {
    const details = { error: error.error, cause: error.cause };
    history.write('ExecutionFailed', details);
    return { status: 'FAILED', ...details };
  }
  if (!(error instanceof Interrupted)) throw error;
  if (error.by === 'abort') {
    history.write('ExecutionAborted', { ...error.details });
    return { status: 'ABORTED', ...error.details };
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
  const history = createHistorian(
    options.record,
    () => timers.nowEpochMillis(),
    options.resumption,
  );
  const startedAtEpochMillis = options.startedAtEpochMillis ?? timers.nowEpochMillis();
  const limitMillis = Math.min(
    (machine.timeoutSeconds ?? Infinity) * 1_000,
    options.maximumMillis ?? Infinity,
  );
  const surroundings: Surroundings = {
    options,
    history,
    interruption,
    random: options.random ?? Math.random,
    journal: options.journal ?? null,
    context: {
      Execution: {
        Id: options.id,
        Name: options.name,
        Input: options.input,
        StartTime: instantText(startedAtEpochMillis),
        RoleArn: options.roleArn,
      },
      StateMachine: { Id: options.stateMachine.id, Name: options.stateMachine.name },
    },
  };
  const abort = (): void => {
    const why: unknown = options.signal?.reason;
    interruption.interrupt(new Interrupted('abort', why instanceof Stopped ? why.details : {}));
  };
  options.signal?.addEventListener('abort', abort, { once: true });
  if (options.signal?.aborted === true) abort();
  const cancel = Number.isFinite(limitMillis)
    ? timers.schedule(startedAtEpochMillis + limitMillis - timers.nowEpochMillis(), () => {
        interruption.interrupt(new Interrupted('timeout'));
      })
    : (): void => undefined;
  try {
    const { outputText } = await runMachine(machine, surroundings);
    history.write('ExecutionSucceeded', { output: outputText });
    return { status: 'SUCCEEDED', output: outputText };
  } catch (error) {
    return outcomeOf(error, history);
  } finally {
    cancel();
    options.signal?.removeEventListener('abort', abort);
  }
};
