import {
  ConditionalCheckFailedException,
  paginateScan,
  PutItemCommand,
  type AttributeValue,
  type DynamoDBClient,
} from '@aws-sdk/client-dynamodb';

type Row = Record<string, AttributeValue>;

/** The ledger first: a record that the chains have is not chained again when its own row comes back. */
const first = ['LEDGER#', 'RECORD#'];
/** Of a moment that has passed: what is cached or leased would be used, what was paid for would be paid again. */
const passing = ['QUOTA#', 'IDEMPOTENCY#', 'WRITER#'];

const textOf = (row: Row, name: string): string => row[name]?.S ?? '';
const beginsWith = (text: string, prefixes: readonly string[]): boolean =>
  prefixes.some((prefix) => text.startsWith(prefix));

/** Below a subject only its own row is kept: the others are its cache entries. */
const isWorthKeeping = (row: Row): boolean => {
  const partition = textOf(row, 'pk');
  if (beginsWith(partition, passing)) return false;
  return !partition.startsWith('SUBJECT#') || textOf(row, 'sk') === 'SUBJECT';
};

/** Copies rows that `to` does not have; a row that it has stays as it is. */
export const restoreRows = async (
  client: DynamoDBClient,
  { from, to }: { readonly from: string; readonly to: string },
): Promise<{ readonly restored: number; readonly present: number; readonly leftOut: number }> => {
  const rows: Row[] = [];
  for await (const { Items = [] } of paginateScan(
    { client },
    { TableName: from, ConsistentRead: true },
  )) {
    rows.push(...Items);
  }
  const kept = rows.filter(isWorthKeeping);
  const isOfLedger = (row: Row): boolean => beginsWith(textOf(row, 'pk'), first);
  let restored = 0;
  for (const row of [...kept.filter(isOfLedger), ...kept.filter((each) => !isOfLedger(each))]) {
    try {
      await client.send(
        new PutItemCommand({
          TableName: to,
          Item: row,
          ConditionExpression: 'attribute_not_exists(pk)',
        }),
      );
      restored += 1;
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
    }
  }
  return { restored, present: kept.length - restored, leftOut: rows.length - kept.length };
};
