import type { Caller, Door } from '../../core/contracts/caller.ts';
import type { Clock, Sealer, TokenVerifier } from '../../core/ports.ts';
import { authenticate, type AuthenticationContext } from '../../core/token/authenticate.ts';

export interface ValidateTokenInput {
  /** Sealed for `caller-token`. */
  readonly sealedToken: string;
  readonly door: Door;
}

/**
 * Opens the sealed caller token and establishes who presents it, trusting nothing that the front decided.
 * @throws Token.Invalid, Token.Expired; Sealing.Failed when the token was sealed for something else
 */
export const validateToken = async (
  ports: {
    readonly sealer: Pick<Sealer, 'open'>;
    readonly verifier: TokenVerifier;
    readonly clock: Clock;
  },
  context: AuthenticationContext,
  { sealedToken, door }: ValidateTokenInput,
): Promise<Caller> =>
  authenticate(await ports.sealer.open('caller-token', '-', sealedToken), door, ports, context);
