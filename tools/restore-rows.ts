import { isDeepStrictEqual } from 'node:util';
import {
  ConditionalCheckFailedException,
  paginateScan,
  PutItemCommand,
  UpdateItemCommand,
  type AttributeValue,
  type DynamoDBClient,
} from '@aws-sdk/client-dynamodb';
import { changingRows } from '../core/ledger/read-change.ts';

type Row = Record<string, AttributeValue>;

export interface Table {
  readonly client: DynamoDBClient;
  readonly tableName: string;
}

export interface Restored {
  readonly restored: number;
  /** Rows that were there. */
  readonly present: number;
  /** Of a moment that has passed. */
  readonly leftOut: number;
  /** Rows that were there, and have been suspended in the copy: whether they still should be, is for a person to say. */
  readonly suspendedInCopy: readonly string[];
  /** Records that the table has otherwise than the copy. Nothing but records was restored then. */
  readonly forks: readonly string[];
}

const writesAtATime = 25;

const textOf = (row: Row, name: string): string => row[name]?.S ?? '';
const nameOf = (row: Row): string => `${textOf(row, 'pk')}/${textOf(row, 'sk')}`;
const numberOf = (row: Row, name: string): number => Number(row[name]?.N ?? 0);

const isOfLedger = (row: Row): boolean => /^(LEDGER|RECORD)#/.test(textOf(row, 'pk'));

/** What is cached or leased would be used, what was paid for would be paid again, and what has run out goes again. */
const hasPassed = (row: Row, nowEpochSeconds: number): boolean => {
  const endsAt = numberOf(row, 'deleteAfterEpochSeconds');
  return (
    /^(QUOTA|IDEMPOTENCY)#|^SUBJECT#.*\/ENTRY#|\/LEASE$/s.test(nameOf(row)) ||
    (endsAt > 0 && endsAt <= nowEpochSeconds)
  );
};

/**
 * Copies rows that `to` does not have. A row that it has stays as it is, but for what only ever rises: nobody may do
 * again what was revoked. The ledger comes first, so that a record which its chain has is found there when its own row
 * comes back; a chain that went on otherwise meanwhile ends the restoration.
 */
export const restoreRows = async (
  from: Table,
  to: Table,
  nowEpochSeconds: number,
): Promise<Restored> => {
  const counts = { restored: 0, present: 0, leftOut: 0 };
  const suspendedInCopy: string[] = [];
  const forks: string[] = [];
  const restore = async (row: Row): Promise<void> => {
    const present = await put(to, isOfLedger(row) ? row : marked(row, nowEpochSeconds));
    counts[present === null ? 'restored' : 'present'] += 1;
    if (present === null) return;
    if (textOf(row, 'pk').startsWith('LEDGER#') && !isDeepStrictEqual(present, row)) {
      forks.push(nameOf(row));
    }
    if (numberOf(row, 'suspended') > numberOf(present, 'suspended')) {
      suspendedInCopy.push(nameOf(row));
    }
    await raise(to, row, present);
  };
  for (const part of ['ledger', 'others'] as const) {
    for await (const rows of pagesOf(from)) {
      const ofPart = rows.filter((row) => isOfLedger(row) === (part === 'ledger'));
      const kept = ofPart.filter((row) => !hasPassed(row, nowEpochSeconds));
      counts.leftOut += ofPart.length - kept.length;
      for (let start = 0; start < kept.length; start += writesAtATime) {
        await Promise.all(kept.slice(start, start + writesAtATime).map(restore));
      }
    }
    if (forks.length > 0) break;
  }
  return { ...counts, suspendedInCopy, forks };
};

async function* pagesOf({ client, tableName }: Table): AsyncGenerator<readonly Row[]> {
  const pages = paginateScan({ client }, { TableName: tableName, ConsistentRead: true });
  for await (const { Items = [] } of pages) yield Items;
}

/** Rows that change are recorded at the time of each change: the mark says that this is none. */
const marked = (row: Row, nowEpochSeconds: number): Row =>
  changingRows.test(nameOf(row))
    ? { ...row, restoredAtEpochSeconds: { N: String(nowEpochSeconds) } }
    : row;

/** @returns the row that was there; null where there was none */
const put = async ({ client, tableName }: Table, row: Row): Promise<Row | null> => {
  try {
    await client.send(
      new PutItemCommand({
        TableName: tableName,
        Item: row,
        ConditionExpression: 'attribute_not_exists(pk)',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      }),
    );
    return null;
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
    return error.Item ?? {};
  }
};

/** A row that was lost and made anew knows nothing of the revocations before. */
const raise = async ({ client, tableName }: Table, row: Row, present: Row): Promise<void> => {
  for (const name of ['epoch', 'revokedBeforeEpochSeconds']) {
    const value = row[name];
    if (value === undefined || numberOf(row, name) <= numberOf(present, name)) continue;
    try {
      await client.send(
        new UpdateItemCommand({
          TableName: tableName,
          Key: { pk: { S: textOf(row, 'pk') }, sk: { S: textOf(row, 'sk') } },
          UpdateExpression: 'SET #name = :value',
          ConditionExpression: 'attribute_not_exists(#name) OR #name < :value',
          ExpressionAttributeNames: { '#name': name },
          ExpressionAttributeValues: { ':value': value },
        }),
      );
    } catch (error) {
      // It has risen further meanwhile.
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
    }
  }
};
