/** One attempt of a Parallel or a Map: several flows at a time, of which a failure ends the others. */
import type { Flow, MapState, ParallelState } from './definition.ts';
import { AslError, Interrupted } from './errors.ts';
import type { Surroundings } from './execution.ts';
import { payloadText } from './limits.ts';
import { thresholdExceeded, toleratedFailures } from './map-threshold.ts';
import { contextOf, countOf, evaluate, expectType } from './visit.ts';
import type { Visit } from './visit.ts';
import type { Variables } from './variables.ts';

/** Runs the states of a flow from its start to its end; gives the last output. */
export type RunFlow = (
  flow: Flow,
  surroundings: Surroundings,
  input: unknown,
  variables: Variables,
) => Promise<{ readonly output: unknown; readonly outputText: string }>;

type Branch = (surroundings: Surroundings) => Promise<unknown>;

/** Runs all, at most `limit` at a time. @throws what the first failing one threw, once all have ended */
const runAll = async (
  visit: Visit,
  branches: readonly Branch[],
  limit: number,
): Promise<unknown[]> => {
  const interruption = visit.surroundings.interruption.child();
  const results: unknown[] = branches.map(() => undefined);
  const failures: unknown[] = [];
  const pending = branches.entries();
  const work = async (): Promise<void> => {
    for (const [index, branch] of pending) {
      if (interruption.reason() !== null) return;
      const history = visit.surroundings.history.branch();
      try {
        results[index] = await branch({
          ...visit.surroundings,
          interruption,
          history,
          journal: null,
        });
      } catch (error) {
        if (interruption.reason() === null) failures.push(error);
        interruption.interrupt(new Interrupted('branch'));
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, branches.length) }, work));
  interruption.release();
  const reason = visit.surroundings.interruption.reason();
  if (reason !== null) throw reason;
  if (failures.length > 0) throw failures[0];
  return results;
};

/** Writes the attempt's first and last events round it. */
const told = async (
  visit: Visit,
  type: 'Parallel' | 'Map',
  started: Readonly<Record<string, unknown>>,
  run: () => Promise<unknown[]>,
): Promise<unknown[]> => {
  const { history } = visit.surroundings;
  history.write(`${type}StateStarted`, started);
  try {
    const results = await run();
    payloadText(results, `The state/task '${visit.stateName}' returned a result`);
    history.write(`${type}StateSucceeded`, {});
    return results;
  } catch (error) {
    if (error instanceof AslError) {
      history.write(`${type}StateFailed`, { error: error.error, cause: error.cause });
    }
    throw error;
  }
};

export const runParallel = async (
  visit: Visit,
  state: ParallelState,
  runFlow: RunFlow,
): Promise<unknown> => {
  const input = state.arguments === null ? visit.input : await evaluate(visit, state.arguments);
  payloadText(input, `The arguments of the state '${visit.stateName}' were evaluated`);
  const branches = state.branches.map(
    (flow): Branch =>
      async (surroundings) =>
        (await runFlow(flow, surroundings, input, visit.variables)).output,
  );
  return told(visit, 'Parallel', {}, () => runAll(visit, branches, Infinity));
};

const isArray = (value: unknown): value is readonly unknown[] => Array.isArray(value);

/** The most that AWS runs at a time in an inline Map. */
const inlineConcurrency = 40;

export const runMap = async (visit: Visit, state: MapState, runFlow: RunFlow): Promise<unknown> => {
  const source = state.items === null ? visit.input : await evaluate(visit, state.items);
  const items = expectType(source, isArray, 'array', 'Items');
  const concurrency = (await countOf(visit, state.maxConcurrency, 'MaxConcurrency')) ?? 0;
  const tolerated = (await toleratedFailures(visit, state))(items.length);
  const failed = new Set<number>();

  const iterate = async (
    surroundings: Surroundings,
    value: unknown,
    index: number,
  ): Promise<unknown> => {
    const about = { name: visit.stateName, index };
    const context = {
      ...visit.surroundings.context,
      Map: { Item: { Index: index, Value: value } },
    };
    const { history, interruption } = surroundings;
    history.write('MapIterationStarted', about);
    try {
      const inside = { ...surroundings, context };
      const selecting: Visit = { ...visit, context: contextOf(inside, visit.context.State) };
      const input =
        state.itemSelector === null ? value : await evaluate(selecting, state.itemSelector);
      const { output } = await runFlow(state.processor, inside, input, visit.variables);
      history.write('MapIterationSucceeded', about);
      return output;
    } catch (error) {
      if (interruption.reason() !== null) history.write('MapIterationAborted', about);
      if (!(error instanceof AslError)) throw error;
      history.write('MapIterationFailed', about);
      failed.add(index);
      if (tolerated === null) throw error;
      if (failed.size > tolerated) throw thresholdExceeded();
      return undefined;
    }
  };
  const branches = items.map(
    (value, index): Branch =>
      (surroundings) =>
        iterate(surroundings, value, index),
  );
  const limit = concurrency === 0 ? inlineConcurrency : Math.min(concurrency, inlineConcurrency);
  return told(visit, 'Map', { length: items.length }, async () => {
    const results = await runAll(visit, branches, limit);
    return results.filter((_, index) => !failed.has(index));
  });
};
