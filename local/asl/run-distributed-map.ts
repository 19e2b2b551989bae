/** One attempt of a Map in the mode DISTRIBUTED: a child execution for each item or batch. */
import type { Distribution, ItemBatcher, MapState } from './definition.ts';
import type { ChildExecution, MapRun, MapRuns } from './execution.ts';
import { AslError, Interrupted } from './errors.ts';
import { maximumPayloadBytes, payloadText } from './limits.ts';
import { readDataset } from './map-dataset.ts';
import { collectedResults, writeResults } from './map-results.ts';
import { thresholdExceeded, toleratedFailures } from './map-threshold.ts';
import { contextOf, countOf, evaluate, expectType } from './visit.ts';
import type { Visit } from './visit.ts';

/** Beyond this AWS would go; one process gains nothing by it. */
const mostChildrenAtATime = 1_000;

const isArray = (value: unknown): value is readonly unknown[] => Array.isArray(value);
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

interface Child {
  readonly input: string;
  readonly itemCount: number;
}

const select = (visit: Visit, state: MapState, value: unknown, index: number): unknown => {
  if (state.itemSelector === null) return value;
  const within = { ...visit.surroundings.context, Map: { Item: { Index: index, Value: value } } };
  const context = contextOf({ context: within }, visit.context.State);
  return evaluate({ ...visit, context }, state.itemSelector);
};

const inputText = (visit: Visit, input: unknown): string =>
  payloadText(input, `A child of the state '${visit.stateName}' was given an input`);

const batches = async (
  visit: Visit,
  batcher: ItemBatcher,
  items: readonly unknown[],
): Promise<Child[]> => {
  const perBatch = (await countOf(visit, batcher.maxItems, 'MaxItemsPerBatch')) ?? Infinity;
  const bytesPerBatch =
    (await countOf(visit, batcher.maxBytes, 'MaxInputBytesPerBatch')) ?? maximumPayloadBytes;
  const shared =
    batcher.batchInput === null ? undefined : await evaluate(visit, batcher.batchInput);
  const textOf = (Items: readonly unknown[]): string =>
    inputText(visit, { Items, ...(shared !== undefined && { BatchInput: shared }) });
  const frameBytes = Buffer.byteLength(textOf([]));
  const children: Child[] = [];
  let batch: unknown[] = [];
  let bytes = frameBytes;
  const close = (): void => {
    if (batch.length > 0) children.push({ input: textOf(batch), itemCount: batch.length });
    batch = [];
    bytes = frameBytes;
  };
  for (const item of items) {
    // Each item brings its comma.
    const size = Buffer.byteLength(JSON.stringify(item)) + 1;
    if (batch.length >= perBatch || bytes + size > Math.min(bytesPerBatch, maximumPayloadBytes)) {
      close();
    }
    batch.push(item);
    bytes += size;
  }
  close();
  return children;
};

const inlineItems = async (visit: Visit, state: MapState): Promise<readonly unknown[]> => {
  const source = state.items === null ? visit.input : await evaluate(visit, state.items);
  return expectType(source, isArray, 'array', 'Items');
};

/** Runs all, at most `limit` at a time. @throws what stops the run, once all have ended */
const runChildren = async (
  visit: Visit,
  run: MapRun,
  children: readonly Child[],
  { limit, tolerated }: { readonly limit: number; readonly tolerated: number },
): Promise<ChildExecution[]> => {
  const interruption = visit.surroundings.interruption.child();
  const ended: ChildExecution[] = [];
  const faults: unknown[] = [];
  let failedItems = 0;
  const pending = children.entries();
  const work = async (): Promise<void> => {
    for (const [index, { input, itemCount }] of pending) {
      if (interruption.reason() !== null) return;
      // A signal of its own: one that a thousand children listen to would look like a leak.
      const { release, signal } = interruption.child();
      try {
        const child = await run.runChild(index, input, { signal: signal(), itemCount });
        ended[index] = child;
        if (child.outcome.status === 'SUCCEEDED' || interruption.reason() !== null) continue;
        failedItems += itemCount;
        if (failedItems > tolerated) throw thresholdExceeded();
      } catch (error) {
        if (interruption.reason() === null) faults.push(error);
        interruption.interrupt(new Interrupted('branch'));
      } finally {
        release();
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, children.length) }, work));
  interruption.release();
  const reason = visit.surroundings.interruption.reason();
  if (reason !== null) throw reason;
  if (faults.length > 0) throw faults[0];
  return ended;
};

/** The dataset, its children and their results, within the map run. */
const process = async (
  visit: Visit,
  state: MapState,
  distribution: Distribution,
  given: readonly unknown[] | null,
  { mapRuns, run }: { readonly mapRuns: MapRuns; readonly run: MapRun },
): Promise<unknown> => {
  const { batcher, reader, writer } = distribution;
  const s3 = { s3: mapRuns.s3, context: visit.context };
  let items = given ?? [];
  if (reader !== null) {
    const parameters = expectType(
      await evaluate(visit, reader.arguments),
      isObject,
      'object',
      'ItemReader/Arguments',
    );
    const maxItems = await countOf(visit, reader.maxItems, 'ItemReader/ReaderConfig/MaxItems');
    items = await visit.surroundings.interruption.during(
      readDataset(reader, parameters, maxItems, s3),
    );
  }
  const selected: unknown[] = [];
  for (const [index, value] of items.entries()) {
    selected.push(await select(visit, state, value, index));
  }
  const children =
    batcher === null
      ? selected.map((input): Child => ({ input: inputText(visit, input), itemCount: 1 }))
      : await batches(visit, batcher, selected);
  const concurrency = (await countOf(visit, state.maxConcurrency, 'MaxConcurrency')) ?? 0;
  const tolerated = (await toleratedFailures(visit, state))(items.length) ?? 0;
  const ended = await runChildren(visit, run, children, {
    limit: concurrency === 0 ? mostChildrenAtATime : Math.min(concurrency, mostChildrenAtATime),
    tolerated,
  });
  if (writer?.arguments == null) return collectedResults(ended, writer, run);
  const destination = await evaluate(visit, writer.arguments);
  return visit.surroundings.interruption.during(writeResults(ended, writer, destination, run, s3));
};

export const runDistributedMap = async (
  visit: Visit,
  state: MapState,
  distribution: Distribution,
): Promise<unknown> => {
  const { history, options } = visit.surroundings;
  const { mapRuns } = options;
  if (mapRuns === undefined) throw new AslError('States.Runtime', 'Here are no map runs.');
  const given = distribution.reader === null ? await inlineItems(visit, state) : null;
  history.write('MapStateStarted', { length: given?.length ?? 0 });
  const run = await mapRuns.open({
    label: distribution.label,
    executionType: distribution.executionType,
    processor: state.processor,
    attempt: `${String(visit.enteredEventId)}-${String(visit.context.State.RetryCount)}`,
    context: visit.context,
  });
  history.write('MapRunStarted', { mapRunArn: run.arn });
  try {
    const result = await process(visit, state, distribution, given, { mapRuns, run });
    payloadText(result, `The state/task '${visit.stateName}' returned a result`);
    history.write('MapRunSucceeded', {});
    history.write('MapStateSucceeded', {});
    return result;
  } catch (error) {
    if (error instanceof AslError) {
      const { cause, error: name } = error;
      history.write('MapRunFailed', { error: name, cause });
      history.write('MapStateFailed', { error: name, cause });
    } else if (error instanceof Interrupted) history.write('MapRunAborted', {});
    throw error;
  }
};
