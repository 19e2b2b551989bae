import { createHash } from 'node:crypto';
import { readClaims } from './token-claims.ts';

/**
 * Says whose a token is, so that a token source that begins to speak for another person is noticed. Not verified:
 * good for telling one's own tokens apart, never for admitting anybody.
 * @returns issuer, subject and client as one text; the token's digest where it is no token of a user pool
 */
export const tokenHolderOf = (token: string): string => {
  const claims = readClaims(token);
  return claims === null
    ? digestOf(token)
    : JSON.stringify([claims.issuer, claims.sub, claims.clientId]);
};

/** A token's name in a cache key: two tokens that differ in a bit, or in their signature only, have two names. */
export const digestOf = (token: string): string =>
  createHash('sha256').update(token).digest('base64url');

/** A token source gave somebody else's token: what is held under its name belongs to another person. */
export class TokenHolderChanged extends TypeError {
  override readonly name = 'TokenHolderChanged';
  readonly tryNextLink = false;
  constructor() {
    super('A token source must speak for one person: make one for each.');
  }
}

/** Reads tokens of one holder. @throws TokenHolderChanged for anybody else's */
export const tokenOf = (
  holder: string | null,
  read: () => Promise<string> | string,
): (() => Promise<string>) => {
  let expected = holder;
  return async () => {
    const token = await read();
    const current = tokenHolderOf(token);
    expected ??= current;
    if (current !== expected) throw new TokenHolderChanged();
    return token;
  };
};
