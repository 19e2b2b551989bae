import { BatchGetItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import DataLoader from 'dataloader';
import { awsFailure, incompleteAnswer } from './aws-failures.ts';
import type { Row } from './rows.ts';

export interface RowKey {
  readonly pk: { readonly S: string };
  readonly sk: { readonly S: string };
}

/** What one call said of the keys of one read. */
interface RowsRead {
  /** In no order. */
  readonly rows: readonly Row[];
  /** Keys of which nothing was said. What is neither here nor among the rows is not in the table. */
  readonly unread: readonly RowKey[];
}

/** @see Amazon DynamoDB API Reference, BatchGetItem */
const mostKeysPerCall = 100;

const placeOf = (pk: string | undefined, sk: string | undefined): string =>
  JSON.stringify([pk, sk]);
const placeOfKey = ({ pk, sk }: RowKey): string => placeOf(pk.S, sk.S);
const placeOfRow = (row: Row): string => placeOf(row['pk']?.S, row['sk']?.S);

/**
 * Strongly consistent reads of rows; those that are asked for in one turn of the event loop go in one BatchGetItem, each key
 * once. None waits for another, and none is answered by a call that was sent before it was asked for.
 * @param mostKeys of one read
 * @throws (each read) Upstream.Throttled, Upstream.Unavailable, Upstream.Misconfigured
 */
export const sharedReads = (
  { client, tableName }: { readonly client: DynamoDBClient; readonly tableName: string },
  mostKeys: number,
): ((keys: readonly RowKey[]) => Promise<RowsRead>) => {
  const readTogether = async (
    reads: readonly (readonly RowKey[])[],
  ): Promise<readonly RowsRead[]> => {
    const keys = new Map(reads.flat().map((key) => [placeOfKey(key), key]));
    const { Responses, UnprocessedKeys } = await client
      .send(
        new BatchGetItemCommand({
          RequestItems: {
            [tableName]: {
              Keys: Array.from(keys.values(), ({ pk, sk }) => ({ pk, sk })),
              ConsistentRead: true,
            },
          },
        }),
      )
      .catch((error: unknown) => {
        throw awsFailure(error);
      });
    const left = Object.values(UnprocessedKeys ?? {}).flatMap(({ Keys }) => Keys ?? [{}]);
    const unprocessed = new Set(left.map(placeOfRow));
    const found = Responses?.[tableName];
    // What is said of no key that was asked for, and no list of rows, says nothing of what is in the table.
    const isClear = [...unprocessed].every((place) => keys.has(place));
    if (!isClear || (found === undefined && unprocessed.size < keys.size)) {
      throw incompleteAnswer('BatchGetItem');
    }
    const rows = new Map((found ?? []).map((row) => [placeOfRow(row), row]));
    return reads.map((asked) => ({
      rows: asked.map((key) => rows.get(placeOfKey(key))).filter((row) => row !== undefined),
      unread: asked.filter((key) => unprocessed.has(placeOfKey(key))),
    }));
  };

  const loader = new DataLoader(readTogether, {
    cache: false,
    maxBatchSize: Math.floor(mostKeysPerCall / mostKeys),
    // When all that has come from the network so far was looked at.
    batchScheduleFn: setImmediate,
  });
  return (keys) => loader.load(keys);
};
