import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { runInserts } from '../../../../local/services/dynamodb/insert-statements.ts';
import { createDynamoDbService } from '../../../../local/services/dynamodb/service.ts';
import type { DynamoDbService } from '../../../../local/services/dynamodb/service.ts';
import { memoryStore } from '../../../../local/state/store.ts';
import { twinContext } from '../../../support/twin/call-context.ts';
import { rowsTable } from '../../../support/twin/rows-table.ts';

type Fields = Record<string, unknown>;

const TableName = 'ledger';
let dynamodb: DynamoDbService;
beforeEach(async () => {
  dynamodb = await createDynamoDbService({
    directory: null,
    store: memoryStore(),
    clock: { nowEpochMillis: () => 1_700_000_000_000 },
  });
  for (const name of [TableName, 'other']) {
    await dynamodb.createTable({
      TableName: name,
      ...rowsTable,
      StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' },
    });
  }
});
afterEach(async () => {
  await dynamodb.close();
});

const call = async (operation: string, input: Fields): Promise<Fields> => {
  const found = dynamodb.operations[operation];
  if (found === undefined) throw new Error(operation);
  return found.run(input, twinContext);
};
const insert = (pk: string, more: Fields = {}, table = TableName) => ({
  Statement: `INSERT INTO "${table}" VALUE {'pk': ?, 'sk': ?${Object.keys(more)
    .map((name) => `, '${name}': ?`)
    .join('')}}`,
  Parameters: [{ S: pk }, { S: 'S' }, ...Object.values(more)],
});
const run = (...Statements: unknown[]) => call('BatchExecuteStatement', { Statements });
const get = async (pk: string, table = TableName) => {
  const Key = { pk: { S: pk }, sk: { S: 'S' } };
  return (await call('GetItem', { TableName: table, Key, ConsistentRead: true }))['Item'];
};
const duplicate = {
  TableName,
  Error: { Code: 'DuplicateItem', Message: 'Duplicate primary key exists in table' },
};

describe('inserts by PartiQL', () => {
  it('add rows, each answered in its place', async () => {
    const value = { M: { deep: { L: [{ N: '1' }, { S: `it's` }] } } };
    expect(await run(insert('a', { value }), insert('b', {}, 'other'))).toEqual({
      Responses: [{ TableName }, { TableName: 'other' }],
    });
    expect(await get('a')).toEqual({ pk: { S: 'a' }, sk: { S: 'S' }, value });
    expect([await get('b'), await get('b', 'other')]).toEqual([
      undefined,
      { pk: { S: 'b' }, sk: { S: 'S' } },
    ]);
  });

  it('may be of one partition, and of one key in two tables', async () => {
    const sibling = { ...insert('a'), Parameters: [{ S: 'a' }, { S: 'T' }] };
    expect(await run(insert('a'), sibling, insert('a', {}, 'other'))).toEqual({
      Responses: [{ TableName }, { TableName }, { TableName: 'other' }],
    });
  });

  it('never replace a row, and those beside the one that would are done', async () => {
    await run(insert('b', { is: { S: 'first' } }));
    const { Responses } = await run(insert('a'), insert('b', { is: { S: 'second' } }), insert('c'));
    expect(Responses).toEqual([{ TableName }, duplicate, { TableName }]);
    expect(await get('b')).toMatchObject({ is: { S: 'first' } });
    expect([await get('a'), await get('c')]).not.toContain(undefined);
  });

  it('have one winner for each key among many at once', async () => {
    const keys = Array.from({ length: 25 }, (_, index) => `key-${String(index)}`);
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, by) =>
        run(...keys.map((key) => insert(key, { by: { N: String(by) } }))),
      ),
    );
    for (const [at, key] of keys.entries()) {
      const won = answers.flatMap(({ Responses }, by) =>
        (Responses as readonly Fields[])[at]?.['Error'] === undefined ? [by] : [],
      );
      expect(won).toHaveLength(1);
      expect(await get(key)).toMatchObject({ by: { N: String(won[0]) } });
    }
  });

  it('are in the stream once each, and what failed is not', async () => {
    await run(insert('a'), insert('b'));
    await run(insert('b'), insert('c'));
    const records = await dynamodb.readStream(TableName, null);
    expect(records.map(({ eventName, dynamodb: { Keys } }) => [eventName, Keys['pk']])).toEqual(
      ['a', 'b', 'c'].map((pk) => ['INSERT', { S: pk }]),
    );
  });

  it('tell of a row that the table does not take in its place', async () => {
    const noSortKey = {
      Statement: `INSERT INTO "ledger" VALUE {'pk': ?}`,
      Parameters: [{ S: 'x' }],
    };
    const { Responses } = await run(insert('a'), insert('b', {}, 'nowhere'), noSortKey);
    expect(Responses).toMatchObject([
      { TableName },
      { Error: { Code: 'ResourceNotFound' } },
      { Error: { Code: 'ValidationError', Message: expect.stringContaining('key sk') } },
    ]);
    expect(await get('a')).toBeDefined();
  });

  it.each([
    ['none', [], 'The statement was empty.'],
    ['what is no list', {}, 'The statement was empty.'],
    ['a statement without a text', [{}], 'The statement was empty.'],
    ['null', [null], 'The statement was empty.'],
    ['26', Array.from({ length: 26 }, (_, at) => insert(String(at))), 'more than 25 items'],
    ['two of one key', [insert('a'), insert('b'), insert('a')], 'contains duplicates'],
    ['too few parameters', [{ ...insert('a'), Parameters: [{ S: 'a' }] }], `don't match`],
    ['too many', [{ ...insert('a'), Parameters: [{}, {}, {}].fill({ S: 'a' }) }], `don't match`],
    ['no parameters', [{ Statement: insert('a').Statement }], `don't match`],
    ['another statement', [{ Statement: `DELETE FROM "ledger" WHERE pk = ?` }], 'local stack'],
    ['a literal', [{ Statement: `INSERT INTO "ledger" VALUE {'pk': 'a'}` }], 'local stack'],
    ['no attributes', [{ Statement: `INSERT INTO "ledger" VALUE {}` }], 'local stack'],
    [
      'an attribute twice',
      [{ Statement: `INSERT INTO "ledger" VALUE {'sk': ?, 'pk': ?, 'pk': ?}` }],
      'local stack',
    ],
    ['more behind it', [{ Statement: `${insert('a').Statement} RETURNING *` }], 'local stack'],
    ['more before it', [{ Statement: `EXPLAIN ${insert('a').Statement}` }], 'local stack'],
    ['a name without quotes', [{ Statement: `INSERT INTO ledger VALUE {'pk': ?}` }], 'local stack'],
  ])('refuse a call with %s, and add nothing', async (_, Statements, message) => {
    await expect(call('BatchExecuteStatement', { Statements })).rejects.toMatchObject({
      code: 'ValidationException',
      message: expect.stringContaining(message),
    });
    expect([await get('a'), await get('b')]).toEqual([undefined, undefined]);
  });

  it('fail with their call where a value has no form at all', async () => {
    const misshapen = { ...insert('b'), Parameters: [{ S: 'b' }, { S: 5 }] };
    await expect(run(insert('a'), misshapen)).rejects.toMatchObject({
      code: 'SerializationException',
    });
    expect(await get('b')).toBeUndefined();
  });

  it('fail with their call where the engine fails', async () => {
    const item = { pk: { S: 'a' }, sk: { S: 'S' } };
    const failure = new Error('The DynamoDB engine failed.');
    const running = runInserts(
      [{ tableName: TableName, item }],
      () => ['pk', 'sk'],
      () => Promise.reject(failure),
    );
    await expect(running).rejects.toBe(failure);
  });

  it('need the right to insert into each table, with every partition key', () => {
    const authorize = dynamodb.operations['BatchExecuteStatement']?.authorize;
    if (typeof authorize !== 'function') throw new Error('no authorize');
    const arn = 'arn:aws:dynamodb:us-east-1:123456789012:table';
    const Statements = [insert('a'), insert('b', {}, 'other'), insert('c', {}, `${arn}/ledger`)];
    expect(authorize({ Statements })).toEqual([
      {
        action: 'dynamodb:PartiQLInsert',
        resource: `${arn}/ledger`,
        conditionKeys: { 'dynamodb:LeadingKeys': ['a', 'c'] },
      },
      {
        action: 'dynamodb:PartiQLInsert',
        resource: `${arn}/other`,
        conditionKeys: { 'dynamodb:LeadingKeys': ['b'] },
      },
    ]);
  });

  it('open the key of their table', async () => {
    const keyArn = 'arn:key';
    await dynamodb.createTable({
      TableName: 'keyed',
      ...rowsTable,
      SSESpecification: { SSEEnabled: true, SSEType: 'KMS', KMSMasterKeyId: keyArn },
    });
    const authorize = dynamodb.operations['BatchExecuteStatement']?.authorize;
    if (typeof authorize !== 'function') throw new Error('no authorize');
    expect(authorize({ Statements: [insert('a', {}, 'keyed')] })).toMatchObject([
      { action: 'dynamodb:PartiQLInsert' },
      { action: 'kms:Decrypt', resource: keyArn },
    ]);
  });
});
