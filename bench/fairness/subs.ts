import {
  CognitoIdentityProvider,
  paginateListUsers,
} from '@aws-sdk/client-cognito-identity-provider';
import type { Endpoints } from '../../local/endpoints.ts';

/** Username → `sub` of everybody whose name begins so. */
export const subsOf = async (
  { region, aws, adminCredentials, userPoolId }: Endpoints,
  prefix: string,
): Promise<ReadonlyMap<string, string>> => {
  const client = new CognitoIdentityProvider({
    region,
    endpoint: aws,
    credentials: { ...adminCredentials },
  });
  const subs = new Map<string, string>();
  const filter = { UserPoolId: userPoolId, Filter: `username ^= "${prefix}"` };
  for await (const { Users = [] } of paginateListUsers({ client }, filter)) {
    for (const { Username = '', Attributes = [] } of Users) {
      subs.set(Username, Attributes.find(({ Name }) => Name === 'sub')?.Value ?? '');
    }
  }
  client.destroy();
  return subs;
};
