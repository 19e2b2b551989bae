import type { Caller, Door } from '../../core/contracts/caller.ts';
import type { Clock, Sealer, TokenVerifier } from '../../core/ports.ts';
import { requireEntitled } from '../../core/subject/entitlement.ts';
import { authenticate, type AuthenticationContext } from '../../core/token/authenticate.ts';

export interface ValidateTokenInput {
  /** Sealed for `caller-token`. */
  readonly sealedToken: string;
  readonly door: Door;
  readonly onBehalfOf: string | null;
}

/**
 * Opens the sealed caller token and establishes who presents it and whether it may be used like this, trusting
 * nothing that the front decided.
 * @throws Token.Invalid, Token.Expired, Token.ScopeMissing, Actor.Refused
 * @throws Sealing.Failed when the token was sealed for something else
 */
export const validateToken = async (
  ports: {
    readonly sealer: Pick<Sealer, 'open'>;
    readonly verifier: TokenVerifier;
    readonly clock: Clock;
  },
  context: AuthenticationContext,
  { sealedToken, door, onBehalfOf }: ValidateTokenInput,
): Promise<Caller> => {
  const token = await ports.sealer.open('caller-token', '-', sealedToken);
  const presenter = await authenticate(token, door, ports, context);
  requireEntitled(presenter, onBehalfOf);
  return presenter;
};
