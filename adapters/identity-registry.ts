import { GetItemCommand, UpdateItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';

import type { IdentityRegistry } from '../core/ports.ts';
import { awsFailure } from './aws-failures.ts';
import { identityOfRow } from './identity-row.ts';
import { flag, keyOf, readFlag, text } from './rows.ts';

const rows = { ConditionalCheckFailedException: 'Identity.Conflict' } as const;

/** Keeps each subject's identity in the subject's row: the first one stays, and a link is never forgotten. */
export const dynamoIdentityRegistry = (options: {
  readonly client: DynamoDBClient;
  readonly tableName: string;
}): IdentityRegistry => ({
  lookUp: async (subject) => {
    const { Item: row } = await options.client
      .send(
        new GetItemCommand({
          TableName: options.tableName,
          Key: keyOf.subject(subject),
          ConsistentRead: true,
        }),
      )
      .catch((error: unknown) => {
        throw awsFailure(error);
      });
    return {
      identity: identityOfRow(row),
      wasBegun: readFlag(row ?? {}, 'registrationBegun'),
      awaitsLogin: readFlag(row ?? {}, 'awaitsLogin'),
    };
  },
  begin: async (subject) => {
    await options.client
      .send(
        new UpdateItemCommand({
          TableName: options.tableName,
          Key: keyOf.subject(subject),
          UpdateExpression: 'SET registrationBegun = :begun',
          ExpressionAttributeValues: { ':begun': flag(true) },
        }),
      )
      .catch((error: unknown) => {
        throw awsFailure(error);
      });
  },
  remember: async (subject, identity, { username = null, personCame = identity.linked } = {}) => {
    const linked = identity.linked ? ':linked' : 'if_not_exists(linked, :linked)';
    await options.client
      .send(
        new UpdateItemCommand({
          TableName: options.tableName,
          Key: keyOf.subject(subject),
          ConditionExpression: `(attribute_not_exists(identityId) OR identityId = :id)${personCame ? '' : ' AND attribute_not_exists(awaitsLogin)'}`,
          UpdateExpression: `SET identityId = :id, linked = ${linked}${username === null ? '' : ', username = :username'} REMOVE registrationBegun, awaitsLogin`,
          ExpressionAttributeValues: {
            ':id': text(identity.identityId),
            ':linked': flag(identity.linked),
            ...(username === null ? {} : { ':username': text(username) }),
          },
        }),
      )
      .catch((error: unknown) => {
        throw awsFailure(error, rows);
      });
  },
});
