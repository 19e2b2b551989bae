/** What a token says about itself, read without verifying it: to choose a door and a moment, never to trust. */
export interface UnverifiedClaims {
  readonly tokenUse: 'id' | 'access';
  readonly issuer: string;
  readonly sub: string;
  /** The user's name, where the token has one. */
  readonly username: string | null;
  readonly clientId: string | null;
  readonly expiresAtEpochSeconds: number;
  readonly issuedAtEpochSeconds: number | null;
  /** When the person signed in; unchanged by refreshes. */
  readonly authTimeEpochSeconds: number | null;
  readonly groups: readonly string[];
  /** Of an access token. */
  readonly scopes: readonly string[];
}

const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);
const numberOf = (value: unknown): number | null =>
  typeof value === 'number' && Number.isFinite(value) ? value : null;

/** Null for what is not a token of a Cognito user pool. */
export const readClaims = (token: string): UnverifiedClaims | null => {
  const parts = token.split('.');
  if (parts.length !== 3) return null;
  let claims: unknown;
  try {
    claims = JSON.parse(Buffer.from(parts[1] ?? '', 'base64url').toString('utf8'));
  } catch {
    return null;
  }
  if (typeof claims !== 'object' || claims === null) return null;
  const claim = claims as Record<string, unknown>;
  const tokenUse = claim['token_use'];
  const issuer = textOf(claim['iss']);
  const sub = textOf(claim['sub']);
  const expiresAtEpochSeconds = numberOf(claim['exp']);
  if (tokenUse !== 'id' && tokenUse !== 'access') return null;
  if (issuer === null || sub === null || expiresAtEpochSeconds === null) return null;
  const groups = claim['cognito:groups'];
  return {
    tokenUse,
    issuer,
    sub,
    username: textOf(claim['cognito:username']) ?? textOf(claim['username']),
    clientId: textOf(claim['client_id']) ?? textOf(claim['aud']),
    expiresAtEpochSeconds,
    issuedAtEpochSeconds: numberOf(claim['iat']),
    authTimeEpochSeconds: numberOf(claim['auth_time']),
    scopes: textOf(claim['scope'])?.split(' ') ?? [],
    groups: Array.isArray(groups) ? groups.filter((group) => typeof group === 'string') : [],
  };
};
