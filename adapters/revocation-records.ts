import {
  BatchGetItemCommand,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
  type DynamoDBClient,
} from '@aws-sdk/client-dynamodb';
import { StepkeyError } from '../core/errors.ts';
import { liveIndex } from '../core/revocations/live-index.ts';
import type { RevocationRecords } from '../core/revocations/ports.ts';
import type { RevocationRecord } from '../core/revocations/revocation.ts';
import { awsErrorName, awsFailure, incompleteAnswer } from './aws-failures.ts';
import { itemOf, placeOf, recordOf } from './revocation-rows.ts';
import { itemsOf, keyOf, number, readNumber, readText, text } from './rows.ts';

/** The revocations' own rows, and one partition that lists them by time. Neither is ever deleted. */
export const dynamoRevocationRecords = (options: {
  readonly client: DynamoDBClient;
  readonly tableName: string;
}): RevocationRecords => {
  const { client, tableName } = options;

  const call = async <Answer>(work: Promise<Answer>): Promise<Answer> => {
    try {
      return await work;
    } catch (error) {
      throw awsFailure(error);
    }
  };

  const read = async (revocationId: string): Promise<RevocationRecord | null> => {
    const { Item } = await call(
      client.send(
        new GetItemCommand({
          TableName: tableName,
          Key: keyOf.revocation(revocationId),
          ConsistentRead: true,
        }),
      ),
    );
    return Item === undefined ? null : recordOf(Item);
  };

  /** In the order of the ids. An id without a record is of a request that ended between its two writes. */
  const readAll = async (ids: readonly string[]): Promise<readonly RevocationRecord[]> => {
    if (ids.length === 0) return [];
    const { Responses, UnprocessedKeys } = await call(
      client.send(
        new BatchGetItemCommand({
          RequestItems: { [tableName]: { Keys: ids.map(keyOf.revocation), ConsistentRead: true } },
        }),
      ),
    );
    if (Responses === undefined) throw incompleteAnswer('BatchGetItem');
    if (Object.keys(UnprocessedKeys ?? {}).length > 0) {
      throw new StepkeyError('Upstream.Throttled');
    }
    const byId = new Map(
      (Responses[tableName] ?? []).map((row) => [readText(row, 'revocationId'), recordOf(row)]),
    );
    return ids.flatMap((id) => byId.get(id) ?? []);
  };

  return {
    read,
    create: async (record) => {
      const present = await read(record.revocationId);
      if (present !== null) return present;
      // Listed first: what is carried out must be found, what is found need not be carried out.
      await call(
        client.send(
          new PutItemCommand({
            TableName: tableName,
            Item: {
              ...keyOf.revocationPlace(placeOf(record)),
              revocationId: text(record.revocationId),
            },
          }),
        ),
      );
      try {
        await client.send(
          new PutItemCommand({
            TableName: tableName,
            Item: itemOf(record),
            ConditionExpression: 'attribute_not_exists(pk)',
          }),
        );
        return record;
      } catch (error) {
        if (awsErrorName(error) !== 'ConditionalCheckFailedException') throw awsFailure(error);
        const winner = await read(record.revocationId);
        if (winner === null) throw awsFailure(error);
        return winner;
      }
    },
    list: async (before, limit) => {
      const answer = await call(
        client.send(
          new QueryCommand({
            TableName: tableName,
            KeyConditionExpression: before === null ? 'pk = :list' : 'pk = :list AND sk < :before',
            ExpressionAttributeValues: {
              ':list': keyOf.revocationPlace('').pk,
              ...(before === null ? {} : { ':before': text(before) }),
            },
            ScanIndexForward: false,
            ConsistentRead: true,
            Limit: limit,
          }),
        ),
      );
      // Two requests under one key may both have listed it: the second place says nothing new.
      const ids = [...new Set(itemsOf(answer).map((row) => readText(row, 'revocationId')))];
      return {
        records: await readAll(ids),
        next: answer.LastEvaluatedKey?.['sk']?.S ?? null,
      };
    },
    listUnfinished: async (limit) => {
      const answer = await call(
        client.send(
          new QueryCommand({
            TableName: tableName,
            IndexName: liveIndex.name,
            KeyConditionExpression: '#live = :unfinished',
            ExpressionAttributeNames: { '#live': liveIndex.attribute },
            ExpressionAttributeValues: { ':unfinished': text(liveIndex.unfinishedPartition) },
            Limit: limit,
          }),
        ),
      );
      const found = await Promise.all(
        itemsOf(answer).map(async (row) => ({
          record: await read(readText(row, 'pk').slice('REVOCATION#'.length)),
          sinceEpochSeconds: readNumber(row, liveIndex.sortAttribute),
        })),
      );
      return found.flatMap(({ record, sinceEpochSeconds }) =>
        record === null ? [] : [{ record, sinceEpochSeconds }],
      );
    },
    requestRestore: async (revocationId, { requestedBy, atEpochSeconds }) => {
      try {
        await client.send(
          new UpdateItemCommand({
            TableName: tableName,
            Key: keyOf.revocation(revocationId),
            ConditionExpression:
              'attribute_exists(pk) AND attribute_not_exists(restoreRequestedAtEpochSeconds)',
            UpdateExpression:
              'SET restoreRequestedAtEpochSeconds = :at, restoreRequestedBy = :by, #status = :restoring, #live = :unfinished, #since = :at',
            ExpressionAttributeNames: {
              '#status': 'status',
              '#live': liveIndex.attribute,
              '#since': liveIndex.sortAttribute,
            },
            ExpressionAttributeValues: {
              ':at': number(atEpochSeconds),
              ':by': text(requestedBy),
              ':restoring': text('RESTORING'),
              ':unfinished': text(liveIndex.unfinishedPartition),
            },
          }),
        );
      } catch (error) {
        if (awsErrorName(error) !== 'ConditionalCheckFailedException') throw awsFailure(error);
      }
      return read(revocationId);
    },
  };
};
