/** The user pools: `cognito-idp`. */
import type { JWK } from 'jose';
import type { Clock } from '../../../core/ports.ts';
import type { Service } from '../../aws.ts';
import type { KeyVault } from '../../state/keys.ts';
import type { Store } from '../../state/store.ts';
import { adminGroupOperations } from './admin-groups.ts';
import { adminUserOperations } from './admin-users.ts';
import { openChallenges } from './challenges.ts';
import { createAuthorizationCodes } from './authorization-codes.ts';
import type { UserPoolContext } from './context.ts';
import { describedPoolOperations } from './described-pools.ts';
import { openUserDirectory } from './directory.ts';
import type { Claims } from './model.ts';
import { createTokenOverrides } from './pre-token-generation.ts';
import type { PreTokenGeneration } from './pre-token-generation.ts';
import { createProvisioning } from './provisioning.ts';
import type { Provisioning } from './provisioning.ts';
import { createPublicDocuments } from './public-documents.ts';
import type { PublicDocuments } from './public-documents.ts';
import { createClientSecrets } from './secret-hash.ts';
import { selfServiceOperations } from './self-service.ts';
import { signInOperations } from './sign-in.ts';
import { createSignInPage } from './sign-in-page.ts';
import { openSignIns } from './sign-ins.ts';
import { signUpOperations } from './sign-up.ts';
import { createSrpExchanges } from './srp-exchanges.ts';
import { createTokenEndpoint } from './token-endpoint.ts';
import type { TokenAnswer } from './token-endpoint.ts';
import { createTokenSigner } from './token-signer.ts';
import { withTrail } from './trail.ts';
import type { Trail } from './trail.ts';
import { createTokenIssuer } from './user-tokens.ts';

export interface CognitoIdpDeps {
  readonly store: Store;
  readonly vault: KeyVault;
  readonly clock: Clock;
  readonly region: string;
  readonly accountId: string;
  readonly preTokenGeneration?: PreTokenGeneration;
  /** Told of the calls that change a person; nobody is where it is absent. */
  readonly trail?: Trail;
}

export interface CognitoIdpService extends Service, Provisioning {
  /** Null for a public client. */
  readonly clientSecret: (clientId: string) => Promise<string | null>;
  /** What the client may ask for at the token endpoint; empty where it may ask for nothing. */
  readonly clientScopes: (clientId: string) => readonly string[];
  readonly poolArn: (userPoolId: string) => string;
  readonly issuer: (userPoolId: string) => string;
  readonly jwks: (userPoolId: string) => Promise<{ readonly keys: readonly JWK[] }>;
  readonly openIdConfiguration: (userPoolId: string) => Record<string, unknown>;
  readonly tokenEndpoint: (
    form: URLSearchParams,
    authorization: string | undefined,
  ) => Promise<TokenAnswer>;
  readonly userPoolPublicDocuments: PublicDocuments;
  /** Whether the sign-in behind a verified token still stands: not revoked, the user there and enabled. */
  readonly signInStands: (userPoolId: string, claims: Claims) => boolean;
}

const openIdConfigurationOf = (
  region: string,
  issuer: string,
  domain: string | null,
): Record<string, unknown> => {
  const host =
    domain === null
      ? {}
      : {
          authorization_endpoint: `https://${domain}.auth.${region}.amazoncognito.com/oauth2/authorize`,
          token_endpoint: `https://${domain}.auth.${region}.amazoncognito.com/oauth2/token`,
        };
  return {
    ...host,
    id_token_signing_alg_values_supported: ['RS256'],
    issuer,
    jwks_uri: `${issuer}/.well-known/jwks.json`,
    response_types_supported: ['code', 'token'],
    scopes_supported: ['openid', 'email', 'phone', 'profile'],
    subject_types_supported: ['public'],
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
  };
};

const createContext = async (deps: CognitoIdpDeps): Promise<UserPoolContext> => {
  const { store, vault, clock, region } = deps;
  const nowEpochSeconds = (): number => Math.floor(clock.nowEpochMillis() / 1000);
  const directory = await openUserDirectory(store);
  const signer = createTokenSigner(region, vault);
  const overridesOf = createTokenOverrides(region, deps.preTokenGeneration);
  return {
    clock,
    poolArn: (id) => `arn:aws:cognito-idp:${region}:${deps.accountId}:userpool/${id}`,
    directory,
    secrets: createClientSecrets(vault),
    signIns: await openSignIns(store, nowEpochSeconds),
    challenges: await openChallenges(store, clock),
    srpExchanges: createSrpExchanges(clock, vault),
    signer,
    tokens: createTokenIssuer({ clock, directory, signer, overridesOf }),
  };
};

export const createCognitoIdpService = async (deps: CognitoIdpDeps): Promise<CognitoIdpService> => {
  const { region } = deps;
  const context = await createContext(deps);
  const { directory, signer, signIns } = context;
  const openIdConfiguration = (userPoolId: string): Record<string, unknown> => {
    const entries = [...directory.domains.entries()];
    const domain = entries.find(([, owner]) => owner.userPoolId === userPoolId)?.[0] ?? null;
    return openIdConfigurationOf(region, signer.issuerOf(userPoolId), domain);
  };
  const codes = createAuthorizationCodes(context);
  const tokenEndpoint = createTokenEndpoint(context, codes);
  return {
    name: 'cognito-idp',
    operations: withTrail(
      {
        ...signInOperations(context),
        ...signUpOperations(context),
        ...selfServiceOperations(context),
        ...adminUserOperations(context),
        ...adminGroupOperations(context),
        ...describedPoolOperations(context),
      },
      context,
      deps,
      deps.trail ?? (() => Promise.resolve()),
    ),
    ...createProvisioning(context, region),
    clientSecret: (clientId) => context.secrets.of(directory.client(clientId)),
    clientScopes: (clientId) => directory.client(clientId).allowedOAuthScopes,
    poolArn: context.poolArn,
    issuer: signer.issuerOf,
    jwks: signer.jwks,
    openIdConfiguration,
    tokenEndpoint,
    userPoolPublicDocuments: createPublicDocuments({
      has: (id) => directory.pools.get(id) !== undefined,
      jwks: signer.jwks,
      openIdConfiguration,
      tokenEndpoint,
      signInPage: createSignInPage(context, codes),
    }),
    signInStands: (userPoolId, { sub, origin_jti: originJti }) => {
      const user = typeof sub === 'string' ? directory.findUser(userPoolId, sub) : null;
      const revoked = typeof originJti === 'string' && signIns.isRevoked(originJti);
      return user !== null && user.enabled && !revoked;
    },
  };
};
