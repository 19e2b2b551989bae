import type { Caller, Door } from '../contracts/caller.ts';
import type { Clock, TokenVerifier } from '../ports.ts';
import type { UserPool } from '../user-pools.ts';
import { validateTokenShape } from './presented-token.ts';
import { readCaller } from './read-caller.ts';

export interface AuthenticationContext {
  readonly userPools: readonly UserPool[];
  /** Names of the claims that some grant refers to. */
  readonly referencedClaims: ReadonlySet<string>;
}

/**
 * Establishes who presents a token: shape first, then the signature, then what the claims say.
 * @throws Token.Invalid, Token.Expired as each step says
 * @throws Upstream.Unavailable when the pool's keys cannot be had
 */
export const authenticate = async (
  token: string,
  door: Door,
  ports: { readonly verifier: TokenVerifier; readonly clock: Clock },
  context: AuthenticationContext,
): Promise<Caller> => {
  validateTokenShape(token);
  const claims = await ports.verifier.verify(token, door);
  return readCaller(claims, door, {
    ...context,
    nowEpochSeconds: Math.floor(ports.clock.nowEpochMillis() / 1000),
  });
};
