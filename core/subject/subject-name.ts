import type { UserPool } from '../user-pools.ts';

/** How a subject may be named within one user pool. */
export type SubjectName = { readonly sub: string } | { readonly username: string };

/** Cognito's `sub`: it goes into a search filter, so nothing else may be in it. */
const subPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** @see Cognito API Reference, AdminGetUser: Username */
const usernamePattern = /^[\p{L}\p{M}\p{S}\p{N}\p{P}]{1,128}$/u;

export const isSub = (text: string): boolean => subPattern.test(text);

/**
 * Reads a subject as a caller may spell it: `issuerAlias:sub`, `sub` or `username`. A text of the form of a `sub` is
 * one, so that a username chosen to look like somebody's `sub` leads to that somebody or to nobody; a text that begins
 * with a pool's alias and a colon names that pool.
 * @param pool the pool of the machine that asks: it acts within its own
 * @param aliases of every pool of the deployment
 * @returns null for what names nobody in that pool
 */
export const readSubjectName = (
  spelled: string,
  pool: Pick<UserPool, 'alias'>,
  aliases: readonly string[],
): SubjectName | null => {
  const colon = spelled.indexOf(':');
  const [prefix, rest] = [spelled.slice(0, Math.max(colon, 0)), spelled.slice(colon + 1)];
  if (colon >= 0 && (aliases.includes(prefix) || isSub(rest))) {
    return prefix === pool.alias && isSub(rest) ? { sub: rest } : null;
  }
  if (isSub(spelled)) return { sub: spelled };
  return usernamePattern.test(spelled) ? { username: spelled } : null;
};
