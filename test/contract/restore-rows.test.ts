import type { Server } from 'node:http';
import {
  CreateTableCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  type AttributeValue,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createDynamoDbService } from '../../local/services/dynamodb/service.ts';
import type { DynamoDbService } from '../../local/services/dynamodb/service.ts';
import { memoryStore } from '../../local/state/store.ts';
import { restoreRows, type Table } from '../../tools/restore-rows.ts';
import { admin, clock, close, listen, settingsOf } from '../support/twin/aws-endpoint.ts';
import { rowsTable } from '../support/twin/rows-table.ts';

type Row = Record<string, AttributeValue>;

const nowEpochSeconds = 1_790_000_000;
const row = (pk: string, sk: string, numbers: Readonly<Record<string, number>> = {}): Row => ({
  pk: { S: pk },
  sk: { S: sk },
  ...Object.fromEntries(Object.entries(numbers).map(([name, n]) => [name, { N: String(n) }])),
});
const marked = (of: Row): Row => ({
  ...of,
  restoredAtEpochSeconds: { N: String(nowEpochSeconds) },
});

describe('npm run restore', () => {
  let service: DynamoDbService;
  let server: Server;
  let client: DynamoDBClient;
  let from: Table;
  let to: Table;
  let serial = 0;
  beforeAll(async () => {
    service = await createDynamoDbService({ directory: null, store: memoryStore(), clock });
    server = await listen(service, () => ({ Version: '2012-10-17', Statement: [] }));
    client = new DynamoDBClient(settingsOf(server, admin));
  });
  afterAll(async () => {
    client.destroy();
    await close(server);
    await service.close();
  });
  const newTable = async (): Promise<Table> => {
    serial += 1;
    const TableName = `table-${String(serial)}`;
    await client.send(
      new CreateTableCommand({
        TableName,
        ...rowsTable,
      }),
    );
    return { client, tableName: TableName };
  };
  beforeEach(async () => {
    [from, to] = [await newTable(), await newTable()];
  });
  const put = async ({ tableName }: Table, ...rows: readonly Row[]): Promise<void> => {
    for (const Item of rows) await client.send(new PutItemCommand({ TableName: tableName, Item }));
  };
  const read = async ({ tableName }: Table, { pk, sk }: Row): Promise<Row | undefined> =>
    (
      await client.send(
        new GetItemCommand({
          TableName: tableName,
          Key: { pk: pk ?? { S: '' }, sk: sk ?? { S: '' } },
        }),
      )
    ).Item;
  const restore = () => restoreRows(from, to, nowEpochSeconds);

  it('brings back what is not there, word for word, and marks rows that change: their return is no change', async () => {
    const kept = [
      row('LEDGER#3', '000000000001'),
      row('RECORD#issuance/i-1', 'abc'),
      row('SESSION#s-1', 'ISSUANCE#i-1', { rule: 0 }),
      row('DENIAL#d-1', 'DENIAL'),
      row('EVERYTHING', 'REVOCATION', { epoch: 2 }),
      row('WRITER#deny-policy', 'DENIAL#r-1', { deleteAfterEpochSeconds: nowEpochSeconds + 1 }),
      row('BATCH#b-1', 'OUTCOME#users:alice'),
    ];
    const changing = [
      row('SESSION#s-1', 'SESSION'),
      row('SUBJECT#users:alice', 'SUBJECT'),
      row('REVOCATION#r-1', 'REVOCATION'),
      row('BATCH#b-1', 'BATCH'),
    ];
    await put(from, ...kept, ...changing);
    expect(await restore()).toMatchObject({ restored: 11, present: 0, leftOut: 0, forks: [] });
    for (const each of kept) expect(await read(to, each)).toEqual(each);
    for (const each of changing) expect(await read(to, each)).toEqual(marked(each));
    expect(await restore()).toMatchObject({ restored: 0, present: 11, forks: [] });
  });

  it.each([
    ['a cache entry', row('SUBJECT#users:alice', 'ENTRY#abc')],
    ['a quota', row('QUOTA#developer-identity', '1790000000')],
    ['an answer to a repeated request', row('IDEMPOTENCY#x', 'IDEMPOTENCY')],
    ['a lease', row('WRITER#deny-policy', 'LEASE')],
    [
      'what has run out',
      row('BATCH#b-1', 'BATCH', { deleteAfterEpochSeconds: nowEpochSeconds - 1 }),
    ],
  ])('leaves out %s', async (_, passing) => {
    await put(from, passing);
    expect(await restore()).toMatchObject({ restored: 0, leftOut: 1 });
    expect(await read(to, passing)).toBeUndefined();
  });

  it('never makes anybody more: a row that was made anew is revoked as far as the copy says', async () => {
    const key = ['SUBJECT#users:alice', 'SUBJECT'] as const;
    await put(from, row(...key, { epoch: 5, revokedBeforeEpochSeconds: 1_000, suspended: 1 }));
    await put(to, row(...key, { epoch: 1, linked: 1 }));
    expect(await restore()).toMatchObject({
      restored: 0,
      suspendedInCopy: ['SUBJECT#users:alice/SUBJECT'],
    });
    const raised = row(...key, { epoch: 5, revokedBeforeEpochSeconds: 1_000, linked: 1 });
    expect(await read(to, raised)).toEqual(raised);
  });

  it('leaves what was revoked after the copy was made', async () => {
    const key = ['CLIENT#app', 'REVOCATION'] as const;
    const later = row(...key, { epoch: 5, revokedBeforeEpochSeconds: 2_000, suspended: 1 });
    await put(from, row(...key, { epoch: 1, revokedBeforeEpochSeconds: 1_000, suspended: 0 }));
    await put(to, later);
    expect(await restore()).toMatchObject({ present: 1, suspendedInCopy: [] });
    expect(await read(to, later)).toEqual(later);
  });

  it('ends where a chain went on otherwise, before any record could be chained again', async () => {
    const link = (record: string): Row => ({
      ...row('LEDGER#3', '000000000001'),
      record: { S: record },
    });
    const session = row('SESSION#s-1', 'SESSION');
    await put(from, link('first'), session);
    await put(to, link('made from nothing'));
    expect(await restore()).toMatchObject({ forks: ['LEDGER#3/000000000001'], restored: 0 });
    expect(await read(to, session)).toBeUndefined();
  });
});
