import { PutItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';

import { awsErrorName, awsFailure } from './aws-failures.ts';
import type { Row } from './rows.ts';

/**
 * Puts a row where there is none.
 * @returns the row that was there; null when this one was put
 * @throws Upstream.*
 */
export const putNew = async (
  { client, tableName }: { readonly client: DynamoDBClient; readonly tableName: string },
  row: Row,
): Promise<Row | null> => {
  try {
    await client.send(
      new PutItemCommand({
        TableName: tableName,
        Item: row,
        ConditionExpression: 'attribute_not_exists(pk)',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      }),
    );
    return null;
  } catch (error) {
    if (awsErrorName(error) !== 'ConditionalCheckFailedException') throw awsFailure(error);
    return (error as { readonly Item?: Row }).Item ?? {};
  }
};
