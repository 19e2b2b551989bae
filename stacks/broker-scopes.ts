import { type IUserPool, OAuthScope, ResourceServerScope } from 'aws-cdk-lib/aws-cognito';

const descriptions = {
  credentials: "Obtain credentials for the token's own subject",
  'act-as': 'Obtain credentials for a named subject',
  audit: 'Read the ledger',
  revoke: 'Revoke and restore access',
} as const;

export type BrokerScope = keyof typeof descriptions;

/** Gives a user pool the scopes `stepkey/…` that the API asks for, for the clients of machines. Once for each pool. */
export const addBrokerScopes = (userPool: IUserPool): Readonly<Record<BrokerScope, OAuthScope>> => {
  const scopes = Object.entries(descriptions).map(
    ([scopeName, scopeDescription]) => new ResourceServerScope({ scopeName, scopeDescription }),
  );
  const server = userPool.addResourceServer('Scopes', { identifier: 'stepkey', scopes });
  return Object.fromEntries(
    scopes.map((scope) => [scope.scopeName, OAuthScope.resourceServer(server, scope)]),
  ) as Record<BrokerScope, OAuthScope>;
};
