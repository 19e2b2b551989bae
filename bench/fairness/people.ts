import { DynamoDB } from '@aws-sdk/client-dynamodb';
import type { Endpoints } from '../../local/endpoints.ts';
import type { Person } from './interactive-load.ts';
import { subOfToken } from './sign-in.ts';

/** People who have asked once, so that they are registered and have a session in the cache. */
export const peopleOf = async (
  { api, aws, region, adminCredentials, table: TableName }: Endpoints,
  tokens: readonly string[],
): Promise<readonly Person[]> => {
  const dynamodb = new DynamoDB({ region, endpoint: aws, credentials: { ...adminCredentials } });
  const people: Person[] = [];
  for (const token of tokens) {
    const answer = await fetch(`${api}/v1/credentials`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ grant: 'own-files' }),
    });
    if (answer.status !== 200) throw new Error(`Somebody was refused: ${await answer.text()}`);
    const pk = { S: `SUBJECT#users:${subOfToken(token)}` };
    const { Items = [] } = await dynamodb.query({
      TableName,
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :entry)',
      ExpressionAttributeValues: { ':pk': pk, ':entry': { S: 'ENTRY#' } },
      ConsistentRead: true,
    });
    const sk = Items[0]?.['sk'];
    if (sk === undefined) throw new Error('A session is not in the cache.');
    people.push({
      token,
      forget: async () => {
        await dynamodb.deleteItem({ TableName, Key: { pk, sk } });
      },
    });
  }
  return people;
};
