import {
  ConditionalCheckFailedException,
  UpdateItemCommand,
  type AttributeValue,
  type DynamoDBClient,
} from '@aws-sdk/client-dynamodb';

import type { Clock } from '../core/ports.ts';
import type { WriterLease } from '../core/revocations/ports.ts';
import { awsErrorName, awsFailure } from './aws-failures.ts';
import { keyOf, number, text } from './rows.ts';

const writtenIn = (row: Readonly<Record<string, AttributeValue>> | undefined): string =>
  row?.['writtenSha256']?.S ?? '-';

/** One row: who may write the deny policy, until when, and what it says. */
export const dynamoWriterLease = (options: {
  readonly client: DynamoDBClient;
  readonly tableName: string;
  readonly clock: Clock;
}): WriterLease => {
  const { client, tableName, clock } = options;
  const row = { TableName: tableName, Key: keyOf.denyPolicyLease() };
  return {
    take: async (owner, untilEpochMillis) => {
      try {
        const { Attributes } = await client.send(
          new UpdateItemCommand({
            ...row,
            ConditionExpression:
              'attribute_not_exists(leaseOwner) OR leaseOwner = :owner OR leaseUntilEpochMillis < :now',
            UpdateExpression: 'SET leaseOwner = :owner, leaseUntilEpochMillis = :until',
            ExpressionAttributeValues: {
              ':owner': text(owner),
              ':until': number(untilEpochMillis),
              ':now': number(clock.nowEpochMillis()),
            },
            ReturnValues: 'ALL_NEW',
            ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
          }),
        );
        return { isTaken: true, writtenSha256: writtenIn(Attributes) };
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) {
          return { isTaken: false, writtenSha256: writtenIn(error.Item) };
        }
        throw awsFailure(error);
      }
    },
    note: async (owner, digest) => {
      try {
        await client.send(
          new UpdateItemCommand({
            ...row,
            ConditionExpression: 'leaseOwner = :owner',
            UpdateExpression: 'SET writtenSha256 = :digest',
            ExpressionAttributeValues: { ':owner': text(owner), ':digest': text(digest) },
          }),
        );
      } catch (error) {
        throw awsFailure(error, { ConditionalCheckFailedException: 'Revocation.WriterBusy' });
      }
    },
    release: async (owner) => {
      try {
        await client.send(
          new UpdateItemCommand({
            ...row,
            ConditionExpression: 'leaseOwner = :owner',
            UpdateExpression: 'REMOVE leaseOwner, leaseUntilEpochMillis',
            ExpressionAttributeValues: { ':owner': text(owner) },
          }),
        );
      } catch (error) {
        if (awsErrorName(error) !== 'ConditionalCheckFailedException') throw awsFailure(error);
      }
    },
  };
};
