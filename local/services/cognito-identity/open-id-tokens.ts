/** The OpenID tokens of identity pools: RS512, one key set for every pool of the Region. */
import { SignJWT, errors, jwtVerify } from 'jose';
import type { JWK, JWTPayload } from 'jose';
import type { Clock } from '../../../core/ports.ts';
import type { KeyVault } from '../../state/keys.ts';
import type { LinkedLogin, StoredIdentity, StoredIdentityPool } from './model.ts';

export const identityPoolIssuer = 'https://cognito-identity.amazonaws.com';
const tagsClaim = 'https://aws.amazon.com/tags';
const poolArnClaim = `${identityPoolIssuer}/identity-pool-arn`;

interface TokenRequest {
  readonly pool: StoredIdentityPool;
  readonly identity: StoredIdentity;
  /** Those that were presented, not all that are linked. */
  readonly logins: readonly LinkedLogin[];
  readonly tags: Readonly<Record<string, string>>;
  readonly durationSeconds: number;
}

export interface OpenIdTokens {
  readonly issue: (request: TokenRequest) => Promise<string>;
  /** The claims of a token of this service's own; null when it is none, or its time is over. */
  readonly open: (token: string) => Promise<JWTPayload | null>;
  readonly keys: () => Promise<JWK[]>;
}

/** The third form names the user: `provider:pool:identifier`, or Cognito's own for a user pool's login. */
const amrOf = (pool: StoredIdentityPool, { provider, userId }: LinkedLogin): readonly string[] =>
  provider === pool.developerProviderName
    ? [provider, `${provider}:${pool.id}:${userId}`]
    : [provider, `${provider}:CognitoSignIn:${userId}`];

export const createOpenIdTokens = (deps: {
  readonly region: string;
  readonly poolArn: (identityPoolId: string) => string;
  readonly vault: KeyVault;
  readonly clock: Clock;
}): OpenIdTokens => {
  // The kid is the Region's name and a number.
  const key = () => deps.vault.rsa(`${deps.region}1`, 'RS512');
  return {
    issue: async ({ pool, identity, logins, tags, durationSeconds }) => {
      const { kid, privateKey } = await key();
      const iat = Math.floor(deps.clock.nowEpochMillis() / 1000);
      const principalTags = Object.entries(tags).map(([name, value]) => [name, [value]]);
      return new SignJWT({
        sub: identity.id,
        aud: pool.id,
        amr:
          logins.length === 0
            ? ['unauthenticated']
            : ['authenticated', ...logins.flatMap((login) => amrOf(pool, login))],
        ...(principalTags.length === 0
          ? {}
          : { [tagsClaim]: { principal_tags: Object.fromEntries(principalTags) as unknown } }),
        iss: identityPoolIssuer,
        [poolArnClaim]: deps.poolArn(pool.id),
        exp: iat + durationSeconds,
        iat,
      })
        .setProtectedHeader({ kid, typ: 'JWS', alg: 'RS512' })
        .sign(privateKey);
    },
    open: async (token) => {
      try {
        const { payload } = await jwtVerify(token, (await key()).publicJwk, {
          algorithms: ['RS512'],
          issuer: identityPoolIssuer,
          currentDate: new Date(deps.clock.nowEpochMillis()),
          requiredClaims: ['exp'],
        });
        return payload;
      } catch (error) {
        if (error instanceof errors.JOSEError) return null;
        throw error;
      }
    },
    keys: async () => [(await key()).publicJwk],
  };
};
