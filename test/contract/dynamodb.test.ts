import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
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
import type { Service } from '../../local/aws.ts';
import type { PolicyDocument } from '../../local/iam/policy.ts';
import { memoryStore } from '../../local/state/store.ts';
import { createAwsCall } from '../../local/wire/dispatch.ts';
import { createAwsEndpoint } from '../../local/wire/endpoint.ts';
import type { Principals } from '../../local/wire/principals.ts';

/** Two callers on the twin's AWS endpoint: one who may do everything, one with a policy of the test's. */
const admin = { accessKeyId: 'AKIDADMIN', secretAccessKey: 'admin-secret' };
const limited = { accessKeyId: 'ASIALIMITED', secretAccessKey: 'limited-secret' };
let policy: PolicyDocument;
const clock = { nowEpochMillis: () => Date.now() };
const allowAll: PolicyDocument = { Statement: { Effect: 'Allow', Action: '*', Resource: '*' } };
const principals: Principals = {
  resolve: (accessKeyId) => {
    const isAdmin = accessKeyId === admin.accessKeyId;
    return Promise.resolve({
      secretAccessKey: (isAdmin ? admin : limited).secretAccessKey,
      principal: {
        kind: 'role-session',
        arn: `arn:aws:sts::123456789012:assumed-role/${isAdmin ? 'admin' : 'limited'}/session`,
        accountId: '123456789012',
        userId: 'AROA:session',
        identityPolicies: [isAdmin ? allowAll : policy],
        permissionsBoundary: null,
        sessionPolicies: [],
        conditionKeys: {},
      },
    });
  },
};
const listen = async (service: Service): Promise<Server> => {
  const call = createAwsCall([service], { log: () => undefined });
  const publicDocuments = () => Promise.resolve(null);
  const server = createServer(
    createAwsEndpoint({ call, principals, clock, publicDocuments, log: () => undefined }),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
};
const settingsOf = (server: Server, credentials: typeof admin) => ({
  region: 'us-east-1',
  endpoint: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
  credentials,
  maxAttempts: 1,
});
const close = async (server: Server): Promise<void> => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
};

const TableName = 'ledger';
let service: DynamoDbService;
let server: Server;
let client: DynamoDBClient;
let limitedClient: DynamoDBClient;
beforeAll(async () => {
  service = await createDynamoDbService({ directory: null, store: memoryStore(), clock });
  await service.createTable({
    TableName,
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: [
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ],
    AttributeDefinitions: [
      { AttributeName: 'pk', AttributeType: 'S' },
      { AttributeName: 'sk', AttributeType: 'S' },
    ],
  });
  server = await listen(service);
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
});
