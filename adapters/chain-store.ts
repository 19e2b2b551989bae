import {
  PutItemCommand,
  QueryCommand,
  type AttributeValue,
  type DynamoDBClient,
} from '@aws-sdk/client-dynamodb';

import type { ChainStore } from '../core/ledger/append.ts';
import { recordOfLink, type Link } from '../core/ledger/link.ts';
import { isSpread, listIndexes, listPartition } from '../core/ledger/list-indexes.ts';
import { listFilters, listingOf } from '../core/ledger/listing.ts';
import { awsErrorName, awsFailure } from './aws-failures.ts';
import { itemsOf, keyOf, number, readNumber, readText, type Row, text } from './rows.ts';

export const linkOf = (row: Row): Link => ({
  shard: Number(readText(row, 'pk').slice('LEDGER#'.length)),
  sequence: Number(readText(row, 'sk')),
  previousHash: readText(row, 'previousHash'),
  hash: readText(row, 'hash'),
  record: readText(row, 'record'),
});

const indexed = (link: Link): Record<string, AttributeValue> => {
  const listing = listingOf(recordOfLink(link));
  if (listing === null) return {};
  const { listedAt, outcome, terms } = listing;
  if (outcome === null) {
    return {
      listedAt: text(listedAt),
      bySubject: text(listPartition.sessionsOf(terms.subject ?? '-')),
    };
  }
  return {
    listedAt: text(listedAt),
    outcome: text(outcome),
    byTime: text(String(link.shard)),
    ...(outcome === 'minted' || outcome === 'cache'
      ? {}
      : { byRefusal: text(listPartition.spread(outcome, link.shard)) }),
    ...Object.fromEntries(
      listFilters.flatMap((filter) => {
        const value = terms[filter];
        if (value === undefined) return [];
        const partition = isSpread(filter) ? listPartition.spread(value, link.shard) : value;
        return [
          [filter, text(value)],
          [listIndexes[filter].attribute, text(partition)],
        ];
      }),
    ),
  };
};

/** A link as it stands in the table, with what the lists find it by. */
export const rowOfLink = (link: Link): Record<string, AttributeValue> => ({
  ...keyOf.link(link.shard, link.sequence),
  previousHash: text(link.previousHash),
  hash: text(link.hash),
  record: text(link.record),
  ...indexed(link),
});

/** The chains in the table: `LEDGER#<shard>`/<sequence>, and `RECORD#<kind>/<id>`/<fingerprint> for the notes. */
export const dynamoChainStore = (options: {
  readonly client: DynamoDBClient;
  readonly tableName: string;
}): ChainStore => {
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

  /** Puts a row where there is none. @returns the row that was there; null when this one was put */
  const putNew = async (item: Record<string, AttributeValue>): Promise<Row | null> => {
    try {
      await client.send(
        new PutItemCommand({
          TableName: tableName,
          Item: item,
          ConditionExpression: 'attribute_not_exists(pk)',
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        }),
      );
      return null;
    } catch (error) {
      if (awsErrorName(error) !== 'ConditionalCheckFailedException') throw awsFailure(error);
      return (error as { readonly Item?: Row }).Item ?? {};
    }
  };

  return {
    readHead: async (shard) => (await query(shard, 0, 1, false))[0] ?? null,
    readAfter: (shard, sequence, limit) => query(shard, sequence, limit, true),
    claim: async (key, note) => {
      const present = await putNew({
        ...keyOf.record(key.kind, key.id, key.fingerprint),
        shard: number(note.shard),
        afterSequence: number(note.afterSequence),
      });
      return present === null
        ? { ...note, isNew: true }
        : {
            shard: readNumber(present, 'shard'),
            afterSequence: readNumber(present, 'afterSequence'),
            isNew: false,
          };
    },
    put: async (link) => {
      const present = await putNew(rowOfLink(link));
      return present === null;
    },
  };
};
