import { UpdateItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';

import type { IdentityRegistry } from '../core/ports.ts';
import { awsFailure } from './aws-failures.ts';
import { flag, keyOf, text } from './rows.ts';

const rows = { ConditionalCheckFailedException: 'Identity.Conflict' } as const;

/** Keeps each subject's identity in the subject's row: the first one stays, and a link is never forgotten. */
export const dynamoIdentityRegistry = (options: {
  readonly client: DynamoDBClient;
  readonly tableName: string;
}): IdentityRegistry => ({
  remember: async (subject, identity) => {
    const linked = identity.linked ? ':linked' : 'if_not_exists(linked, :linked)';
    await options.client
      .send(
        new UpdateItemCommand({
          TableName: options.tableName,
          Key: keyOf.subject(subject),
          ConditionExpression: 'attribute_not_exists(identityId) OR identityId = :id',
          UpdateExpression: `SET identityId = :id, linked = ${linked}`,
          ExpressionAttributeValues: {
            ':id': text(identity.identityId),
            ':linked': flag(identity.linked),
          },
        }),
      )
      .catch((error: unknown) => {
        throw awsFailure(error, rows);
      });
  },
});
