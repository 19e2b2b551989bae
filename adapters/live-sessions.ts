import {
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  type AttributeValue,
  type DynamoDBClient,
} from '@aws-sdk/client-dynamodb';

import { StepkeyError } from '../core/errors.ts';
import type { Evidence } from '../core/grants/evidence.ts';
import { liveIndex, liveShards } from '../core/revocations/live-index.ts';
import type { LivePlace, LiveSession, LiveSessions } from '../core/revocations/live-session.ts';
import { awsFailure } from './aws-failures.ts';
import { itemsOf, keyOf, number, readNumber, readText, type Row, text } from './rows.ts';

const partLength = 100;

const sessionOf = (row: Row, shard: number): LiveSession => {
  const sessionId = readText(row, 'pk').slice('SESSION#'.length);
  return {
    sessionId,
    subject: readText(row, 'subject'),
    grant: readText(row, 'grant'),
    rule: readNumber(row, 'rule'),
    evidence: evidenceIn(row),
    mintedAtEpochSeconds: readNumber(row, 'mintedAtEpochSeconds'),
    place: {
      shard,
      expiresAtEpochSeconds: readNumber(row, liveIndex.sortAttribute),
      sessionId,
    },
  };
};

const evidenceIn = (row: Row): Evidence => {
  try {
    return JSON.parse(readText(row, 'evidence')) as Evidence;
  } catch (error) {
    throw new StepkeyError('Config.Invalid', { cause: error });
  }
};

const startKeyOf = ({ shard, expiresAtEpochSeconds, sessionId }: LivePlace) => ({
  pk: text(`SESSION#${sessionId}`),
  sk: text('SESSION'),
  [liveIndex.attribute]: text(liveIndex.partition(shard)),
  [liveIndex.sortAttribute]: number(expiresAtEpochSeconds),
});

/**
 * An index of the sessions' own rows by their end: what has ended is never read, so that a pass costs what is live.
 * It is eventually consistent; what one pass does not see yet, the next does.
 */
export const dynamoLiveSessions = (options: {
  readonly client: DynamoDBClient;
  readonly tableName: string;
}): LiveSessions => {
  const { client, tableName: TableName } = options;

  const call = async <Answer>(work: Promise<Answer>): Promise<Answer> => {
    try {
      return await work;
    } catch (error) {
      throw awsFailure(error);
    }
  };

  return {
    listAfter: async (after, nowEpochSeconds) => {
      for (let shard = after?.shard ?? 0; shard < liveShards; shard += 1) {
        // A place that has ended meanwhile lies before everything that is asked for, where DynamoDB takes no start.
        const isStart =
          after !== null && after.shard === shard && after.expiresAtEpochSeconds > nowEpochSeconds;
        const ExclusiveStartKey: Record<string, AttributeValue> | undefined = isStart
          ? startKeyOf(after)
          : undefined;
        const answer = await call(
          client.send(
            new QueryCommand({
              TableName,
              IndexName: liveIndex.name,
              KeyConditionExpression: '#shard = :shard AND #expires > :now',
              ExpressionAttributeNames: {
                '#shard': liveIndex.attribute,
                '#expires': liveIndex.sortAttribute,
              },
              ExpressionAttributeValues: {
                ':shard': text(liveIndex.partition(shard)),
                ':now': number(nowEpochSeconds),
              },
              Limit: partLength,
              ...(ExclusiveStartKey === undefined ? {} : { ExclusiveStartKey }),
            }),
          ),
        );
        const rows = itemsOf(answer);
        if (rows.length > 0) {
          return {
            sessions: rows.map((row) => sessionOf(row, shard)),
            isLast: shard === liveShards - 1 && answer.LastEvaluatedKey === undefined,
          };
        }
      }
      return { sessions: [], isLast: true };
    },
    readPlace: async () => {
      const { Item } = await call(
        client.send(
          new GetItemCommand({ TableName, Key: keyOf.reconcilerPlace(), ConsistentRead: true }),
        ),
      );
      if (Item === undefined || readText(Item, 'sessionId') === '-') return null;
      return {
        shard: readNumber(Item, 'shard'),
        expiresAtEpochSeconds: readNumber(Item, 'expiresAtEpochSeconds'),
        sessionId: readText(Item, 'sessionId'),
      };
    },
    keepPlace: async (place) => {
      await call(
        client.send(
          new PutItemCommand({
            TableName,
            Item: {
              ...keyOf.reconcilerPlace(),
              shard: number(place?.shard ?? 0),
              expiresAtEpochSeconds: number(place?.expiresAtEpochSeconds ?? 0),
              sessionId: text(place?.sessionId ?? '-'),
            },
          }),
        ),
      );
    },
  };
};
