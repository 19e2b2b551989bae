import { GetItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';

import type { UsernameRegistry } from '../core/ports.ts';
import { awsFailure } from './aws-failures.ts';
import { keyOf, readText } from './rows.ts';

/** Reads the usernames that the identity registry keeps in the subjects' rows. */
export const dynamoUsernameRegistry = (options: {
  readonly client: DynamoDBClient;
  readonly tableName: string;
}): UsernameRegistry => ({
  recall: async (subject) => {
    const { Item: row } = await options.client
      .send(
        new GetItemCommand({
          TableName: options.tableName,
          Key: keyOf.subject(subject),
          ProjectionExpression: 'username',
        }),
      )
      .catch((error: unknown) => {
        throw awsFailure(error);
      });
    return row?.['username'] === undefined ? null : readText(row, 'username');
  },
});
