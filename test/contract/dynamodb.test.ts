import type { Server } from 'node:http';
import {
  BatchExecuteStatementCommand,
  BatchGetItemCommand,
  ConditionalCheckFailedException,
  DescribeTableCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createDynamoDbService } from '../../local/services/dynamodb/service.ts';
import type { DynamoDbService } from '../../local/services/dynamodb/service.ts';
import type { PolicyDocument } from '../../local/iam/policy.ts';
import { memoryStore } from '../../local/state/store.ts';
import { admin, clock, close, limited, listen, settingsOf } from '../support/twin/aws-endpoint.ts';
import { rowsTable } from '../support/twin/rows-table.ts';

let policy: PolicyDocument;

const TableName = 'ledger';
let service: DynamoDbService;
let server: Server;
let client: DynamoDBClient;
let limitedClient: DynamoDBClient;
beforeAll(async () => {
  service = await createDynamoDbService({ directory: null, store: memoryStore(), clock });
  await service.createTable({
    TableName,
    ...rowsTable,
  });
  server = await listen(service, () => policy);
  client = new DynamoDBClient(settingsOf(server, admin));
  limitedClient = new DynamoDBClient(settingsOf(server, limited));
});
afterAll(async () => {
  client.destroy();
  limitedClient.destroy();
  await close(server);
  await service.close();
});

const key = (pk: string) => ({ pk: { S: pk }, sk: { S: 'S' } });

describe('the DynamoDB of the twin, to an SDK client', () => {
  it('stores every type of attribute as it is', async () => {
    const Item = {
      ...key('types'),
      n: { N: '1.5' },
      b: { B: new Uint8Array([0, 255]) },
      flag: { BOOL: false },
      none: { NULL: true },
      list: { L: [{ S: '' }, { M: { deep: { SS: ['a', 'b'] } } }] },
    };
    await client.send(new PutItemCommand({ TableName, Item }));
    const { Item: read } = await client.send(new GetItemCommand({ TableName, Key: key('types') }));
    expect(read).toEqual(Item);
  });

  it('lets one of 200 first writers win, and gives the others what is there', async () => {
    const attempts = await Promise.allSettled(
      Array.from({ length: 200 }, (_, index) =>
        client.send(
          new PutItemCommand({
            TableName,
            Item: { ...key('lease'), owner: { N: String(index) } },
            ConditionExpression: 'attribute_not_exists(pk)',
            ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
          }),
        ),
      ),
    );
    const winner = attempts.findIndex(({ status }) => status === 'fulfilled');
    const refusals = attempts.flatMap((attempt) =>
      attempt.status === 'rejected' ? [attempt.reason as unknown] : [],
    );
    expect(refusals).toHaveLength(199);
    for (const refusal of refusals) {
      expect(refusal).toBeInstanceOf(ConditionalCheckFailedException);
      expect(refusal).toMatchObject({
        name: 'ConditionalCheckFailedException',
        Item: { ...key('lease'), owner: { N: String(winner) } },
      });
    }
  });

  it('answers updates and batch reads', async () => {
    const { Attributes } = await client.send(
      new UpdateItemCommand({
        TableName,
        Key: key('counter'),
        UpdateExpression: 'ADD spent :cost',
        ExpressionAttributeValues: { ':cost': { N: '2' } },
        ReturnValues: 'UPDATED_NEW',
      }),
    );
    expect(Attributes).toEqual({ spent: { N: '2' } });
    const { Responses } = await client.send(
      new BatchGetItemCommand({
        RequestItems: {
          [TableName]: { Keys: [key('counter'), key('none')], ConsistentRead: true },
        },
      }),
    );
    expect(Responses).toEqual({ [TableName]: [{ ...key('counter'), spent: { N: '2' } }] });
  });

  it('describes the table, and says what it does not have', async () => {
    const { Table } = await client.send(new DescribeTableCommand({ TableName }));
    expect(Table).toMatchObject({ TableStatus: 'ACTIVE', CreationDateTime: expect.any(Date) });
    await expect(
      client.send(new DescribeTableCommand({ TableName: 'nowhere' })),
    ).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  it('keeps a caller to the partitions of its policy', async () => {
    policy = {
      Statement: {
        Effect: 'Allow',
        Action: ['dynamodb:BatchGetItem', 'dynamodb:PutItem', 'dynamodb:Query'],
        Resource: 'arn:aws:dynamodb:us-east-1:123456789012:table/ledger',
        Condition: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['SUBJECT#*'] } },
      },
    };
    const read = (...pks: string[]) =>
      limitedClient.send(
        new BatchGetItemCommand({ RequestItems: { [TableName]: { Keys: pks.map(key) } } }),
      );
    const query = (pk: string) =>
      limitedClient.send(
        new QueryCommand({
          TableName,
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': { S: pk } },
        }),
      );
    await read('SUBJECT#a', 'SUBJECT#b');
    await query('SUBJECT#a');
    await limitedClient.send(new PutItemCommand({ TableName, Item: key('SUBJECT#a') }));
    for (const refused of [
      () => read('SUBJECT#a', 'GRANT#b'),
      () => query('GRANT#b'),
      () => limitedClient.send(new PutItemCommand({ TableName, Item: key('GRANT#b') })),
      () => limitedClient.send(new GetItemCommand({ TableName, Key: key('SUBJECT#a') })),
    ]) {
      await expect(refused()).rejects.toMatchObject({ name: 'AccessDeniedException' });
    }
  });

  it('has who may only insert add rows to its partitions, and change none', async () => {
    policy = {
      Statement: {
        Effect: 'Allow',
        Action: 'dynamodb:PartiQLInsert',
        Resource: 'arn:aws:dynamodb:us-east-1:123456789012:table/ledger',
        Condition: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['DENIAL#*'] } },
      },
    };
    const insert = (...pks: string[]) =>
      limitedClient.send(
        new BatchExecuteStatementCommand({
          Statements: pks.map((pk) => ({
            Statement: `INSERT INTO "${TableName}" VALUE {'pk': ?, 'sk': ?}`,
            Parameters: [{ S: pk }, { S: 'S' }],
          })),
        }),
      );
    const Item = { ...key('DENIAL#there'), is: { S: 'as it was' } };
    await client.send(new PutItemCommand({ TableName, Item }));
    const { Responses } = await insert('DENIAL#new', 'DENIAL#there');
    expect(Responses?.map(({ Error: failure }) => failure?.Code)).toEqual([
      undefined,
      'DuplicateItem',
    ]);
    for (const refused of [
      () => insert('DENIAL#other', 'GRANT#b'),
      () => limitedClient.send(new PutItemCommand({ TableName, Item: key('DENIAL#there') })),
      () => limitedClient.send(new UpdateItemCommand({ TableName, Key: key('DENIAL#there') })),
    ]) {
      await expect(refused()).rejects.toMatchObject({ name: 'AccessDeniedException' });
    }
    const { Item: read } = await client.send(
      new GetItemCommand({ TableName, Key: key('DENIAL#there') }),
    );
    expect(read).toEqual(Item);
  });
});
