import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createDynamoDbService } from '../../../../local/services/dynamodb/service.ts';
import type { DynamoDbService } from '../../../../local/services/dynamodb/service.ts';
import { memoryStore, openStore } from '../../../../local/state/store.ts';
import { twinContext } from '../../../support/twin/call-context.ts';
import { rowsTable } from '../../../support/twin/rows-table.ts';

// One file, though long: one table serves all its stories.

type Fields = Record<string, unknown>;

const nowEpochSeconds = 1_700_000_000;
const clock = { nowEpochMillis: () => nowEpochSeconds * 1000 };
const TableName = 'ledger';
const tableArn = 'arn:aws:dynamodb:us-east-1:123456789012:table/ledger';
const table = {
  TableName,
  ...rowsTable,
  SSESpecification: { SSEEnabled: true, SSEType: 'KMS', KMSMasterKeyId: 'arn:key' },
  StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' },
  TimeToLiveSpecification: { AttributeName: 'deleteAfter', Enabled: true },
  PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
};

let dynamodb: DynamoDbService;
beforeEach(async () => {
  dynamodb = await createDynamoDbService({ directory: null, store: memoryStore(), clock });
  await dynamodb.createTable(table);
});
afterEach(async () => {
  await dynamodb.close();
});

const call = async (operation: string, input: Fields): Promise<Fields> => {
  const found = dynamodb.operations[operation];
  if (found === undefined) throw new Error(operation);
  return found.run(input, twinContext);
};
const requests = (operation: string, input: Fields) => {
  const authorize = dynamodb.operations[operation]?.authorize;
  if (typeof authorize !== 'function') throw new Error(operation);
  return authorize(input);
};
const key = (pk: string, sk = 'S') => ({ pk: { S: pk }, sk: { S: sk } });
const put = (pk: string, more: Fields = {}, sk = 'S') =>
  call('PutItem', { TableName, Item: { ...key(pk, sk), ...more } });
const get = async (pk: string, sk = 'S') =>
  (await call('GetItem', { TableName, Key: key(pk, sk), ConsistentRead: true }))['Item'];

describe('conditional writes', () => {
  it('have one winner among 200 at once, and show every loser what the winner wrote', async () => {
    const attempts = await Promise.allSettled(
      Array.from({ length: 200 }, (_, index) =>
        call('PutItem', {
          TableName,
          Item: { ...key('lease'), owner: { N: String(index) } },
          ConditionExpression: 'attribute_not_exists(pk)',
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        }),
      ),
    );
    const winners = attempts.flatMap(({ status }, index) =>
      status === 'fulfilled' ? [index] : [],
    );
    expect(winners).toHaveLength(1);
    const stored = { ...key('lease'), owner: { N: String(winners[0]) } };
    expect(await get('lease')).toEqual(stored);
    for (const attempt of attempts) {
      if (attempt.status === 'fulfilled') continue;
      expect(attempt.reason).toMatchObject({
        code: 'ConditionalCheckFailedException',
        message: 'The conditional request failed',
        members: { Item: stored },
      });
    }
  });

  it('keep the old item to themselves unless it is asked for', async () => {
    await put('a');
    const refused = call('DeleteItem', {
      TableName,
      Key: key('a'),
      ConditionExpression: 'attribute_exists(nothing)',
    });
    await expect(refused).rejects.toMatchObject({
      code: 'ConditionalCheckFailedException',
      members: {},
    });
  });

  it('have no item to show where there was none', async () => {
    const refused = call('UpdateItem', {
      TableName,
      Key: key('none'),
      UpdateExpression: 'SET n = :n',
      ConditionExpression: 'attribute_exists(pk)',
      ExpressionAttributeValues: { ':n': { N: '1' } },
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });
    await expect(refused).rejects.toMatchObject({
      code: 'ConditionalCheckFailedException',
      members: {},
    });
  });

  it('count up to a limit and no further, whoever counts at the same time', async () => {
    const spend = () =>
      call('UpdateItem', {
        TableName,
        Key: key('quota'),
        UpdateExpression: 'ADD spent :one',
        ConditionExpression: 'attribute_not_exists(spent) OR spent < :limit',
        ExpressionAttributeValues: { ':one': { N: '1' }, ':limit': { N: '50' } },
      });
    const spent = await Promise.allSettled(Array.from({ length: 80 }, spend));
    expect(spent.filter(({ status }) => status === 'fulfilled')).toHaveLength(50);
    expect(await get('quota')).toMatchObject({ spent: { N: '50' } });
  });
});

describe('reads', () => {
  it('of many keys give what is there and leave out what is not', async () => {
    await put('a', { n: { N: '1' } });
    await put('b');
    const read = await call('BatchGetItem', {
      RequestItems: {
        [TableName]: { ConsistentRead: true, Keys: [key('a'), key('b'), key('none')] },
      },
    });
    const { Responses, UnprocessedKeys } = read as {
      Responses: Record<string, unknown[]>;
      UnprocessedKeys: Fields;
    };
    expect(UnprocessedKeys).toEqual({});
    expect(Responses[TableName]).toHaveLength(2);
    expect(Responses[TableName]).toContainEqual({ ...key('a'), n: { N: '1' } });
  });

  it('query one partition in order of the sort key, in pages', async () => {
    for (const sk of ['c', 'a', 'b', 'd']) await put('p', {}, sk);
    await put('other', {}, 'b');
    const page = (start?: unknown) =>
      call('Query', {
        TableName,
        KeyConditionExpression: 'pk = :pk AND sk > :sk',
        ExpressionAttributeValues: { ':pk': { S: 'p' }, ':sk': { S: 'a' } },
        Limit: 2,
        ...(start === undefined ? {} : { ExclusiveStartKey: start }),
      });
    const first = await page();
    expect(first['Items']).toEqual([key('p', 'b'), key('p', 'c')]);
    const second = await page(first['LastEvaluatedKey']);
    expect(second['Items']).toEqual([key('p', 'd')]);
    expect(second['LastEvaluatedKey']).toBeUndefined();
  });

  it('scan everything that matches', async () => {
    await put('a', { kind: { S: 'x' } });
    await put('b', { kind: { S: 'y' } });
    const found = await call('Scan', {
      TableName,
      FilterExpression: 'kind = :x',
      ExpressionAttributeValues: { ':x': { S: 'x' } },
    });
    expect(found).toMatchObject({ Count: 1, ScannedCount: 2, Items: [key('a')] });
  });

  it('leave the caller’s input as it was', async () => {
    const input = { TableName, Key: key('a'), Unknown: 1, ConsistentRead: true };
    await call('GetItem', input);
    expect(input).toEqual({ TableName, Key: key('a'), Unknown: 1, ConsistentRead: true });
  });
});

describe('refusals', () => {
  it.each([
    ['GetItem', { TableName: 'nowhere', Key: key('a') }, 'ResourceNotFoundException'],
    ['GetItem', { TableName, Key: { pk: { S: 'a' } } }, 'ValidationException'],
    ['PutItem', { TableName, Item: { pk: { N: '1' }, sk: { S: 's' } } }, 'ValidationException'],
    ['PutItem', { TableName, Item: key('') }, 'ValidationException'],
    ['UpdateItem', { TableName, Key: key('a'), UpdateExpression: 'SET' }, 'ValidationException'],
    ['CreateTable', table, 'ResourceInUseException'],
  ])('%s of %j is %s', async (operation, input, code) => {
    await expect(call(operation, input)).rejects.toMatchObject({ name: 'AwsError', code });
  });
});

describe('time to live', () => {
  const expired = { deleteAfter: { N: String(nowEpochSeconds - 1) } };

  it('leaves expired items readable and writable until a sweep', async () => {
    await put('old', expired);
    expect(await get('old')).toMatchObject(expired);
    await call('UpdateItem', {
      TableName,
      Key: key('old'),
      UpdateExpression: 'SET n = :n',
      ExpressionAttributeValues: { ':n': { N: '1' } },
    });
    expect(await dynamodb.sweepExpired()).toBe(1);
    expect(await get('old')).toBeUndefined();
  });

  it.each([
    ['later', { N: String(nowEpochSeconds) }],
    ['not a number', { S: String(nowEpochSeconds - 1) }],
    ['over five years ago', { N: '1' }],
  ])('keeps what expires %s', async (_, deleteAfter) => {
    await put('a', { deleteAfter });
    expect(await dynamodb.sweepExpired()).toBe(0);
    expect(await get('a')).toBeDefined();
  });

  it('shows in the stream as the service’s deletion, and others do not', async () => {
    await put('a', expired);
    await put('b');
    await call('DeleteItem', { TableName, Key: key('b') });
    await dynamodb.sweepExpired();
    const removed = (await dynamodb.readStream(TableName, null)).filter(
      ({ eventName }) => eventName === 'REMOVE',
    );
    expect(removed.map(({ dynamodb: { Keys }, userIdentity }) => ({ Keys, userIdentity }))).toEqual(
      [
        { Keys: key('b'), userIdentity: undefined },
        {
          Keys: key('a'),
          userIdentity: { type: 'Service', principalId: 'dynamodb.amazonaws.com' },
        },
      ],
    );
  });

  it('is described, and changed only where that changes something', async () => {
    expect(await call('DescribeTimeToLive', { TableName })).toEqual({
      TimeToLiveDescription: { TimeToLiveStatus: 'ENABLED', AttributeName: 'deleteAfter' },
    });
    const change = (Enabled: boolean) =>
      call('UpdateTimeToLive', {
        TableName,
        TimeToLiveSpecification: { AttributeName: 'deleteAfter', Enabled },
      });
    await expect(change(true)).rejects.toMatchObject({ code: 'ValidationException' });
    await change(false);
    expect(await call('DescribeTimeToLive', { TableName })).toEqual({
      TimeToLiveDescription: { TimeToLiveStatus: 'DISABLED' },
    });
  });
});

describe('streams', () => {
  it('carry both images of each change, in the order of each key', async () => {
    await put('a', { n: { N: '1' } });
    await Promise.all(
      Array.from({ length: 20 }, () =>
        call('UpdateItem', {
          TableName,
          Key: key('a'),
          UpdateExpression: 'ADD n :one',
          ExpressionAttributeValues: { ':one': { N: '1' } },
        }),
      ),
    );
    await call('DeleteItem', { TableName, Key: key('a') });
    const records = await dynamodb.readStream(TableName, null);
    expect(records.map(({ eventName }) => eventName)).toEqual([
      'INSERT',
      ...Array<string>(20).fill('MODIFY'),
      'REMOVE',
    ]);
    records.slice(1).forEach((record, index) => {
      expect(record.dynamodb.OldImage).toEqual(records[index]?.dynamodb.NewImage);
    });
  });

  it('are read on from a sequence number', async () => {
    await put('a');
    const [first] = await dynamodb.readStream(TableName, null);
    await put('b');
    const rest = await dynamodb.readStream(TableName, first?.dynamodb.SequenceNumber ?? null);
    expect(rest.map(({ dynamodb: { Keys } }) => Keys)).toEqual([key('b')]);
  });

  it('have nothing of writes that failed or changed nothing', async () => {
    await put('a');
    await put('a');
    await call('DeleteItem', { TableName, Key: key('none') });
    await call('PutItem', {
      TableName,
      Item: key('a'),
      ConditionExpression: 'attribute_not_exists(pk)',
    }).catch(() => undefined);
    expect(await dynamodb.readStream(TableName, null)).toHaveLength(1);
  });

  it('have each write of a batch', async () => {
    await put('gone');
    await call('BatchWriteItem', {
      RequestItems: {
        [TableName]: [
          { PutRequest: { Item: key('new') } },
          { DeleteRequest: { Key: key('gone') } },
        ],
      },
    });
    const records = await dynamodb.readStream(TableName, null);
    const names = records.map(({ eventName }) => eventName);
    expect(names.sort()).toEqual(['INSERT', 'INSERT', 'REMOVE']);
  });
});

describe('tables', () => {
  it('are taken up as they are when they are made again', async () => {
    await put('a');
    const again = await dynamodb.createTable({ ...table, TimeToLiveSpecification: undefined });
    expect(again.tableArn).toBe(tableArn);
    expect(again.streamArn).toMatch(`${tableArn}/stream/`);
    expect(await get('a')).toBeDefined();
    expect(await call('DescribeTimeToLive', { TableName })).toEqual({
      TimeToLiveDescription: { TimeToLiveStatus: 'DISABLED' },
    });
  });

  it('with other keys are refused under the same name', async () => {
    const KeySchema = table.KeySchema.slice(0, 1);
    await expect(dynamodb.createTable({ ...table, KeySchema })).rejects.toMatchObject({
      code: 'ResourceInUseException',
    });
  });

  it('are described with what was set', async () => {
    expect((await call('DescribeTable', { TableName: tableArn }))['Table']).toMatchObject({
      TableName,
      TableArn: tableArn,
      TableStatus: 'ACTIVE',
      StreamSpecification: { StreamEnabled: true },
      SSEDescription: { Status: 'ENABLED', KMSMasterKeyArn: 'arn:key' },
    });
    expect(await call('DescribeContinuousBackups', { TableName })).toMatchObject({
      ContinuousBackupsDescription: {
        PointInTimeRecoveryDescription: { PointInTimeRecoveryStatus: 'ENABLED' },
      },
    });
  });

  it('take their items with them when they are deleted', async () => {
    await put('a');
    await call('DeleteTable', { TableName });
    await expect(get('a')).rejects.toMatchObject({ code: 'ResourceNotFoundException' });
    await dynamodb.createTable(table);
    expect(await get('a')).toBeUndefined();
  });

  it('are not deleted while they are protected', async () => {
    await dynamodb.createTable({ ...table, DeletionProtectionEnabled: true });
    await expect(call('DeleteTable', { TableName })).rejects.toMatchObject({
      code: 'ValidationException',
    });
    expect(await call('Scan', { TableName })).toMatchObject({ Count: 0 });
  });
});

describe('what a call needs to be allowed', () => {
  /** DynamoDB opens the table's key in its caller's name. */
  const openTable = {
    action: 'kms:Decrypt',
    resource: 'arn:key',
    conditionKeys: {
      'kms:ViaService': 'dynamodb.us-east-1.amazonaws.com',
      'kms:CallerAccount': '123456789012',
      'kms:EncryptionContextKeys': ['aws:dynamodb:tableName', 'aws:dynamodb:subscriberId'],
      'kms:EncryptionContext:aws:dynamodb:tableName': TableName,
      'kms:EncryptionContext:aws:dynamodb:subscriberId': '123456789012',
    },
  };

  it('names the table and the partition key of one item', () => {
    expect(requests('PutItem', { TableName, Item: key('SUBJECT#a') })).toEqual([
      {
        action: 'dynamodb:PutItem',
        resource: tableArn,
        conditionKeys: { 'dynamodb:LeadingKeys': ['SUBJECT#a'] },
      },
      openTable,
    ]);
    expect(requests('GetItem', { TableName: tableArn, Key: key('k') })[0]).toMatchObject({
      resource: tableArn,
      conditionKeys: { 'dynamodb:LeadingKeys': ['k'] },
    });
  });

  it('names every partition key of a batch, once', () => {
    const Keys = [key('a', '1'), key('a', '2'), key('b')];
    expect(requests('BatchGetItem', { RequestItems: { [TableName]: { Keys } } })).toEqual([
      {
        action: 'dynamodb:BatchGetItem',
        resource: tableArn,
        conditionKeys: { 'dynamodb:LeadingKeys': ['a', 'b'] },
      },
      openTable,
    ]);
    const writes = [{ PutRequest: { Item: key('c') } }, { DeleteRequest: { Key: key('d') } }];
    expect(requests('BatchWriteItem', { RequestItems: { [TableName]: writes } })[0]).toMatchObject({
      conditionKeys: { 'dynamodb:LeadingKeys': ['c', 'd'] },
    });
  });

  it('names the partition that a query reads, however the query spells it', () => {
    const query = {
      TableName,
      KeyConditionExpression: '#p = :p and begins_with(sk, :s)',
      ExpressionAttributeNames: { '#p': 'pk' },
      ExpressionAttributeValues: { ':p': { S: 'SUBJECT#a' }, ':s': { S: 'E' } },
    };
    expect(requests('Query', query)[0]).toMatchObject({
      action: 'dynamodb:Query',
      conditionKeys: { 'dynamodb:LeadingKeys': ['SUBJECT#a'] },
    });
  });

  it('looks at the member of the key that is used, not at one beside it', () => {
    const Key = { pk: { X: 'mine', S: 'theirs' }, sk: { S: 's' } };
    expect(requests('GetItem', { TableName, Key })[0]?.conditionKeys).toEqual({
      'dynamodb:LeadingKeys': ['theirs'],
    });
  });
});

describe('tables on disk', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'tables-'));
  });
  afterEach(async () => {
    await rm(directory, { recursive: true });
  });
  const open = async () => {
    const store = await openStore(join(directory, 'store'));
    const service = await createDynamoDbService({
      directory: join(directory, 'tables'),
      store,
      clock,
    });
    return {
      service,
      close: async () => {
        await service.close();
        await store.close();
      },
    };
  };

  it('are there after reopening, with their items and settings', async () => {
    const first = await open();
    await first.service.createTable(table);
    await first.service.operations['PutItem']?.run({ TableName, Item: key('kept') }, twinContext);
    await first.close();
    const second = await open();
    const read = await second.service.operations['GetItem']?.run(
      { TableName, Key: key('kept') },
      twinContext,
    );
    expect(read?.['Item']).toEqual(key('kept'));
    expect(
      await second.service.operations['DescribeTimeToLive']?.run({ TableName }, twinContext),
    ).toMatchObject({ TimeToLiveDescription: { TimeToLiveStatus: 'ENABLED' } });
    await second.close();
  });

  it('are refused to a second process with a sentence', async () => {
    const first = await open();
    await expect(
      createDynamoDbService({ directory: join(directory, 'tables'), store: memoryStore(), clock }),
    ).rejects.toMatchObject({ name: 'StateError' });
    await first.close();
  });
});
