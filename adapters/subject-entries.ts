import {
  DeleteItemCommand,
  QueryCommand,
  type AttributeValue,
  type DynamoDBClient,
} from '@aws-sdk/client-dynamodb';

import type { SubjectEntries } from '../core/revocations/ports.ts';
import { awsFailure } from './aws-failures.ts';
import { itemsOf, keyOf, text } from './rows.ts';

/** The entries in a subject's partition; a subject has one for each way in which it gets credentials. */
export const dynamoSubjectEntries = (options: {
  readonly client: DynamoDBClient;
  readonly tableName: string;
}): SubjectEntries => {
  const { client, tableName } = options;

  const purgeAll = async (subject: string): Promise<number> => {
    let count = 0;
    let from: Record<string, AttributeValue> | undefined;
    do {
      const answer = await client.send(
        new QueryCommand({
          TableName: tableName,
          KeyConditionExpression: 'pk = :pk AND begins_with(sk, :entry)',
          ExpressionAttributeValues: {
            ':pk': keyOf.subject(subject).pk,
            ':entry': text('ENTRY#'),
          },
          ProjectionExpression: 'pk, sk',
          ConsistentRead: true,
          Limit: 25,
          ...(from === undefined ? {} : { ExclusiveStartKey: from }),
        }),
      );
      const keys = itemsOf(answer);
      await Promise.all(
        keys.map((Key) => client.send(new DeleteItemCommand({ TableName: tableName, Key }))),
      );
      count += keys.length;
      from = answer.LastEvaluatedKey;
    } while (from !== undefined);
    return count;
  };

  return {
    purge: async (subject) => {
      try {
        return await purgeAll(subject);
      } catch (error) {
        throw awsFailure(error);
      }
    },
  };
};
