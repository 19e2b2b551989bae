/**
 * API Gateway's Cognito user pools authorizer: the coarse gate. It checks signature, issuer, time and
 * the token's use, and deliberately not the app client.
 */
import { errors, jwtVerify } from 'jose';
import type { JWTPayload, JWTVerifyGetKey } from 'jose';
import type { CognitoAuthorizer } from './api-definition.ts';

/** A user pool's issuer and keys; undefined where there is no such pool. */
export type UserPoolKeys = (
  userPoolArn: string,
) => Promise<{ readonly issuer: string; readonly keySet: JWTVerifyGetKey } | undefined>;

export type Authorization =
  | { readonly outcome: 'allowed'; readonly claims: Readonly<Record<string, string>> }
  | { readonly outcome: 'UNAUTHORIZED' | 'EXPIRED_TOKEN' };

const weekdays = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const months = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');
const two = (value: number): string => String(value).padStart(2, '0');

/** `Tue Apr 04 18:39:39 UTC 2023` */
const dateText = (epochSeconds: number): string => {
  const date = new Date(epochSeconds * 1000);
  const time = [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()].map(two).join(':');
  const day = `${weekdays[date.getUTCDay()] ?? ''} ${months[date.getUTCMonth()] ?? ''} ${two(date.getUTCDate())}`;
  return `${day} ${time} UTC ${String(date.getUTCFullYear())}`;
};

const flatten = (name: string, value: unknown): string => {
  if ((name === 'exp' || name === 'iat') && typeof value === 'number') return dateText(value);
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.map(String).join(',');
  return JSON.stringify(value);
};

/** Every claim as text, as an integration gets them: groups lose their boundaries, times become dates. */
const flattenClaims = (payload: JWTPayload): Record<string, string> =>
  Object.fromEntries(Object.entries(payload).map(([name, value]) => [name, flatten(name, value)]));

const hasScope = (payload: JWTPayload, scopes: readonly string[]): boolean => {
  const granted = typeof payload['scope'] === 'string' ? payload['scope'].split(' ') : [];
  return scopes.some((scope) => granted.includes(scope));
};

/**
 * @param scopes empty: the token must be an ID token; otherwise an access token with any of them
 * @param header the header's value: the token, alone or after `Bearer `
 */
export const authorize = async (
  authorizer: Pick<CognitoAuthorizer, 'userPoolArns'>,
  scopes: readonly string[],
  header: string | undefined,
  userPoolKeys: UserPoolKeys,
  nowEpochMillis: number,
): Promise<Authorization> => {
  const token = (header ?? '').replace(/^Bearer +/i, '').trim();
  for (const arn of token === '' ? [] : authorizer.userPoolArns) {
    const pool = await userPoolKeys(arn);
    if (pool === undefined) continue;
    try {
      const { payload } = await jwtVerify(token, pool.keySet, {
        algorithms: ['RS256'],
        issuer: pool.issuer,
        currentDate: new Date(nowEpochMillis),
        requiredClaims: ['exp'],
      });
      const meets =
        scopes.length === 0
          ? payload['token_use'] === 'id'
          : payload['token_use'] === 'access' && hasScope(payload, scopes);
      return meets
        ? { outcome: 'allowed', claims: flattenClaims(payload) }
        : { outcome: 'UNAUTHORIZED' };
    } catch (error) {
      if (error instanceof errors.JWTExpired) return { outcome: 'EXPIRED_TOKEN' };
      if (!(error instanceof errors.JOSEError) && !(error instanceof TypeError)) throw error;
    }
  }
  return { outcome: 'UNAUTHORIZED' };
};
