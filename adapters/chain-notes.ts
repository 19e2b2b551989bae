import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  type DynamoDBClient,
} from '@aws-sdk/client-dynamodb';

import { StepkeyError } from '../core/errors.ts';
import type { ChainStore, ClaimNote } from '../core/ledger/chain-store.ts';
import type { RecordKey } from '../core/ledger/record.ts';
import { piecesOf } from '../core/pieces.ts';
import { awsFailure, incompleteAnswer } from './aws-failures.ts';
import { putNew } from './put-new.ts';
import { keyOf, number, readNumber, readText, type Row } from './rows.ts';

/** BatchWriteItem takes no more. */
const notesPerCall = 25;
/** Up to here, a call for each is done sooner than a look and a note, and cheaper. */
const mostOneByOne = 2;

const rowOf = ({ kind, id, fingerprint }: RecordKey, { shard, afterSequence }: ClaimNote) => ({
  ...keyOf.record(kind, id, fingerprint),
  shard: number(shard),
  afterSequence: number(afterSequence),
});

const placeOf = (row: Row): string => JSON.stringify([readText(row, 'pk'), readText(row, 'sk')]);

const sequenceOf = (row: Row): number => readNumber(row, 'afterSequence');

/** The notes in the table: `RECORD#<kind>/<id>`/<fingerprint>. */
export const dynamoChainNotes = (options: {
  readonly client: DynamoDBClient;
  readonly tableName: string;
}): Pick<ChainStore, 'claim'> => {
  const { client, tableName } = options;

  const read = async (keys: readonly RecordKey[]): Promise<readonly Row[]> => {
    const Keys = keys.map(({ kind, id, fingerprint }) => keyOf.record(kind, id, fingerprint));
    const answer = await client
      .send(
        new BatchGetItemCommand({ RequestItems: { [tableName]: { Keys, ConsistentRead: true } } }),
      )
      .catch((error: unknown) => {
        throw awsFailure(error);
      });
    const present = answer.Responses?.[tableName];
    // An answer without them says nothing of what is in the table.
    if (present === undefined) throw incompleteAnswer('BatchGetItem');
    // A note that was not read must not look like none.
    if ((answer.UnprocessedKeys?.[tableName]?.Keys ?? []).length > 0) {
      throw new StepkeyError('Upstream.Throttled');
    }
    return present;
  };

  const write = async (keys: readonly RecordKey[], note: ClaimNote): Promise<void> => {
    const puts = keys.map((key) => ({ PutRequest: { Item: rowOf(key, note) } }));
    const answer = await client
      .send(new BatchWriteItemCommand({ RequestItems: { [tableName]: puts } }))
      .catch((error: unknown) => {
        throw awsFailure(error);
      });
    if (answer.UnprocessedItems === undefined) throw incompleteAnswer('BatchWriteItem');
    if ((answer.UnprocessedItems[tableName] ?? []).length > 0) {
      throw new StepkeyError('Upstream.Throttled');
    }
  };

  /** BatchWriteItem knows no conditions: a look, and then a note of what has none. */
  const claimTogether = async (
    keys: readonly RecordKey[],
    note: ClaimNote,
  ): Promise<readonly Row[]> => {
    const present = await read(keys);
    const noted = new Set(present.map((row) => placeOf(row)));
    const missing = keys.filter((key) => !noted.has(placeOf(rowOf(key, note))));
    if (missing.length > 0) await write(missing, note);
    return present;
  };

  return {
    claim: async (keys, note) => {
      if (keys.length <= mostOneByOne) {
        const present = await Promise.all(keys.map((key) => putNew(options, rowOf(key, note))));
        return present.filter((row) => row !== null).map(sequenceOf);
      }
      const pieces = piecesOf(keys, notesPerCall);
      const present = await Promise.all(pieces.map((piece) => claimTogether(piece, note)));
      return present.flat().map(sequenceOf);
    },
  };
};
