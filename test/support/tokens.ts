import type { UserPool } from '../../core/user-pools.ts';
import { noonEpochSeconds } from './callers.ts';

export const userPool: UserPool = {
  alias: 'users',
  userPoolId: 'us-east-1_Example01',
  issuer: 'https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Example01',
  clients: {
    app: 'client-id-of-app',
    cli: 'client-id-of-cli',
    service: 'client-id-of-service',
    batch: 'client-id-of-batch',
  },
};

export const otherUserPool: UserPool = {
  alias: 'partners',
  userPoolId: 'us-east-1_Example02',
  issuer: 'https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Example02',
  clients: { portal: 'client-id-of-portal' },
};

export const tokenHeader = { kid: 'key-1', alg: 'RS256' };

/** What Cognito puts into the ID token of the reader whom `callerOf` describes. */
export const idClaimsOf = (changes: Record<string, unknown> = {}): Record<string, unknown> => ({
  sub: '11111111-2222-4333-8444-555555555555',
  iss: userPool.issuer,
  aud: 'client-id-of-app',
  token_use: 'id',
  auth_time: noonEpochSeconds - 300,
  iat: noonEpochSeconds - 300,
  exp: noonEpochSeconds + 3300,
  jti: 'jti-1',
  'cognito:username': 'rita',
  'cognito:groups': ['readers'],
  ...changes,
});

export const accessClaimsOf = (changes: Record<string, unknown> = {}): Record<string, unknown> => {
  const { aud, 'cognito:username': username, ...claims } = idClaimsOf();
  return { ...claims, username, token_use: 'access', client_id: aud, ...changes };
};

/** The claims without one of them. */
export const without = (
  claims: Readonly<Record<string, unknown>>,
  name: string,
): Record<string, unknown> =>
  Object.fromEntries(Object.entries(claims).filter(([key]) => key !== name));

/** What Cognito puts into a machine's own token: no user, and its client id as `sub`. */
export const machineClaimsOf = (
  client: 'service' | 'batch' = 'batch',
  changes: Record<string, unknown> = {},
): Record<string, unknown> => {
  const own = accessClaimsOf({
    client_id: userPool.clients[client],
    sub: userPool.clients[client],
  });
  const scope = client === 'batch' ? 'stepkey/act-as' : 'stepkey/credentials';
  return { ...without(without(own, 'cognito:groups'), 'username'), scope, ...changes };
};

export const partOf = (content: string | Uint8Array): string =>
  Buffer.from(content).toString('base64url');

/** A compact JWS with a signature that nobody made: shapes are read before signatures. */
export const tokenOf = (
  claims: Readonly<Record<string, unknown>> = idClaimsOf(),
  header: Readonly<Record<string, unknown>> = tokenHeader,
  signature = partOf(new Uint8Array(256).fill(7)),
): string => [partOf(JSON.stringify(header)), partOf(JSON.stringify(claims)), signature].join('.');
