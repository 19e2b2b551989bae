/** Verifies the logins of user pools, as an identity pool does before it believes them. */
import { createLocalJWKSet, decodeJwt, errors, jwtVerify } from 'jose';
import type { JWK, JWTPayload } from 'jose';
import type { Clock } from '../../../core/ports.ts';
import { AwsError } from '../../aws.ts';
import type { LinkedLogin, StoredIdentityPool } from './model.ts';

/** What an identity pool asks of our user pools. */
export interface UserPoolLogins {
  readonly issuer: (userPoolId: string) => string;
  readonly jwks: (userPoolId: string) => Promise<{ readonly keys: readonly JWK[] }>;
  /** Whether the sign-in still stands; asked where the provider has ServerSideTokenCheck on. */
  readonly signInStands: (userPoolId: string, claims: Record<string, unknown>) => boolean;
}

export interface VerifiedLogin {
  readonly login: LinkedLogin;
  readonly claims: JWTPayload;
}

/** @throws AwsError NotAuthorizedException */
export type LoginVerifier = (
  pool: StoredIdentityPool,
  provider: string,
  token: string,
) => Promise<VerifiedLogin>;

const refuse = (message: string): never => {
  throw new AwsError('NotAuthorizedException', message);
};

const readUnverified = (token: string): JWTPayload => {
  try {
    return decodeJwt(token);
  } catch {
    return refuse('Invalid login token. Not a valid OpenId Connect identity token.');
  }
};

/** The public provider `cognito-identity.amazonaws.com` stands for developer tokens in the enhanced flow only. */
export const cognitoItself = 'cognito-identity.amazonaws.com';

export const createLoginVerifier =
  (userPools: UserPoolLogins, clock: Clock): LoginVerifier =>
  async (pool, provider, token) => {
    if (provider === cognitoItself) {
      return refuse("Invalid login token. Can't pass in a Cognito token.");
    }
    const offered = pool.cognitoProviders.filter((each) => each.providerName === provider);
    if (offered.length === 0) {
      return refuse('Token is not from a supported provider of this identity pool.');
    }
    const userPoolId = provider.split('/').at(-1) ?? '';
    const claims = readUnverified(token);
    if (claims.iss !== `https://${provider}` || claims.iss !== userPools.issuer(userPoolId)) {
      return refuse("Invalid login token. Issuer doesn't match providerName");
    }
    if (claims.aud === undefined) {
      return refuse('Invalid login token. Missing a required claim: aud');
    }
    const nowEpochMillis = clock.nowEpochMillis();
    try {
      await jwtVerify(
        token,
        createLocalJWKSet({ keys: [...(await userPools.jwks(userPoolId)).keys] }),
        {
          algorithms: ['RS256'],
          currentDate: new Date(nowEpochMillis),
          requiredClaims: ['sub', 'exp', 'iat'],
        },
      );
    } catch (error) {
      if (error instanceof errors.JWTExpired) {
        const now = Math.floor(nowEpochMillis / 1000);
        return refuse(
          `Invalid login token. Token expired: ${String(now)} >= ${String(claims.exp)}`,
        );
      }
      if (!(error instanceof errors.JOSEError)) throw error;
      return refuse('Invalid login token. Token signature invalid.');
    }
    const client = offered.find((each) => each.clientId === claims.aud);
    if (client === undefined) {
      return refuse('Invalid login token. Incorrect token audience.');
    }
    if (claims['token_use'] !== 'id') {
      return refuse('Invalid login token. Not an ID token.');
    }
    if (client.serverSideTokenCheck && !userPools.signInStands(userPoolId, claims)) {
      return refuse('Invalid login token. Token has been revoked.');
    }
    return { login: { provider, userId: claims.sub ?? '' }, claims };
  };
