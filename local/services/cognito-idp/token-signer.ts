/** Signs the pools' tokens and shows their public keys. */
import { SignJWT, errors, jwtVerify } from 'jose';
import type { JWK } from 'jose';
import { AwsError } from '../../aws.ts';
import type { KeyVault } from '../../state/keys.ts';
import type { Claims } from './model.ts';

type TokenUse = 'id' | 'access';

export interface TokenSigner {
  readonly issuerOf: (userPoolId: string) => string;
  readonly sign: (userPoolId: string, use: TokenUse, claims: Claims) => Promise<string>;
  /** Both keys of the pool: Cognito signs ID and access tokens with different ones. */
  readonly jwks: (userPoolId: string) => Promise<{ readonly keys: readonly JWK[] }>;
  /** @throws AwsError NotAuthorizedException unless it is an access token of the pool that has not expired */
  readonly openAccessToken: (
    userPoolId: string,
    token: string,
    nowEpochMillis: number,
  ) => Promise<Claims>;
}

export const createTokenSigner = (region: string, vault: KeyVault): TokenSigner => {
  const issuerOf = (userPoolId: string): string =>
    `https://cognito-idp.${region}.amazonaws.com/${userPoolId}`;
  const keyOf = (userPoolId: string, use: TokenUse) => vault.rsa(`${userPoolId}-${use}`, 'RS256');
  return {
    issuerOf,
    sign: async (userPoolId, use, claims) => {
      const { kid, privateKey } = await keyOf(userPoolId, use);
      return new SignJWT(claims).setProtectedHeader({ kid, alg: 'RS256' }).sign(privateKey);
    },
    jwks: async (userPoolId) => {
      const keys = await Promise.all([keyOf(userPoolId, 'id'), keyOf(userPoolId, 'access')]);
      return { keys: keys.map((key) => key.publicJwk) };
    },
    openAccessToken: async (userPoolId, token, nowEpochMillis) => {
      const { publicJwk } = await keyOf(userPoolId, 'access');
      try {
        const { payload } = await jwtVerify(token, publicJwk, {
          algorithms: ['RS256'],
          issuer: issuerOf(userPoolId),
          currentDate: new Date(nowEpochMillis),
        });
        if (payload['token_use'] === 'access') return payload;
      } catch (error) {
        if (error instanceof errors.JWTExpired) {
          throw new AwsError('NotAuthorizedException', 'Access Token has expired');
        }
        if (!(error instanceof errors.JOSEError)) throw error;
      }
      throw new AwsError('NotAuthorizedException', 'Invalid Access Token');
    },
  };
};
