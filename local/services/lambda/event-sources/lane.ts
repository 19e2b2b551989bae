/** A lane takes its share of a stream's partition keys, batch by batch, each after the one before is settled. */
import { crc32 } from 'node:zlib';
import { eventFields } from '../../events/pattern/event-fields.ts';
import { compileEventPattern } from '../../events/pattern/event-pattern.ts';
import { jsonNodesOf } from '../../events/pattern/json-nodes.ts';
import type { StreamRecord } from '../../dynamodb/streams.ts';
import { settleBatch } from './batch.ts';
import type { BatchOutcome, GivenUp } from './batch.ts';
import type { Interruptible } from './interruptible.ts';
import type { EventSourceMapping } from './model.ts';
import type { StreamReader } from './stream-reader.ts';

export interface LaneDependencies {
  readonly mapping: EventSourceMapping;
  readonly index: number;
  readonly reader: StreamReader;
  readonly interruptible: Interruptible;
  readonly nowEpochMillis: () => number;
  readonly invoke: (records: readonly StreamRecord[]) => Promise<BatchOutcome | null>;
  readonly giveUp: (givenUp: GivenUp) => Promise<void>;
  readonly position: () => string;
  /** Durable when it resolves. */
  readonly moveTo: (sequenceNumber: string) => Promise<void>;
}

/** Lambda's limit for an event. */
const mostBytes = 6 * 1024 * 1024;
/** One request changes many rows, and each look costs two calls. Lambda looks four times a second. */
const betweenLooksMillis = 50;
/** Records that nobody wants are read again after a stop, but not too many of them. */
const skippedBeforeMove = 500;

/** Whether a record is for this lane and for the function. */
const createChoice = ({
  mapping,
  index,
  reader,
}: LaneDependencies): ((record: StreamRecord) => boolean) => {
  const patterns = mapping.patterns.map(compileEventPattern);
  return (record) => {
    const key = JSON.stringify(record.dynamodb.Keys[reader.partitionKey]);
    if (crc32(key) % mapping.parallelizationFactor !== index) return false;
    if (patterns.length === 0) return true;
    const fields = eventFields(jsonNodesOf(record));
    return patterns.some((matches) => matches(fields));
  };
};

interface Gathered {
  readonly batch: readonly StreamRecord[];
  /** Where the next batch begins, once this one is settled. */
  readonly through: string;
}

export const runLane = async (dependencies: LaneDependencies): Promise<void> => {
  const { mapping, reader, interruptible, nowEpochMillis } = dependencies;
  const { news, isStopped } = interruptible;
  const isChosen = createChoice(dependencies);

  const gather = async (): Promise<Gathered> => {
    const batch: StreamRecord[] = [];
    let bytes = 0;
    let through = dependencies.position();
    let windowEndEpochMillis = Infinity;
    let skipped = 0;
    while (!isStopped()) {
      const seen = news.count();
      const records = await reader.read(through);
      for (const record of records) {
        if (isChosen(record)) {
          bytes += Buffer.byteLength(JSON.stringify(record));
          if (batch.length > 0 && bytes > mostBytes) return { batch, through };
          batch.push(record);
          if (batch.length === 1)
            windowEndEpochMillis = nowEpochMillis() + mapping.batchingWindowSeconds * 1000;
        } else skipped += 1;
        through = record.dynamodb.SequenceNumber;
        if (batch.length === mapping.batchSize) return { batch, through };
      }
      if (records.length > 0 && batch.length === 0 && skipped >= skippedBeforeMove) {
        await dependencies.moveTo(through);
        skipped = 0;
      }
      if (records.length > 0 && batch.length === 0) continue;
      const rest = windowEndEpochMillis - nowEpochMillis();
      if (batch.length > 0 && rest <= 0) break;
      await news.after(seen, batch.length === 0 ? null : rest);
      if (batch.length === 0) await interruptible.pause(betweenLooksMillis);
    }
    return { batch, through };
  };

  while (!isStopped()) {
    const { batch, through } = await gather();
    let settled = '';
    await settleBatch(batch, mapping, {
      invoke: dependencies.invoke,
      giveUp: dependencies.giveUp,
      acknowledge: async ({ dynamodb: { SequenceNumber } }) => {
        settled = SequenceNumber;
        await dependencies.moveTo(SequenceNumber);
      },
      pause: interruptible.pause,
      isStopped,
      nowEpochMillis,
    });
    const isWhole = settled === batch.at(-1)?.dynamodb.SequenceNumber;
    if (!isStopped() && isWhole && through !== settled) await dependencies.moveTo(through);
  }
};
