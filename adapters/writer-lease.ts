import {
  ConditionalCheckFailedException,
  UpdateItemCommand,
  type DynamoDBClient,
} from '@aws-sdk/client-dynamodb';

import type { Clock } from '../core/ports.ts';
import type { WriterLease } from '../core/revocations/ports.ts';
import { awsErrorName, awsFailure } from './aws-failures.ts';
import { keyOf, number, text } from './rows.ts';

/** One row: who may write the deny policy, until when; and, while nobody may, what it says. */
export const dynamoWriterLease = (options: {
  readonly client: DynamoDBClient;
  readonly tableName: string;
  readonly clock: Clock;
}): WriterLease => {
  const { client, tableName, clock } = options;
  const row = { TableName: tableName, Key: keyOf.denyPolicyLease() };
  return {
    take: async (owner, untilEpochMillis, unlessSha256) => {
      const isFree =
        '(attribute_not_exists(leaseOwner) OR leaseOwner = :owner OR leaseUntilEpochMillis < :now)';
      const isWanted =
        unlessSha256 === null
          ? ''
          : ' AND (attribute_not_exists(writtenSha256) OR writtenSha256 <> :unless)';
      try {
        const { Attributes: before } = await client.send(
          new UpdateItemCommand({
            ...row,
            ConditionExpression: `${isFree}${isWanted}`,
            UpdateExpression:
              'SET leaseOwner = :owner, leaseUntilEpochMillis = :until REMOVE writtenSha256',
            ExpressionAttributeValues: {
              ':owner': text(owner),
              ':until': number(untilEpochMillis),
              ':now': number(clock.nowEpochMillis()),
              ...(unlessSha256 === null ? {} : { ':unless': text(unlessSha256) }),
            },
            ReturnValues: 'ALL_OLD',
            ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
          }),
        );
        return { outcome: 'taken', writtenSha256: before?.['writtenSha256']?.S ?? null };
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw awsFailure(error);
        return { outcome: error.Item?.['leaseOwner'] === undefined ? 'written' : 'held' };
      }
    },
    release: async (owner, writtenSha256) => {
      const noting = writtenSha256 === null ? '' : 'SET writtenSha256 = :written ';
      try {
        await client.send(
          new UpdateItemCommand({
            ...row,
            ConditionExpression: 'leaseOwner = :owner',
            UpdateExpression: `${noting}REMOVE leaseOwner, leaseUntilEpochMillis`,
            ExpressionAttributeValues: {
              ':owner': text(owner),
              ...(writtenSha256 === null ? {} : { ':written': text(writtenSha256) }),
            },
          }),
        );
      } catch (error) {
        if (awsErrorName(error) !== 'ConditionalCheckFailedException') throw awsFailure(error);
      }
    },
  };
};
