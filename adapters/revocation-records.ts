import {
  BatchGetItemCommand,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
  type AttributeValue,
  type DynamoDBClient,
} from '@aws-sdk/client-dynamodb';

import { StepkeyError } from '../core/errors.ts';
import { liveIndex } from '../core/revocations/live-index.ts';
import type { RevocationRecords } from '../core/revocations/ports.ts';
import type {
  DenialForm,
  RevocationRecord,
  RevocationTarget,
} from '../core/revocations/revocation.ts';
import { awsErrorName, awsFailure, incompleteAnswer } from './aws-failures.ts';
import {
  flag,
  itemsOf,
  keyOf,
  number,
  readFlag,
  readNumber,
  readNumberOr,
  readText,
  type Row,
  text,
  textOrDash,
} from './rows.ts';

type Item = Record<string, AttributeValue>;

/** Sorts by time; 13 digits last until the year 2286. */
const placeOf = (record: Pick<RevocationRecord, 'requestedAtEpochMillis' | 'revocationId'>) =>
  `${String(record.requestedAtEpochMillis).padStart(13, '0')}#${record.revocationId}`;

/** Until the machine takes it away, the reconciler sees it. */
const unfinishedSince = (epochSeconds: number): Item => ({
  [liveIndex.attribute]: text(liveIndex.unfinishedPartition),
  [liveIndex.sortAttribute]: number(epochSeconds),
});

const itemOf = (record: RevocationRecord): Item => ({
  ...keyOf.revocation(record.revocationId),
  revocationId: text(record.revocationId),
  targetKind: text(record.target.kind),
  targetName: text(record.target.name),
  reason: text(record.reason),
  requestedBy: text(record.requestedBy),
  requestedByClient: textOrDash(record.requestedByClient),
  requestedAtEpochMillis: number(record.requestedAtEpochMillis),
  suspends: flag(record.suspends),
  denies: flag(record.denies),
  // For those who watch the row; what counts are the times that follow.
  status: text('REQUESTED'),
  ...unfinishedSince(Math.floor(record.requestedAtEpochMillis / 1000)),
});

const textOrNull = (row: Row, attribute: string): string | null =>
  row[attribute] === undefined || readText(row, attribute) === '-'
    ? null
    : readText(row, attribute);

const recordOf = (row: Row): RevocationRecord => {
  const time = (attribute: string) => readNumberOr(row, attribute, null);
  return {
    revocationId: readText(row, 'revocationId'),
    target: {
      kind: readText(row, 'targetKind') as RevocationTarget['kind'],
      name: readText(row, 'targetName'),
    },
    reason: readText(row, 'reason'),
    requestedBy: readText(row, 'requestedBy'),
    requestedByClient: textOrNull(row, 'requestedByClient'),
    requestedAtEpochMillis: readNumber(row, 'requestedAtEpochMillis'),
    suspends: readFlag(row, 'suspends'),
    denies: readFlag(row, 'denies'),
    cutOffEpochSeconds: time('cutOffEpochSeconds'),
    refusedAtEpochSeconds: time('refusedAtEpochSeconds'),
    purgedAtEpochSeconds: time('purgedAtEpochSeconds'),
    purgedEntries: time('purgedEntries'),
    deniedAtEpochSeconds: time('deniedAtEpochSeconds'),
    denialForm: textOrNull(row, 'denialForm') as DenialForm | null,
    denialNeededUntilEpochSeconds: time('denialNeededUntilEpochSeconds'),
    denialRemovedAtEpochSeconds: time('denialRemovedAtEpochSeconds'),
    restoreRequestedAtEpochSeconds: time('restoreRequestedAtEpochSeconds'),
    restoreRequestedBy: textOrNull(row, 'restoreRequestedBy'),
    restoredAtEpochSeconds: time('restoredAtEpochSeconds'),
    failure: textOrNull(row, 'failure'),
  };
};

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
