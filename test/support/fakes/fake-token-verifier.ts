import type { Door } from '../../../core/contracts/caller.ts';
import { StepkeyError } from '../../../core/errors.ts';
import type { Clock, TokenVerifier, VerifiedClaims } from '../../../core/ports.ts';
import { failureSwitch, type FailureSwitch } from './failure-switch.ts';

/** Accepts the tokens that it was told of, at the door of their `token_use` and until their `exp`. */
export interface FakeTokenVerifier extends TokenVerifier, FailureSwitch {
  readonly accept: (token: string, claims: VerifiedClaims) => void;
}

export const fakeTokenVerifier = (clock: Clock): FakeTokenVerifier => {
  const { failWith, check } = failureSwitch();
  const known = new Map<string, VerifiedClaims>();
  return {
    failWith,
    accept: (token, claims) => {
      known.set(token, claims);
    },
    verify: async (token: string, door: Door) => {
      await Promise.resolve();
      check();
      const claims = known.get(token);
      if (claims?.['token_use'] !== door) throw new StepkeyError('Token.Invalid');
      if (Number(claims['exp']) * 1000 < clock.nowEpochMillis()) {
        throw new StepkeyError('Token.Expired');
      }
      return claims;
    },
  };
};
