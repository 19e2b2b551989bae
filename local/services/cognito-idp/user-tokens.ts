/** Issues the ID and access tokens of one sign-in. */
import { randomUUID } from 'node:crypto';
import type { Clock } from '../../../core/ports.ts';
import type { UserDirectory } from './directory.ts';
import { groupConfigurationOf } from './group-roles.ts';
import type { StoredSignIn, StoredUser, StoredUserPoolClient } from './model.ts';
import type { TokenOverrides, TokenGeneration, TriggerSource } from './pre-token-generation.ts';
import type { PreTokenGenerationTrigger } from './model.ts';
import {
  accessTokenClaims,
  changeClaims,
  changeScopes,
  idTokenClaims,
  machineTokenClaims,
} from './token-claims.ts';
import type { IssueFacts } from './token-claims.ts';
import type { TokenSigner } from './token-signer.ts';

export const selfServiceScope = 'aws.cognito.signin.user.admin';

export interface TokenIssuer {
  /** @returns the members of an AuthenticationResult, without a refresh token */
  readonly userTokens: (request: {
    readonly user: StoredUser;
    readonly client: StoredUserPoolClient;
    readonly signIn: StoredSignIn;
    readonly triggerSource: TriggerSource;
    readonly clientMetadata: Readonly<Record<string, string>>;
  }) => Promise<Record<string, unknown>>;
  readonly machineToken: (
    client: StoredUserPoolClient,
    scopes: readonly string[],
    clientMetadata: Readonly<Record<string, string>>,
  ) => Promise<string>;
}

export const createTokenIssuer = (deps: {
  readonly clock: Clock;
  readonly directory: UserDirectory;
  readonly signer: TokenSigner;
  readonly overridesOf: (
    trigger: PreTokenGenerationTrigger | null,
    generation: TokenGeneration,
  ) => Promise<TokenOverrides>;
}): TokenIssuer => {
  const { directory, signer } = deps;
  const factsOf = (userPoolId: string): IssueFacts => ({
    issuer: signer.issuerOf(userPoolId),
    nowEpochSeconds: Math.floor(deps.clock.nowEpochMillis() / 1000),
    jti: randomUUID,
  });
  const groupsOf = (user: StoredUser) =>
    groupConfigurationOf(
      user.groups.flatMap((name) => directory.findGroup(user.userPoolId, name) ?? []),
    );
  return {
    userTokens: async ({ user, client, signIn, triggerSource, clientMetadata }) => {
      const pool = directory.pool(user.userPoolId);
      const groups = groupsOf(user);
      const overrides = await deps.overridesOf(pool.preTokenGeneration, {
        triggerSource,
        userPoolId: pool.id,
        clientId: client.id,
        userName: user.username,
        userAttributes: {
          sub: user.sub,
          'cognito:user_status': user.status,
          ...user.attributes,
        },
        scopes: [selfServiceScope],
        groups,
        clientMetadata,
      });
      const facts = factsOf(pool.id);
      const shown = overrides.groups ?? groups;
      const scopes = changeScopes([selfServiceScope], overrides.accessToken);
      const idClaims = idTokenClaims(user, client, signIn, shown, facts);
      const accessClaims = accessTokenClaims(user, client, signIn, shown, scopes, facts);
      const [IdToken, AccessToken] = await Promise.all([
        signer.sign(pool.id, 'id', changeClaims(idClaims, overrides.idToken)),
        signer.sign(pool.id, 'access', changeClaims(accessClaims, overrides.accessToken)),
      ]);
      return {
        AccessToken,
        ExpiresIn: client.accessTokenValiditySeconds,
        TokenType: 'Bearer',
        IdToken,
      };
    },
    machineToken: async (client, scopes, clientMetadata) => {
      const pool = directory.pool(client.userPoolId);
      const { accessToken } = await deps.overridesOf(pool.preTokenGeneration, {
        triggerSource: 'TokenGeneration_ClientCredentials',
        userPoolId: pool.id,
        clientId: client.id,
        userName: client.id,
        userAttributes: {},
        scopes,
        groups: { groups: [], roles: [], preferredRole: null },
        clientMetadata,
      });
      const claims = machineTokenClaims(
        client,
        changeScopes(scopes, accessToken),
        factsOf(pool.id),
      );
      return signer.sign(pool.id, 'access', changeClaims(claims, accessToken));
    },
  };
};
