import { hash } from 'node:crypto';

import type { JwtPayload } from 'aws-jwt-verify/jwt-model';

import type { Clock } from '../core/ports.ts';
import { putYoungest } from './put-youngest.ts';

/**
 * Tokens that one verifier has verified and need no second verification, by digest: no token stays in memory.
 * A thousand of Cognito's usual tokens take a few MB.
 */
export interface VerifiedTokens {
  /**
   * What the token says, by an earlier verification of the same text with the same keys, or by `verify`. Only a success is
   * kept, and told while its `exp` and `nbf` allow; its claims are shared by all who present it, and frozen.
   */
  readonly claimsOf: (token: string, verify: () => Promise<JwtPayload>) => Promise<JwtPayload>;
  /** To be called when other keys hold: what earlier keys verified, or are verifying, is verified again. */
  readonly forgetAll: () => void;
}

const defaultMostTokens = 1000;

const frozen = <T>(value: T): T => {
  if (typeof value !== 'object' || value === null) return value;
  for (const member of Object.values(value)) frozen(member);
  return Object.freeze(value);
};

/** All that a verification finds in the clock. @see RFC 7519 §4.1.4 and §4.1.5 */
const isTimely = ({ exp = 0, nbf = 0 }: JwtPayload, nowEpochSeconds: number): boolean =>
  nbf <= nowEpochSeconds && nowEpochSeconds < exp;

/** @param mostTokens when more are presented, the one that was verified first is forgotten */
export const createVerifiedTokens = (
  clock: Clock,
  mostTokens = defaultMostTokens,
): VerifiedTokens => {
  let known = new Map<string, JwtPayload>();
  return {
    claimsOf: async (token, verify) => {
      const digest = hash('sha256', token, 'base64');
      const kept = known.get(digest);
      if (kept !== undefined && isTimely(kept, clock.nowEpochMillis() / 1000)) return kept;
      // Where keys change meanwhile, these are no longer the tokens that are known.
      const knownBefore = known;
      const claims = frozen(await verify());
      if (claims.exp === undefined) return claims;
      putYoungest(knownBefore, digest, claims, mostTokens);
      return claims;
    },
    forgetAll: () => {
      known = new Map();
    },
  };
};
