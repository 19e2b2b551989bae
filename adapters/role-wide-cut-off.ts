import { UpdateItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';

import type { RoleWideCutOff } from '../core/revocations/ports.ts';
import { awsErrorName, awsFailure } from './aws-failures.ts';
import { keyOf, number } from './rows.ts';

/** In the row of everything, which every request reads. */
export const dynamoRoleWideCutOff = (options: {
  readonly client: DynamoDBClient;
  readonly tableName: string;
}): RoleWideCutOff => {
  const update = (epochSeconds: number, condition: string | null) =>
    options.client.send(
      new UpdateItemCommand({
        TableName: options.tableName,
        Key: keyOf.everythingRevocation(),
        ...(condition === null ? {} : { ConditionExpression: condition }),
        UpdateExpression: 'SET allDeniedBeforeEpochSeconds = :before',
        ExpressionAttributeValues: { ':before': number(epochSeconds) },
      }),
    );
  return {
    raise: async (epochSeconds) => {
      try {
        await update(
          epochSeconds,
          'attribute_not_exists(allDeniedBeforeEpochSeconds) OR allDeniedBeforeEpochSeconds < :before',
        );
      } catch (error) {
        if (awsErrorName(error) !== 'ConditionalCheckFailedException') throw awsFailure(error);
      }
    },
    set: async (epochSeconds) => {
      try {
        await update(epochSeconds, null);
      } catch (error) {
        throw awsFailure(error);
      }
    },
  };
};
