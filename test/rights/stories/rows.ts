import type { Call, Owner, Stage, Stories, Story } from '../story.ts';

/** Which rows each may touch, and how, by the beginning of their partition key. */
const families = [
  'SUBJECT#x',
  'SESSION#x',
  'CLIENT#x',
  'GRANT#x',
  'EVERYTHING',
  'DENIAL#x',
  'IDEMPOTENCY#x',
  'QUOTA#calls',
  'QUOTA#x',
  'BATCH#x',
  'REVOCATION#x',
  'REVOCATIONS',
  'WRITER#deny-policy',
  'WRITER#reconciler',
  'WRITER#archive',
  'WRITER#x',
  'LEDGER#x',
  'RECORD#x',
  'OTHER#x',
] as const;
type Family = (typeof families)[number];
type RowCall =
  | 'PartiQLInsert'
  | 'GetItem'
  | 'PutItem'
  | 'UpdateItem'
  | 'DeleteItem'
  | 'BatchGetItem'
  | 'BatchWriteItem'
  | 'Query';

const revocable: readonly Family[] = ['SUBJECT#x', 'CLIENT#x', 'GRANT#x', 'EVERYTHING'];

const who: Readonly<Partial<Record<Owner, Readonly<Partial<Record<RowCall, readonly Family[]>>>>>> =
  {
    'function stepkey-api': {
      GetItem: ['SUBJECT#x', 'DENIAL#x'],
      BatchGetItem: revocable,
      PutItem: ['SESSION#x'],
      PartiQLInsert: ['DENIAL#x'],
    },
    'function stepkey-decide': { GetItem: ['SUBJECT#x'] },
    'function stepkey-identity': {
      GetItem: ['IDEMPOTENCY#x', 'SUBJECT#x'],
      PutItem: ['IDEMPOTENCY#x'],
      UpdateItem: ['IDEMPOTENCY#x', 'SUBJECT#x'],
      DeleteItem: ['IDEMPOTENCY#x'],
    },
    'function stepkey-exchange': {},
    'function stepkey-publish': {
      PutItem: ['LEDGER#x', 'RECORD#x'],
      Query: ['LEDGER#x'],
      BatchGetItem: ['RECORD#x'],
      BatchWriteItem: ['RECORD#x'],
    },
    'function stepkey-archive': {
      GetItem: ['WRITER#archive'],
      PutItem: ['WRITER#archive'],
      Query: ['LEDGER#x'],
    },
    'function stepkey-replay': {
      GetItem: ['DENIAL#x'],
      PutItem: ['LEDGER#x', 'RECORD#x'],
      PartiQLInsert: ['DENIAL#x'],
      Query: ['LEDGER#x', 'RECORD#x'],
      BatchGetItem: revocable,
    },
    'function stepkey-audit': {
      Query: ['LEDGER#x', 'RECORD#x'],
      BatchGetItem: ['LEDGER#x', 'SESSION#x', ...revocable],
      GetItem: ['SUBJECT#x'],
    },
    'function stepkey-batches': {
      GetItem: ['BATCH#x', 'DENIAL#x'],
      PutItem: ['BATCH#x'],
      PartiQLInsert: ['DENIAL#x'],
      UpdateItem: ['BATCH#x'],
      Query: ['BATCH#x'],
      BatchGetItem: revocable,
    },
    'machine stepkey-issue-batch': {
      GetItem: ['BATCH#x'],
      PutItem: ['BATCH#x'],
      UpdateItem: ['BATCH#x'],
    },
    'function stepkey-revocations': {
      GetItem: ['REVOCATION#x', 'DENIAL#x'],
      PutItem: ['REVOCATION#x', 'REVOCATIONS'],
      PartiQLInsert: ['DENIAL#x'],
      UpdateItem: ['REVOCATION#x'],
      Query: ['REVOCATIONS'],
      BatchGetItem: ['REVOCATION#x', ...revocable],
    },
    'function stepkey-revoke': {
      GetItem: ['REVOCATION#x', 'WRITER#reconciler', ...revocable],
      PutItem: ['REVOCATION#x', 'REVOCATIONS', 'WRITER#deny-policy', 'WRITER#reconciler'],
      UpdateItem: ['WRITER#deny-policy', ...revocable],
      DeleteItem: ['SUBJECT#x'],
      Query: ['SUBJECT#x', 'WRITER#deny-policy'],
      BatchGetItem: revocable,
    },
    'machine stepkey-revoke': { UpdateItem: ['REVOCATION#x'] },
    'machine stepkey-issue-credentials': {
      GetItem: ['SUBJECT#x'],
      PutItem: ['SESSION#x', 'DENIAL#x'],
      UpdateItem: ['SUBJECT#x', 'SESSION#x', 'QUOTA#calls'],
      DeleteItem: ['SUBJECT#x'],
      BatchGetItem: revocable,
    },
  };

const callsOn = (
  call: Call,
  table: string,
  family: Family,
): Record<RowCall, () => Promise<unknown>> => {
  const Key = { pk: { S: family }, sk: { S: 'story' } };
  const TableName = table;
  return {
    PartiQLInsert: () =>
      call('dynamodb', 'BatchExecuteStatement', {
        Statements: [
          {
            Statement: `INSERT INTO "${table}" VALUE {'pk': ?, 'sk': ?}`,
            Parameters: [Key.pk, Key.sk],
          },
        ],
      }),
    PutItem: () => call('dynamodb', 'PutItem', { TableName, Item: Key }),
    GetItem: () => call('dynamodb', 'GetItem', { TableName, Key }),
    UpdateItem: () => call('dynamodb', 'UpdateItem', { TableName, Key }),
    BatchGetItem: () =>
      call('dynamodb', 'BatchGetItem', { RequestItems: { [table]: { Keys: [Key] } } }),
    BatchWriteItem: () =>
      call('dynamodb', 'BatchWriteItem', {
        RequestItems: { [table]: [{ PutRequest: { Item: Key } }] },
      }),
    Query: () =>
      call('dynamodb', 'Query', {
        TableName,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': Key.pk },
      }),
    DeleteItem: () => call('dynamodb', 'DeleteItem', { TableName, Key }),
  };
};

const tellOf =
  (owner: Owner): Story['tell'] =>
  async ({ as, refused, twin }: Stage) => {
    for (const family of families) {
      const calls = callsOn(as(owner), twin.endpoints.table, family);
      for (const [operation, run] of Object.entries(calls) as [RowCall, () => Promise<unknown>][]) {
        const allowed = who[owner]?.[operation]?.includes(family) === true;
        await (allowed ? run() : refused(run()));
      }
    }
  };

export const rows: Stories = (Object.keys(who) as Owner[]).map((owner) => ({
  title: `${owner} touches its rows and no other`,
  tell: tellOf(owner),
}));
