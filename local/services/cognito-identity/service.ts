/** The identity pools: `cognito-identity`. */
import type { JWK } from 'jose';
import type { Clock } from '../../../core/ports.ts';
import type { AwsCall, Service } from '../../aws.ts';
import type { KeyVault } from '../../state/keys.ts';
import type { Store } from '../../state/store.ts';
import { jsonAnswer } from '../cognito-idp/public-documents.ts';
import type { PublicDocuments } from '../cognito-idp/public-documents.ts';
import { describedIdentityOperations } from './described-identities.ts';
import { developerOperations } from './developer-operations.ts';
import { enhancedFlowOperations } from './enhanced-flow.ts';
import { openIdentities } from './identities.ts';
import { createLoginVerifier } from './login-tokens.ts';
import type { UserPoolLogins } from './login-tokens.ts';
import { createLoginResolver } from './logins.ts';
import type { IdentityPoolRoles, IdentityPoolSettings, StoredIdentityPool } from './model.ts';
import { createOpenIdTokens, identityPoolIssuer } from './open-id-tokens.ts';
import { poolOperations } from './pool-operations.ts';
import { openIdentityPools } from './pools.ts';
import { publicOperations } from './public-operations.ts';

export interface CognitoIdentityDeps {
  readonly store: Store;
  readonly vault: KeyVault;
  readonly clock: Clock;
  readonly region: string;
  readonly accountId: string;
  readonly userPools: UserPoolLogins;
  /** False: an identity with a public login needs one of those beside the developer's. */
  readonly developerLoginSuffices?: boolean;
  /** How the enhanced flow reaches STS; without it GetCredentialsForIdentity answers 501. */
  readonly call?: AwsCall;
}

export interface CognitoIdentityService extends Service {
  /** Idempotent by id; a null id makes a new pool. Roles stay as they were put. */
  readonly putIdentityPool: (
    id: string | null,
    settings: IdentityPoolSettings,
  ) => Promise<StoredIdentityPool>;
  readonly putIdentityPoolRoles: (id: string, roles: IdentityPoolRoles) => Promise<void>;
  readonly identityPoolArn: (identityPoolId: string) => string;
  /** The Region's keys: every pool's tokens are signed with them, so a verifier must pin `aud`. */
  readonly identityPoolKeys: () => Promise<JWK[]>;
  readonly identityPoolPublicDocuments: PublicDocuments;
}

const documentsOf =
  (keys: () => Promise<JWK[]>): PublicDocuments =>
  async ({ method, path }) => {
    if (method !== 'GET') return null;
    if (path === '/.well-known/jwks_uri') {
      const cacheable = { 'cache-control': 'public, max-age=2592000' };
      return jsonAnswer(200, { keys: await keys() }, cacheable);
    }
    if (path !== '/.well-known/openid-configuration') return null;
    return jsonAnswer(200, {
      issuer: identityPoolIssuer,
      jwks_uri: `${identityPoolIssuer}/.well-known/jwks_uri`,
      authorization_endpoint: identityPoolIssuer,
      response_types_supported: ['token'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS512'],
    });
  };

export const createCognitoIdentityService = async (
  deps: CognitoIdentityDeps,
): Promise<CognitoIdentityService> => {
  const { store, vault, clock, region, accountId } = deps;
  const poolArn = (id: string): string =>
    `arn:aws:cognito-identity:${region}:${accountId}:identitypool/${id}`;
  const pools = await openIdentityPools(store, region);
  const identities = await openIdentities(store, clock, region);
  const tokens = createOpenIdTokens({ region, poolArn, vault, clock });
  const developerLoginSuffices = deps.developerLoginSuffices ?? true;
  const context = {
    poolArn,
    pools,
    identities,
    verifyLogin: createLoginVerifier(deps.userPools, clock),
    logins: createLoginResolver(identities, { developerLoginSuffices }),
    tokens,
  };
  return {
    name: 'cognito-identity',
    operations: {
      ...publicOperations(context),
      ...developerOperations(context),
      ...describedIdentityOperations(context),
      ...poolOperations(context),
      ...enhancedFlowOperations(context, deps.call ?? null),
    },
    putIdentityPool: pools.put,
    putIdentityPoolRoles: pools.putRoles,
    identityPoolArn: poolArn,
    identityPoolKeys: tokens.keys,
    identityPoolPublicDocuments: documentsOf(tokens.keys),
  };
};
