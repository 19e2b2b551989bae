/** What the tokens say, before and after the trigger's changes. */
import type { GroupConfiguration } from './group-roles.ts';
import type { Claims, StoredSignIn, StoredUser, StoredUserPoolClient } from './model.ts';
import type { TokenChanges } from './pre-token-generation.ts';

/** What all tokens of one answer share. */
export interface IssueFacts {
  readonly issuer: string;
  readonly nowEpochSeconds: number;
  readonly jti: () => string;
}

const withGroups = (groups: GroupConfiguration): Claims =>
  groups.groups.length === 0 ? {} : { 'cognito:groups': groups.groups };

const withRoles = (groups: GroupConfiguration): Claims => ({
  ...(groups.roles.length === 0 ? {} : { 'cognito:roles': groups.roles }),
  ...(groups.preferredRole === null ? {} : { 'cognito:preferred_role': groups.preferredRole }),
});

const attributeClaim = (name: string, value: string): unknown => {
  if (name === 'email_verified' || name === 'phone_number_verified') return value === 'true';
  // Stored as a text of JSON.
  if (name === 'identities') return JSON.parse(value);
  return name === 'address' ? { formatted: value } : value;
};

const attributeClaims = (user: StoredUser, client: StoredUserPoolClient): Claims =>
  Object.fromEntries(
    Object.entries(user.attributes)
      .filter(([name]) => client.readAttributes?.includes(name) ?? true)
      .map(([name, value]) => [name, attributeClaim(name, value)]),
  );

const signInClaims = (
  signIn: StoredSignIn,
  client: StoredUserPoolClient,
  facts: IssueFacts,
): Claims => ({
  sub: signIn.sub,
  iss: facts.issuer,
  ...(client.enableTokenRevocation ? { origin_jti: signIn.originJti } : {}),
  event_id: signIn.eventId,
  auth_time: signIn.authTimeEpochSeconds,
  iat: facts.nowEpochSeconds,
  jti: facts.jti(),
});

export const idTokenClaims = (
  user: StoredUser,
  client: StoredUserPoolClient,
  signIn: StoredSignIn,
  groups: GroupConfiguration,
  facts: IssueFacts,
): Claims => ({
  ...attributeClaims(user, client),
  ...withGroups(groups),
  ...withRoles(groups),
  ...signInClaims(signIn, client, facts),
  'cognito:username': user.username,
  aud: client.id,
  token_use: 'id',
  exp: facts.nowEpochSeconds + client.idTokenValiditySeconds,
});

export const accessTokenClaims = (
  user: StoredUser,
  client: StoredUserPoolClient,
  signIn: StoredSignIn,
  groups: GroupConfiguration,
  scopes: readonly string[],
  facts: IssueFacts,
): Claims => ({
  ...withGroups(groups),
  ...signInClaims(signIn, client, facts),
  username: user.username,
  client_id: client.id,
  token_use: 'access',
  scope: scopes.join(' '),
  version: 2,
  exp: facts.nowEpochSeconds + client.accessTokenValiditySeconds,
});

export const machineTokenClaims = (
  client: StoredUserPoolClient,
  scopes: readonly string[],
  facts: IssueFacts,
): Claims => ({
  sub: client.id,
  client_id: client.id,
  iss: facts.issuer,
  token_use: 'access',
  scope: scopes.join(' '),
  auth_time: facts.nowEpochSeconds,
  iat: facts.nowEpochSeconds,
  exp: facts.nowEpochSeconds + client.accessTokenValiditySeconds,
  jti: facts.jti(),
  version: 2,
});

const fixedClaims = new Set(
  (
    'acr amr at_hash aud auth_time azp client_id device_key event_id exp iat identities iss jti ' +
    'nbf nonce origin_jti scope sub token_use username version'
  ).split(' '),
);
const isFixed = (name: string): boolean => fixedClaims.has(name) || name.startsWith('cognito:');
const groupClaims = ['cognito:groups', 'cognito:roles', 'cognito:preferred_role'];

/** An access token may get an `aud`, if it is the client that asks. */
const isAudience = (claims: Claims, name: string, value: unknown): boolean =>
  name === 'aud' && claims['token_use'] === 'access' && value === claims['client_id'];

/** Suppressing beats adding; what Cognito itself vouches for stays. Suppressing the groups takes the roles with them. */
export const changeClaims = (claims: Claims, changes: TokenChanges): Claims => {
  const suppressed = changes.claimsToSuppress ?? [];
  const added = Object.entries(changes.claimsToAddOrOverride ?? {}).filter(
    ([name, value]) =>
      (!isFixed(name) && !name.startsWith('dev:')) || isAudience(claims, name, value),
  );
  const gone = new Set([
    ...suppressed.filter((name) => !isFixed(name)),
    ...(suppressed.includes('cognito:groups') ? groupClaims : []),
  ]);
  return Object.fromEntries(
    [...Object.entries(claims), ...added].filter(([name]) => !gone.has(name)),
  );
};

export const changeScopes = (scopes: readonly string[], changes: TokenChanges): readonly string[] =>
  [...new Set([...scopes, ...(changes.scopesToAdd ?? [])])].filter(
    (scope) => !(changes.scopesToSuppress ?? []).includes(scope),
  );
