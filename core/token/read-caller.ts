import type { Caller, ClaimValue, Door } from '../contracts/caller.ts';
import { StepkeyError } from '../errors.ts';
import type { VerifiedClaims } from '../ports.ts';
import type { UserPool } from '../user-pools.ts';

/** Cognito's own maximum for ID and access tokens. @see aws-facts: Cognito quotas, token validity 5 min–1 day */
const maximumLifetimeSeconds = 86_400;
const clockSkewSeconds = 60;

/**
 * Reads who asks from claims whose signature was verified, and refuses what no Cognito token says.
 * @param referencedClaims names of the claims that some grant refers to; no other claim is kept
 * @throws Token.Expired when `exp` has passed
 * @throws Token.Invalid for another issuer, an unlisted app client, a token of the other door, a missing or
 *   mistyped claim, an `iat` in the future, or a lifetime that Cognito does not give
 */
export const readCaller = (
  claims: VerifiedClaims,
  door: Door,
  context: {
    readonly userPools: readonly UserPool[];
    readonly referencedClaims: ReadonlySet<string>;
    readonly nowEpochSeconds: number;
  },
): Caller => {
  // control SEC-01
  const expiresAtEpochSeconds = secondsOf(claims, 'exp');
  const issuedAtEpochSeconds = secondsOf(claims, 'iat');
  if (
    issuedAtEpochSeconds > context.nowEpochSeconds + clockSkewSeconds ||
    expiresAtEpochSeconds - issuedAtEpochSeconds > maximumLifetimeSeconds ||
    claims['token_use'] !== door
  ) {
    throw new StepkeyError('Token.Invalid');
  }
  if (expiresAtEpochSeconds <= context.nowEpochSeconds) throw new StepkeyError('Token.Expired');
  const pool = context.userPools.find(({ issuer }) => issuer === claims['iss']);
  const clientId = claims[door === 'id' ? 'aud' : 'client_id'];
  const client = Object.entries(pool?.clients ?? {}).find(([, id]) => id === clientId)?.[0];
  const sub = claims['sub'];
  if (pool === undefined || client === undefined || !isSub(sub)) {
    throw new StepkeyError('Token.Invalid');
  }
  const authTimeEpochSeconds =
    claims['auth_time'] === undefined ? issuedAtEpochSeconds : secondsOf(claims, 'auth_time');
  // A sign-in after the token was made would pass every revocation's cut-off.
  if (authTimeEpochSeconds > issuedAtEpochSeconds + clockSkewSeconds) {
    throw new StepkeyError('Token.Invalid');
  }
  return {
    subject: `${pool.alias}:${sub}`,
    issuerAlias: pool.alias,
    sub,
    username: optionalTextOf(claims, door === 'id' ? 'cognito:username' : 'username'),
    client,
    actor: null,
    tokenUse: door,
    kind: door === 'access' && sub === clientId ? 'machine' : 'person',
    scopes: door === 'access' ? scopesOf(claims) : [],
    tokenId: typeof claims['jti'] === 'string' ? claims['jti'] : null,
    authTimeEpochSeconds,
    expiresAtEpochSeconds,
    groups: textsOf(claims, 'cognito:groups'),
    roles: textsOf(claims, 'cognito:roles'),
    preferredRole: optionalTextOf(claims, 'cognito:preferred_role'),
    claims: keep(claims, context.referencedClaims),
  };
};

/** Opaque text without blanks or control characters: it becomes part of keys. */
const isSub = (value: unknown): value is string =>
  typeof value === 'string' && /^[\x21-\x7e]{1,128}$/.test(value);

const secondsOf = (claims: VerifiedClaims, name: string): number => {
  const value = claims[name];
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value <= 0) {
    throw new StepkeyError('Token.Invalid');
  }
  return value;
};

const optionalTextOf = (claims: VerifiedClaims, name: string): string | null => {
  const value = claims[name];
  if (value === undefined) return null;
  if (typeof value !== 'string') throw new StepkeyError('Token.Invalid');
  return value;
};

/** @see RFC 8693 §4.2: one text, separated by blanks */
const scopesOf = (claims: VerifiedClaims): readonly string[] =>
  (optionalTextOf(claims, 'scope') ?? '').split(' ').filter((scope) => scope !== '');

const textsOf = (claims: VerifiedClaims, name: string): readonly string[] => {
  const value = claims[name];
  if (value === undefined) return [];
  if (!isTexts(value)) throw new StepkeyError('Token.Invalid');
  return value;
};

const isTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'string');

const isClaimValue = (value: unknown): value is ClaimValue =>
  typeof value === 'string' ||
  typeof value === 'boolean' ||
  Number.isFinite(value) ||
  isTexts(value);

/** Own properties only, so that `constructor` or `__proto__` is never a claim. A claim of another shape counts as absent. */
const keep = (
  claims: VerifiedClaims,
  names: ReadonlySet<string>,
): Readonly<Record<string, ClaimValue>> => {
  const kept: [string, ClaimValue][] = [];
  for (const name of names) {
    const value = Object.hasOwn(claims, name) ? claims[name] : undefined;
    if (isClaimValue(value)) kept.push([name, value]);
  }
  return Object.fromEntries(kept);
};
