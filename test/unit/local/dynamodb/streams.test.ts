import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDynamoDbService } from '../../../../local/services/dynamodb/service.ts';
import { openStore } from '../../../../local/state/store.ts';
import { twinContext } from '../../../support/twin/call-context.ts';
import { TableName, table } from './stream-table.ts';

let directory: string;
const time = { epochMillis: 1_800_000_000_000 };
const clock = { nowEpochMillis: () => time.epochMillis };
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'stepkey-streams-'));
  time.epochMillis = 1_800_000_000_000;
});
afterEach(async () => {
  await rm(directory, { recursive: true, force: true });
});

const open = async () => {
  const store = await openStore(join(directory, 'store'));
  const dynamodb = await createDynamoDbService({
    directory: join(directory, 'tables'),
    store,
    clock,
  });
  const { streamArn } = await dynamodb.createTable(table);
  const run = async (operation: string, input: Record<string, unknown>) => {
    const found = dynamodb.operations[operation];
    if (found === undefined) throw new TypeError(operation);
    return found.run(input, twinContext);
  };
  return {
    dynamodb,
    run,
    StreamArn: streamArn,
    put: (pk: string) => run('PutItem', { TableName, Item: { pk: { S: pk } } }),
    keys: async (after: string | null = null) =>
      (await dynamodb.readStream(TableName, after)).map(
        ({ dynamodb: { Keys } }) => Keys['pk']?.['S'],
      ),
    close: async () => {
      await dynamodb.close();
      await store.close();
    },
  };
};

describe('a stream on disk', () => {
  it('has its records and goes on behind them after a restart, also when the clock went back', async () => {
    const first = await open();
    await first.put('a');
    await first.put('b');
    const position = first.dynamodb.lastSequenceNumber(TableName);
    await first.close();
    time.epochMillis -= 3_600_000;
    const second = await open();
    expect(second.dynamodb.lastSequenceNumber(TableName)).toBe(position);
    await second.put('c');
    expect(await second.keys()).toEqual(['a', 'b', 'c']);
    expect(await second.keys(position)).toEqual(['c']);
    await second.close();
  });

  it('keeps its records for 24 hours, and longer what is still to be read', async () => {
    const { dynamodb, put, keys, close } = await open();
    await put('a');
    const [first] = await dynamodb.readStream(TableName, null);
    time.epochMillis += 1_000;
    await put('b');
    time.epochMillis += 24 * 3_600_000 - 500;
    await dynamodb.pruneStreams(() => first?.dynamodb.SequenceNumber ?? null);
    expect(await keys()).toEqual(['a', 'b']);
    await dynamodb.pruneStreams(() => null);
    expect(await keys()).toEqual(['b']);
    await close();
  });

  it('has in a record what was there and what is there, whatever stands in it', async () => {
    const { run, dynamodb, close } = await open();
    const attributes = {
      text: { S: '$& $1 "SequenceNumber": \u2028 ü \ud800' },
      map: { M: { '"SequenceNumber":': { L: [{ BOOL: true }, { NULL: true }, { NS: ['1'] }] } } },
    };
    const Item = { pk: { S: '"SequenceNumber":$&' }, ...attributes };
    await run('PutItem', { TableName, Item });
    // Two at once: what the second finds is on its way to the disk.
    const Key = { pk: Item.pk };
    const more = (name: string) =>
      run('UpdateItem', {
        TableName,
        Key,
        UpdateExpression: 'SET #name = :new',
        ExpressionAttributeNames: { '#name': name },
        ExpressionAttributeValues: { ':new': { S: 'ü' } },
      });
    await Promise.all([more('one'), more('two')]);
    await run('DeleteItem', { TableName, Key });
    const one = { ...Item, one: { S: 'ü' } };
    const two = { ...one, two: { S: 'ü' } };
    const images = [
      { Keys: Key, NewImage: Item },
      { Keys: Key, NewImage: one, OldImage: Item },
      { Keys: Key, NewImage: two, OldImage: one },
      { Keys: Key, OldImage: two },
    ];
    const records = await dynamodb.readStream(TableName, null);
    // As text: the order of the members counts too.
    expect(records.map((record) => JSON.stringify(record.dynamodb))).toEqual(
      images.map((members, index) =>
        JSON.stringify({
          ApproximateCreationDateTime: time.epochMillis / 1000,
          ...members,
          SequenceNumber: records[index]?.dynamodb.SequenceNumber,
          SizeBytes: Buffer.byteLength(JSON.stringify(members)),
          StreamViewType: 'NEW_AND_OLD_IMAGES',
        }),
      ),
    );
    expect(Object.keys(records[0] ?? {})).toEqual([
      ...['eventID', 'eventName', 'eventVersion', 'eventSource', 'awsRegion', 'eventSourceARN'],
      'dynamodb',
    ]);
    await close();
  });

  it('has no record of an item that is put again, in whatever order of its attributes', async () => {
    const { run, dynamodb, close } = await open();
    const put = (Item: object) => run('PutItem', { TableName, Item });
    const [pk, a, b] = [{ S: 'a' }, { S: 'x' }, { S: 'y' }];
    await put({ pk, a, b });
    await put({ b, a, pk });
    expect(await dynamodb.readStream(TableName, null)).toHaveLength(1);
    await put({ pk, a: b, b: a });
    expect(await dynamodb.readStream(TableName, null)).toHaveLength(2);
    await close();
  });

  it('has no record of an update that changes nothing', async () => {
    const { run, dynamodb, close } = await open();
    const set = (a: object) =>
      run('UpdateItem', {
        TableName,
        Key: { pk: { S: 'a' } },
        UpdateExpression: 'SET a = :a, m = :m',
        ExpressionAttributeValues: { ':a': a, ':m': { M: { x: { L: [{ N: '1' }] } } } },
      });
    for (const a of [{ S: 'one' }, { S: 'one' }, { S: 'two' }, { S: 'two' }]) await set(a);
    const names = (await dynamodb.readStream(TableName, null)).map(({ eventName }) => eventName);
    expect(names).toEqual(['INSERT', 'MODIFY']);
    await close();
  });

  it('is gone with its table', async () => {
    const { run, put, dynamodb, close } = await open();
    await put('a');
    await run('DeleteTable', { TableName });
    await dynamodb.createTable(table);
    expect(await dynamodb.readStream(TableName, null)).toEqual([]);
    await close();
  });

  it('has a record of every write that was acknowledged, and of none that is not there, after kill -9', async () => {
    const writer = fork(join(import.meta.dirname, 'write-until-killed.ts'), [directory], {
      execArgv: ['--import', 'tsx'],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const acknowledged = await acknowledgedBeforeKill(writer, 300);
    const { keys, dynamodb, close } = await open();
    const recorded = new Set(await keys());
    const { Items } = (await dynamodb.operations['Scan']?.run({ TableName }, twinContext)) ?? {};
    const written = (Items as { pk: { S: string } }[]).map(({ pk }) => pk.S);
    expect(acknowledged.filter((pk) => !recorded.has(pk))).toEqual([]);
    expect(written.length).toBeGreaterThanOrEqual(acknowledged.length);
    expect(new Set(written)).toEqual(recorded);
    await close();
  });
});

const acknowledgedBeforeKill = (writer: ChildProcess, count: number): Promise<readonly string[]> =>
  new Promise((resolve, reject) => {
    const acknowledged: string[] = [];
    writer.on('message', (pk: string) => {
      acknowledged.push(pk);
      if (acknowledged.length === count) writer.kill('SIGKILL');
    });
    writer.once('error', reject);
    writer.once('exit', (_code, signal) => {
      if (signal === 'SIGKILL') resolve(acknowledged);
      else reject(new Error('The writer ended by itself'));
    });
  });

describe('the API of streams', () => {
  it('describes a stream, and reads it from where a caller says', async () => {
    const { run, put, dynamodb, StreamArn, close } = await open();
    await put('a');
    await put('b');
    const position = (await dynamodb.readStream(TableName, null))[0]?.dynamodb.SequenceNumber;
    const { StreamDescription } = await run('DescribeStream', { StreamArn });
    const { Shards, KeySchema } = StreamDescription as {
      Shards: { ShardId: string; SequenceNumberRange: { StartingSequenceNumber: string } }[];
      KeySchema: unknown;
    };
    expect(KeySchema).toEqual([{ AttributeName: 'pk', KeyType: 'HASH' }]);
    expect(Shards[0]?.SequenceNumberRange.StartingSequenceNumber).toBe(position);
    const shard = { StreamArn, ShardId: Shards[0]?.ShardId };
    const read = async (type: string, SequenceNumber?: string) => {
      const place = { ...shard, ShardIteratorType: type, SequenceNumber };
      const { ShardIterator } = await run('GetShardIterator', place);
      const { Records } = await run('GetRecords', { ShardIterator });
      return (Records as { dynamodb: { Keys: { pk: { S: string } } } }[]).map(
        (record) => record.dynamodb.Keys.pk.S,
      );
    };
    expect(await read('TRIM_HORIZON')).toEqual(['a', 'b']);
    expect(await read('AT_SEQUENCE_NUMBER', position)).toEqual(['a', 'b']);
    expect(await read('AFTER_SEQUENCE_NUMBER', position)).toEqual(['b']);
    expect(await read('LATEST')).toEqual([]);
    expect(await run('ListStreams', { TableName })).toMatchObject({ Streams: [{ StreamArn }] });
    await close();
  });

  it.each([
    ['DescribeStream', { StreamArn: 'arn:aws:dynamodb:us-east-1:1:table/x/stream/y' }],
    ['GetRecords', { ShardIterator: 'arn:aws:dynamodb:us-east-1:1:table/x/stream/y|1|' }],
  ])('%s of a stream that is not there is ResourceNotFoundException', async (operation, input) => {
    const { run, close } = await open();
    await expect(run(operation, input)).rejects.toMatchObject({
      code: 'ResourceNotFoundException',
    });
    await close();
  });

  it.each([
    ['no iterator', { ShardIterator: 'x' }],
    ['a limit of nothing', { Limit: 0 }],
  ])('GetRecords with %s is ValidationException', async (_case, change) => {
    const { run, StreamArn, close } = await open();
    const input = { ShardIterator: `${StreamArn ?? ''}|1|`, ...change };
    await expect(run('GetRecords', input)).rejects.toMatchObject({ code: 'ValidationException' });
    await close();
  });
});
