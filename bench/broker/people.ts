/** Tokens of people whom nobody signed in: made with the twin's own keys from one that it gave, so that a thousand take a second. */
import { readFileSync } from 'node:fs';
import { decodeJwt, decodeProtectedHeader, importJWK, SignJWT, type JWK } from 'jose';
import type { Endpoints } from '../../local/endpoints.ts';

const longestSeconds = 86_000;

/** @param like a token of somebody with the same rights @returns an ID token of each */
export const tokensLike = async (
  like: string,
  endpoints: Endpoints,
  people: readonly { readonly username: string; readonly sub: string }[],
): Promise<readonly string[]> => {
  const { kid = '' } = decodeProtectedHeader(like);
  const held = JSON.parse(readFileSync(endpoints.signingKeysFile, 'utf8')) as {
    readonly keys: readonly JWK[];
  };
  const jwk = held.keys.find((each) => each.kid === kid);
  if (jwk === undefined) throw new TypeError('The twin’s keys are not among its files');
  const key = await importJWK(jwk, 'RS256');
  const claims = decodeJwt(like);
  return Promise.all(
    people.map(({ username, sub }) =>
      new SignJWT({
        ...claims,
        sub,
        'cognito:username': username,
        jti: sub,
        exp: (claims.iat ?? 0) + longestSeconds,
      })
        .setProtectedHeader({ alg: 'RS256', kid })
        .sign(key),
    ),
  );
};
