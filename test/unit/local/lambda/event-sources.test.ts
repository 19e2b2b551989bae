import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { processTimers } from '../../../../local/asl/timers.ts';
import type { PolicyDocument } from '../../../../local/iam/policy.ts';
import { createDynamoDbService } from '../../../../local/services/dynamodb/service.ts';
import type { StreamRecord } from '../../../../local/services/dynamodb/streams.ts';
import { createEventSourceMappings } from '../../../../local/services/lambda/event-sources/mappings.ts';
import type { EventSourceMapping } from '../../../../local/services/lambda/event-sources/model.ts';
import { defaultSettings } from '../../../../local/services/sqs/model.ts';
import { createSqsService } from '../../../../local/services/sqs/service.ts';
import { openStore } from '../../../../local/state/store.ts';
import { createAwsCall } from '../../../../local/wire/dispatch.ts';
import { allow, policy, session } from '../iam/principals-for-tests.ts';
import { twinContext } from '../../../support/twin/call-context.ts';
import { rowsTable } from '../../../support/twin/rows-table.ts';

// One file, though long: its stories share one table’s stream and what starts a mapping of it.

const clock = { nowEpochMillis: () => Date.now() };
const TableName = 'ledger';
const queueArn = 'arn:aws:sqs:us-east-1:123456789012:given-up';
const streamActions = ['ListStreams', 'DescribeStream', 'GetShardIterator', 'GetRecords'] as const;

/** The texts of the items that an invocation was given. */
type Batch = readonly string[];
type Handler = (batch: Batch, records: readonly StreamRecord[]) => unknown;

const textOf = ({ dynamodb }: StreamRecord): string =>
  String((dynamodb.NewImage ?? dynamodb.OldImage)?.['text']?.['S']);

let directory: string;
let stopAll: (() => Promise<void>)[];
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'stepkey-event-sources-'));
  stopAll = [];
});
afterEach(async () => {
  for (const stop of stopAll.reverse()) await stop();
  await rm(directory, { recursive: true, force: true });
});

/** One process of the twin on the directory, as far as streams go. */
const start = async (
  handler: Handler,
  change: Partial<EventSourceMapping> = {},
  rights?: (streamArn: string) => PolicyDocument,
) => {
  const store = await openStore(join(directory, 'store'));
  const dynamoDb = await createDynamoDbService({ directory: join(directory, 't'), store, clock });
  const { streamArn } = await dynamoDb.createTable({
    TableName,
    ...rowsTable,
    StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' },
  });
  const sqs = await createSqsService({ store, clock, endpoint: 'http://127.0.0.1:1' });
  const { queueUrl: QueueUrl } = await sqs.putQueue({
    name: 'given-up',
    settings: defaultSettings,
    encryption: {},
  });
  const lines: string[] = [];
  const log = (line: string): void => {
    lines.push(line);
  };
  const call = createAwsCall([dynamoDb, sqs], { log, clock });
  const full = policy(
    ...streamActions.map((action) => allow(`dynamodb:${action}`, streamArn ?? '')),
    allow('sqs:SendMessage', queueArn),
  );
  const invocations: Batch[] = [];
  const eventSources = await createEventSourceMappings({
    store,
    timers: processTimers(clock),
    call,
    dynamoDb,
    log,
    principalOfRole: () =>
      Promise.resolve(session({ identityPolicies: [rights?.(streamArn ?? '') ?? full] })),
    lambda: {
      roleArnOf: () => 'arn:aws:iam::123456789012:role/consumer',
      invokeByLambda: async (_name, payload) => {
        const { Records } = JSON.parse(payload) as { Records: StreamRecord[] };
        const batch = Records.map(textOf);
        invocations.push(batch);
        try {
          const answer = await handler(batch, Records);
          return { outcome: 'answered', payload: JSON.stringify(answer ?? null) };
        } catch {
          return { outcome: 'failed', payload: '{}' };
        }
      },
    },
  });
  await eventSources.put({
    uuid: '00000000-0000-4000-8000-000000000001',
    functionName: 'consumer',
    streamArn: streamArn ?? '',
    enabled: true,
    startingPosition: 'TRIM_HORIZON',
    batchSize: 10,
    batchingWindowSeconds: 0,
    bisectsOnError: false,
    maximumRetryAttempts: -1,
    maximumRecordAgeSeconds: -1,
    reportsItemFailures: false,
    parallelizationFactor: 1,
    patterns: [],
    onFailureArn: null,
    ...change,
  });
  eventSources.start();
  const run = (operation: string, input: Record<string, unknown>) =>
    call('dynamodb', operation, input, twinContext);
  const stop = async (): Promise<void> => {
    await eventSources.close();
    sqs.close();
    await dynamoDb.close();
    await store.close();
  };
  let stopped: Promise<void> | null = null;
  const stopOnce = (): Promise<void> => (stopped ??= stop());
  stopAll.push(stopOnce);
  return {
    invocations,
    lines,
    eventSources,
    dynamoDb,
    stop: stopOnce,
    put: (text: string, pk = 'a') =>
      run('PutItem', {
        TableName,
        Item: { pk: { S: pk }, sk: { S: randomUUID() }, text: { S: text } },
      }),
    queued: async () => {
      const { Messages = [] } = await call(
        'sqs',
        'ReceiveMessage',
        { QueueUrl, MaxNumberOfMessages: 10 },
        twinContext,
      );
      return (Messages as { Body: string }[]).map(
        ({ Body }) => JSON.parse(Body) as Record<string, Record<string, unknown>>,
      );
    },
  };
};

const until = async (isSo: () => boolean, what: string): Promise<void> => {
  const endEpochMillis = Date.now() + 5_000;
  while (!isSo()) {
    if (Date.now() > endEpochMillis) throw new Error(`Never happened: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
};
const all = (invocations: readonly Batch[]): readonly string[] => invocations.flat();

describe('an event source mapping', () => {
  it('brings every record, in order, in batches of at most its size', async () => {
    const twin = await start(() => null, { batchSize: 4 });
    const texts = Array.from({ length: 25 }, (_, index) => String(index));
    for (const text of texts) await twin.put(text);
    await until(() => all(twin.invocations).length === 25, 'all records');
    expect(all(twin.invocations)).toEqual(texts);
    expect(Math.max(...twin.invocations.map(({ length }) => length))).toBeLessThanOrEqual(4);
  });

  it('gives the function what Lambda would', async () => {
    const seen: StreamRecord[] = [];
    const twin = await start((_batch, records) => {
      seen.push(...records);
    });
    await twin.put('one');
    await until(() => seen.length === 1, 'the record');
    expect(seen[0]).toMatchObject({
      eventName: 'INSERT',
      eventSource: 'aws:dynamodb',
      eventSourceARN: expect.stringMatching(/table\/ledger\/stream\//u),
      eventVersion: '1.1',
      dynamodb: { Keys: { pk: { S: 'a' } }, NewImage: { text: { S: 'one' } } },
    });
  });

  it('goes on behind what it had settled, after a restart', async () => {
    const first = await start(() => null);
    await first.put('one');
    await until(() => all(first.invocations).length === 1, 'the first');
    await first.stop();
    const second = await start(() => null);
    await second.put('two');
    await until(() => all(second.invocations).length === 1, 'the second');
    expect(second.invocations).toEqual([['two']]);
  });

  it('brings again what was under way when it stopped, and what came before it started', async () => {
    const never = new Promise<never>(() => undefined);
    const first = await start(() => never);
    await first.put('under way');
    await until(() => first.invocations.length === 1, 'the first');
    await first.put('waiting');
    await first.stop();
    const second = await start(() => null);
    await until(() => all(second.invocations).length === 2, 'both');
    expect(all(second.invocations)).toEqual(['under way', 'waiting']);
  });

  it('from LATEST has nothing of what was there before it', async () => {
    const first = await start(() => null, { enabled: false });
    await first.put('before');
    const latest = { uuid: randomUUID(), startingPosition: 'LATEST' } as const;
    await first.stop();
    const second = await start(() => null, latest);
    await second.put('after');
    await until(() => all(second.invocations).length === 1, 'the second');
    expect(second.invocations).toEqual([['after']]);
  });

  it('holds all records behind one that fails, and goes on when it does not', async () => {
    let failures = 2;
    const twin = await start(
      () => {
        failures -= 1;
        if (failures >= 0) throw new Error('not yet');
      },
      { batchSize: 1 },
    );
    await twin.put('one');
    await twin.put('two');
    await until(() => all(twin.invocations).includes('two'), 'the second');
    expect(all(twin.invocations)).toEqual(['one', 'one', 'one', 'two']);
  });

  it('gives up after its retries, tells its queue where the records are, and goes on', async () => {
    const twin = await start(
      (batch) => {
        if (batch.includes('poison')) throw new Error('poison');
      },
      { batchSize: 1, maximumRetryAttempts: 1, onFailureArn: queueArn },
    );
    await twin.put('poison');
    await twin.put('good');
    await until(() => all(twin.invocations).includes('good'), 'the good one');
    expect(all(twin.invocations)).toEqual(['poison', 'poison', 'good']);
    const [letter] = await twin.queued();
    expect(letter).toMatchObject({
      requestContext: { condition: 'RetryAttemptsExhausted', approximateInvokeCount: 2 },
      DDBStreamBatchInfo: { batchSize: 1 },
    });
    expect(JSON.stringify(letter)).not.toContain('poison');
  });

  it('cuts a batch in two to find the record that fails', async () => {
    const texts = ['1', '2', '3', 'poison', '5', '6', '7', '8'];
    const done: string[] = [];
    const setUp = await start(() => null, { enabled: false });
    for (const text of texts) await setUp.put(text);
    await setUp.stop();
    const twin = await start(
      (batch) => {
        if (batch.includes('poison')) throw new Error('poison');
        done.push(...batch);
      },
      { bisectsOnError: true, maximumRetryAttempts: 0, onFailureArn: queueArn },
    );
    await until(() => done.includes('8'), 'the last one');
    expect(done).toEqual(texts.filter((text) => text !== 'poison'));
    expect(twin.invocations[0]).toEqual(texts);
    expect(await twin.queued()).toHaveLength(1);
  });

  it('goes on from the first record that the function names', async () => {
    const setUp = await start(() => null, { enabled: false });
    for (const text of ['1', '2', '3', '4']) await setUp.put(text);
    await setUp.stop();
    let isFirst = true;
    const twin = await start(
      (_batch, records) => {
        if (!isFirst) return null;
        isFirst = false;
        const named = [records[3], records[2]].map((record) => ({
          itemIdentifier: record?.dynamodb.SequenceNumber,
        }));
        return { batchItemFailures: named };
      },
      { reportsItemFailures: true },
    );
    await until(() => twin.invocations.length === 2, 'the second');
    expect(twin.invocations).toEqual([
      ['1', '2', '3', '4'],
      ['3', '4'],
    ]);
  });

  it.each([
    ['null', null],
    ['no list', {}],
    ['an empty list', { batchItemFailures: [] }],
  ])('takes an answer with %s as a success', async (_case, answer) => {
    const twin = await start(() => answer, { reportsItemFailures: true, batchSize: 1 });
    await twin.put('one');
    await twin.put('two');
    await until(() => all(twin.invocations).includes('two'), 'the second');
    expect(all(twin.invocations)).toEqual(['one', 'two']);
  });

  it.each([
    ['a text', 'done'],
    ['a name of no record', { batchItemFailures: [{ itemIdentifier: '1' }] }],
    ['a failure without a name', { batchItemFailures: [{}] }],
  ])('takes an answer with %s as a failure of all', async (_case, answer) => {
    let answers = 0;
    const twin = await start(
      () => {
        answers += 1;
        return answers === 1 ? answer : null;
      },
      { reportsItemFailures: true },
    );
    await twin.put('one');
    await until(() => twin.invocations.length === 2, 'the retry');
    expect(twin.invocations).toEqual([['one'], ['one']]);
  });

  it('brings only what its patterns match', async () => {
    const pattern = { eventName: ['INSERT'], dynamodb: { NewImage: { text: { S: ['wanted'] } } } };
    const twin = await start(() => null, { patterns: [JSON.stringify(pattern)] });
    await twin.put('unwanted');
    await twin.put('wanted');
    await twin.put('unwanted');
    await twin.put('wanted');
    await until(() => all(twin.invocations).length === 2, 'both');
    expect(all(twin.invocations)).toEqual(['wanted', 'wanted']);
  });

  it('waits for its window to fill a batch', async () => {
    const twin = await start(() => null, { batchingWindowSeconds: 1 });
    await twin.put('one');
    await twin.put('two');
    await until(() => twin.invocations.length > 0, 'the batch');
    expect(twin.invocations).toEqual([['one', 'two']]);
  });

  it('runs several batches at a time, with each partition key in order', async () => {
    const order = new Map<string, string[]>();
    let now = 0;
    let most = 0;
    const twin = await start(
      async (batch) => {
        now += 1;
        most = Math.max(most, now);
        await new Promise((resolve) => setTimeout(resolve, 5));
        for (const text of batch) {
          const [key = ''] = text.split(':');
          order.set(key, [...(order.get(key) ?? []), text]);
        }
        now -= 1;
      },
      { parallelizationFactor: 4, batchSize: 1 },
    );
    const keys = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
    for (let index = 0; index < 5; index += 1)
      for (const key of keys) await twin.put(`${key}:${String(index)}`, key);
    await until(() => all(twin.invocations).length === 40, 'all');
    await until(() => now === 0, 'the end');
    for (const key of keys)
      expect(order.get(key)).toEqual([0, 1, 2, 3, 4].map((index) => `${key}:${String(index)}`));
    expect(most).toBeGreaterThan(1);
  });

  it.each(streamActions)('brings nothing while the role may not %s', async (missing) => {
    const twin = await start(
      () => null,
      {},
      (arn) =>
        policy(
          ...streamActions
            .filter((action) => action !== missing)
            .map((action) => allow(`dynamodb:${action}`, arn)),
        ),
    );
    await twin.put('one');
    await until(() => twin.lines.some((line) => line.includes('PROBLEM')), 'the refusal');
    expect(twin.lines.join('\n')).toContain(`dynamodb:${missing}`);
    expect(twin.invocations).toEqual([]);
  });

  it('keeps the stream from being pruned behind what it has settled', async () => {
    const twin = await start(() => null);
    await twin.put('one');
    await until(() => twin.invocations.length === 1, 'the first');
    await until(() => twin.eventSources.keepAfter(TableName) !== '', 'the position');
    const last = twin.dynamoDb.lastSequenceNumber(TableName);
    expect(twin.eventSources.keepAfter(TableName)).toBe(last);
    expect(twin.eventSources.keepAfter('other')).toBeNull();
  });
});
