/** Reads and verifies an identity pool's OpenID token. */
import { createLocalJWKSet, errors, jwtVerify } from 'jose';
import type { JWK, JWTPayload } from 'jose';

import type { Clock } from '../../../core/ports.ts';
import { AwsError } from '../../aws.ts';
import { identityProviderUnreachable, invalidIdentityToken } from './errors.ts';
import { faultOfTags } from './session-tags.ts';

export const identityPoolProvider = 'cognito-identity.amazonaws.com';
const issuer = `https://${identityPoolProvider}`;
const tagsClaim = 'https://aws.amazon.com/tags';
const clockSkewSeconds = 300;

export interface WebIdentity {
  readonly subject: string;
  readonly audience: string;
  readonly authenticationMethods: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
}

const isTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'string');

/** `{"principal_tags": {"key": ["value"]}}`; each key has exactly one value. */
const tagsOf = (payload: JWTPayload): Readonly<Record<string, string>> => {
  const claim = payload[tagsClaim];
  if (claim === undefined) return {};
  const principalTags: unknown =
    typeof claim === 'object' && claim !== null && 'principal_tags' in claim
      ? claim.principal_tags
      : null;
  if (typeof principalTags !== 'object' || principalTags === null)
    throw invalidIdentityToken('The tags of the provided token are malformed.');
  const tags: [string, string][] = [];
  for (const [key, values] of Object.entries(principalTags as Record<string, unknown>)) {
    const value = isTexts(values) && values.length === 1 ? values[0] : undefined;
    if (value === undefined)
      throw invalidIdentityToken('The tags of the provided token are malformed.');
    tags.push([key, value]);
  }
  const fault = faultOfTags(tags);
  if (fault !== null) throw invalidIdentityToken(`The provided token is not accepted: ${fault}.`);
  return Object.fromEntries(tags);
};

const translated = (error: unknown, nowEpochSeconds: number): Error => {
  if (error instanceof errors.JWTExpired)
    return new AwsError(
      'ExpiredTokenException',
      `Token expired: current date/time ${String(nowEpochSeconds)} must be before the expiration date/time ${String(error.payload.exp)}`,
    );
  if (error instanceof errors.JOSEError || error instanceof TypeError)
    return invalidIdentityToken(
      'The ID Token provided is not a valid JWT or its signature, issuer or claims are not accepted.',
    );
  return error instanceof Error ? error : new Error('The token could not be verified');
};

/**
 * Verifies signature (RS512 only), issuer, times and shape. Whom the token is for is the trust policy's to judge.
 * @throws AwsError ExpiredTokenException, InvalidIdentityTokenException, IDPCommunicationErrorException
 */
export const verifyWebIdentityToken = async (
  token: string,
  deps: { readonly identityPoolKeys: () => Promise<readonly JWK[]>; readonly clock: Clock },
): Promise<WebIdentity> => {
  const nowEpochMillis = deps.clock.nowEpochMillis();
  const keys = await deps.identityPoolKeys().catch(() => {
    throw identityProviderUnreachable();
  });
  let payload: JWTPayload;
  try {
    ({ payload } = await jwtVerify(token, createLocalJWKSet({ keys: [...keys] }), {
      algorithms: ['RS512'],
      issuer,
      currentDate: new Date(nowEpochMillis),
      requiredClaims: ['exp', 'iat', 'sub', 'aud'],
    }));
  } catch (error) {
    throw translated(error, Math.floor(nowEpochMillis / 1000));
  }
  const { sub: subject, aud: audience, iat: issuedAt } = payload;
  const methods = payload['amr'];
  if (typeof subject !== 'string' || typeof audience !== 'string' || !isTexts(methods))
    throw invalidIdentityToken('The claims of the provided token are malformed.');
  if (issuedAt === undefined || issuedAt > nowEpochMillis / 1000 + clockSkewSeconds)
    throw invalidIdentityToken('The provided token was issued in the future.');
  return { subject, audience, authenticationMethods: methods, tags: tagsOf(payload) };
};
