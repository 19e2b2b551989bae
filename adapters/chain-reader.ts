import { QueryCommand, type AttributeValue, type DynamoDBClient } from '@aws-sdk/client-dynamodb';

import type { ChainStore } from '../core/ledger/chain-store.ts';
import type { Link } from '../core/ledger/link.ts';
import { awsFailure } from './aws-failures.ts';
import { itemsOf, keyOf, readText, type Row } from './rows.ts';

export const linkOf = (row: Row): Link => ({
  shard: Number(readText(row, 'pk').slice('LEDGER#'.length)),
  sequence: Number(readText(row, 'sk')),
  previousHash: readText(row, 'previousHash'),
  hash: readText(row, 'hash'),
  record: readText(row, 'record'),
});

/** The chains in the table: `LEDGER#<shard>`/<sequence>. */
export const dynamoChainReader = (options: {
  readonly client: DynamoDBClient;
  readonly tableName: string;
}): Pick<ChainStore, 'readHead' | 'readAfter'> => {
  const { client, tableName } = options;

  const query = async (
    shard: number,
    sequence: number,
    limit: number,
    forward: boolean,
  ): Promise<readonly Link[]> => {
    const rows: Row[] = [];
    let start: Record<string, AttributeValue> | undefined;
    do {
      const answer = await client
        .send(
          new QueryCommand({
            TableName: tableName,
            ConsistentRead: true,
            KeyConditionExpression: 'pk = :pk AND sk > :sk',
            ExpressionAttributeValues: {
              ':pk': keyOf.link(shard, sequence).pk,
              ':sk': keyOf.link(shard, sequence).sk,
            },
            ScanIndexForward: forward,
            Limit: limit - rows.length,
            ...(start === undefined ? {} : { ExclusiveStartKey: start }),
          }),
        )
        .catch((error: unknown) => {
          throw awsFailure(error);
        });
      rows.push(...itemsOf(answer));
      start = answer.LastEvaluatedKey;
    } while (start !== undefined && rows.length < limit);
    return rows.map(linkOf);
  };

  return {
    readHead: async (shard) => (await query(shard, 0, 1, false))[0] ?? null,
    readAfter: (shard, sequence, limit) => query(shard, sequence, limit, true),
  };
};
