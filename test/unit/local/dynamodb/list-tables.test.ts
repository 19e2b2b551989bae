import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createDynamoDbService } from '../../../../local/services/dynamodb/service.ts';
import type { DynamoDbService } from '../../../../local/services/dynamodb/service.ts';
import { memoryStore } from '../../../../local/state/store.ts';
import { awsErrorOf, runOperation } from '../cognito-idp/cognito-world.ts';

let dynamoDb: DynamoDbService;

beforeEach(async () => {
  dynamoDb = await createDynamoDbService({
    directory: null,
    store: memoryStore(),
    clock: { nowEpochMillis: () => 1_800_000_000_000 },
  });
  for (const TableName of ['three', 'one', 'two'])
    await dynamoDb.createTable({
      TableName,
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      BillingMode: 'PAY_PER_REQUEST',
    });
});
afterEach(async () => {
  await dynamoDb.close();
});

const list = (input: Record<string, unknown>) => runOperation(dynamoDb, 'ListTables', input);

describe('ListTables', () => {
  it('names every table once over its pages, in order', async () => {
    expect(await list({})).toEqual({ TableNames: ['one', 'three', 'two'] });
    const first = await list({ Limit: 2 });
    expect(first).toEqual({ TableNames: ['one', 'three'], LastEvaluatedTableName: 'three' });
    expect(await list({ ExclusiveStartTableName: 'three', Limit: 2 })).toEqual({
      TableNames: ['two'],
    });
  });

  it.each([0, 101, 1.5, 'x'])('refuses %j as the size of a page', async (Limit) => {
    expect((await awsErrorOf(list({ Limit }))).code).toBe('ValidationException');
  });
});
