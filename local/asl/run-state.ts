/** One visit of a state, with its retries and catchers. */
import type { ChoiceState, FailState, FallibleState, State, WaitState } from './definition.ts';
import { AslError, EvaluationError } from './errors.ts';
import { retryDelayMillis, handlerOf } from './retry.ts';
import { runDistributedMap } from './run-distributed-map.ts';
import { runMap, runParallel } from './run-branches.ts';
import type { RunFlow } from './run-branches.ts';
import { runTaskAttempt } from './run-task.ts';
import { countRetry, depart, evaluate, expectType, isBoolean, isCount, isText } from './visit.ts';
import type { Departure, Visit } from './visit.ts';

/** Ends after that long, or earlier when the clock is moved. */
const waitMillis = (visit: Visit, millis: number): Promise<'elapsed' | 'moved'> => {
  const { interruption, options } = visit.surroundings;
  const cancels: (() => unknown)[] = [];
  const over = new Promise<'elapsed' | 'moved'>((resolve) => {
    cancels.push(
      options.timers.schedule(millis, () => {
        resolve('elapsed');
      }),
    );
    if (options.timers.onMove) {
      cancels.push(
        options.timers.onMove(() => {
          resolve('moved');
        }),
      );
    }
  });
  return interruption.during(over).finally(() => {
    for (const cancel of cancels) cancel();
  });
};

const waitEnd = async (visit: Visit, state: WaitState): Promise<number> => {
  const now = visit.surroundings.options.timers.nowEpochMillis();
  if (state.seconds !== null) {
    const seconds = expectType(await evaluate(visit, state.seconds), isCount, 'integer', 'Seconds');
    return now + seconds * 1_000;
  }
  if (state.timestamp === null) return now;
  const text = expectType(await evaluate(visit, state.timestamp), isText, 'string', 'Timestamp');
  const until = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/.test(text) ? Date.parse(text) : NaN;
  if (!Number.isNaN(until)) return until;
  throw new EvaluationError("The field 'Timestamp' is no RFC 3339 timestamp.", 'Timestamp');
};

const runWait = async (visit: Visit, state: WaitState): Promise<Departure> => {
  const { interruption, journal, options } = visit.surroundings;
  const until = visit.waitUntilEpochMillis ?? (await waitEnd(visit, state));
  const left = (): number => until - options.timers.nowEpochMillis();
  if (left() > 0 && visit.waitUntilEpochMillis === null && journal !== null) {
    await interruption.during(journal.wait(until));
  }
  while (left() > 0 && (await waitMillis(visit, left())) === 'moved');
  return depart(visit, state, visit.input);
};

const runChoice = async (visit: Visit, state: ChoiceState): Promise<Departure> => {
  for (const [index, rule] of state.rules.entries()) {
    const location = `Choices[${String(index)}]/Condition`;
    const isMet = expectType(await evaluate(visit, rule.condition), isBoolean, 'boolean', location);
    if (isMet) return depart(visit, rule, visit.input);
  }
  if (state.next === null) {
    const cause = 'Failed to transition out of the state. The state does not have a default.';
    throw new AslError('States.NoChoiceMatched', cause);
  }
  return depart(visit, state, visit.input);
};

const runFail = async (visit: Visit, state: FailState): Promise<never> => {
  const read = async (field: 'error' | 'cause', name: string): Promise<string> =>
    state[field] === null
      ? ''
      : expectType(await evaluate(visit, state[field]), isText, 'string', name);
  throw new AslError(await read('error', 'Error'), await read('cause', 'Cause'));
};

const resultOf = (visit: Visit, state: FallibleState, runFlow: RunFlow): Promise<unknown> => {
  switch (state.type) {
    case 'Task':
      return runTaskAttempt(visit, state);
    case 'Parallel':
      return runParallel(visit, state, runFlow);
    case 'Map':
      return state.distribution === null
        ? runMap(visit, state, runFlow)
        : runDistributedMap(visit, state, state.distribution);
  }
};

/** One attempt, without its retries and catchers. */
export const attemptOnce = async (
  visit: Visit,
  state: FallibleState,
  runFlow: RunFlow,
): Promise<Departure> => {
  const result = await resultOf(visit, state, runFlow);
  return depart(visit, state, result, { result });
};

/** Tells history of an expression that failed; other failures have told it themselves. */
const noteEvaluation = (visit: Visit, error: unknown): void => {
  if (!(error instanceof EvaluationError)) return;
  visit.surroundings.history.write('EvaluationFailed', {
    error: error.error,
    cause: error.cause,
    location: error.location,
    state: visit.stateName,
  });
};

const runFallible = async (
  visit: Visit,
  state: FallibleState,
  runFlow: RunFlow,
): Promise<Departure> => {
  const attempts = new Map<unknown, number>();
  for (;;) {
    try {
      return await attemptOnce(visit, state, runFlow);
    } catch (error) {
      if (!(error instanceof AslError)) throw error;
      noteEvaluation(visit, error);
      const retrier = handlerOf(state.retry, error.error);
      const attempt = attempts.get(retrier) ?? 0;
      if (retrier !== undefined && attempt < retrier.maxAttempts) {
        attempts.set(retrier, attempt + 1);
        await waitMillis(visit, retryDelayMillis(retrier, attempt, visit.surroundings.random));
        countRetry(visit);
        continue;
      }
      const catcher = handlerOf(state.catchers, error.error);
      if (catcher === undefined) throw new Uncaught(error);
      const errorOutput = { Error: error.error, Cause: error.cause };
      return depart(visit, catcher, errorOutput, { errorOutput });
    }
  }
};

/** An error that history knows already. */
class Uncaught extends Error {
  readonly error: AslError;

  constructor(error: AslError) {
    super(error.message);
    this.name = 'Uncaught';
    this.error = error;
  }
}

/** @throws AslError when the state fails and nothing catches it */
export const runState = async (
  visit: Visit,
  state: State,
  runFlow: RunFlow,
): Promise<Departure> => {
  try {
    switch (state.type) {
      case 'Pass':
      case 'Succeed':
        return await depart(visit, state, visit.input);
      case 'Choice':
        return await runChoice(visit, state);
      case 'Wait':
        return await runWait(visit, state);
      case 'Fail':
        return await runFail(visit, state);
      case 'Task':
      case 'Parallel':
      case 'Map':
        return await runFallible(visit, state, runFlow);
    }
  } catch (error) {
    if (error instanceof Uncaught) throw error.error;
    noteEvaluation(visit, error);
    throw error;
  }
};
