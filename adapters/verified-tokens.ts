import { hash } from 'node:crypto';

import type { JwtPayload } from 'aws-jwt-verify/jwt-model';

import type { Clock } from '../core/ports.ts';

/** Tokens that were verified in this process and need no second verification, by digest: no token stays in memory. */
export interface VerifiedTokens {
  /**
   * What the token says, by an earlier verification of the same text with the same keys, or by `verify`. Only a success is
   * kept, until the token's `exp`; its claims are shared by all who present it, and frozen.
   */
  readonly claimsOf: (token: string, verify: () => Promise<JwtPayload>) => Promise<JwtPayload>;
  /** To be called as soon as other keys hold: what earlier keys verified, or are verifying, is verified again. */
  readonly forgetAll: () => void;
}

interface Verified {
  readonly claims: JwtPayload;
  readonly sinceEpochMillis: number;
  readonly untilEpochMillis: number;
}

/** Some 2 kB each. */
const defaultMostTokens = 1000;

const frozen = <T>(value: T): T => {
  if (typeof value !== 'object' || value === null) return value;
  for (const member of Object.values(value)) frozen(member);
  return Object.freeze(value);
};

/** @param mostTokens when more are presented, the oldest is forgotten */
export const createVerifiedTokens = (
  clock: Clock,
  mostTokens = defaultMostTokens,
): VerifiedTokens => {
  let known = new Map<string, Verified>();
  return {
    claimsOf: async (token, verify) => {
      const digest = hash('sha256', token, 'base64');
      const now = clock.nowEpochMillis();
      const kept = known.get(digest);
      // A clock that was set back has not reached the moment at which the times were good.
      if (kept && kept.sinceEpochMillis <= now && now < kept.untilEpochMillis) return kept.claims;
      // Where keys change meanwhile, these are no longer the tokens that are known.
      const knownBefore = known;
      const claims = frozen(await verify());
      knownBefore.delete(digest);
      const untilEpochMillis = (claims.exp ?? 0) * 1000;
      knownBefore.set(digest, { claims, sinceEpochMillis: now, untilEpochMillis });
      const [oldest] = knownBefore.keys();
      if (knownBefore.size > mostTokens && oldest !== undefined) knownBefore.delete(oldest);
      return claims;
    },
    forgetAll: () => {
      known = new Map();
    },
  };
};
