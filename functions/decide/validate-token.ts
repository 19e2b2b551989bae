import { callerOfWarrant } from '../../core/batches/caller-of-warrant.ts';
import type { Caller } from '../../core/contracts/caller.ts';
import type { IssueDoor } from '../../core/contracts/issue.ts';
import type { Clock, Sealer, TokenVerifier } from '../../core/ports.ts';
import { requireEntitled } from '../../core/subject/entitlement.ts';
import { authenticate, type AuthenticationContext } from '../../core/token/authenticate.ts';

export interface ValidateTokenInput {
  /** Sealed for `caller-token`; at the door `warrant`, for `warrant`. */
  readonly sealedToken: string;
  readonly door: IssueDoor;
  readonly onBehalfOf: string | null;
  /** As asked for: a warrant is good for one grant only. */
  readonly grant: string | null;
}

/**
 * Opens the sealed caller token, or a batch's warrant in its place, and establishes who presents it and whether it may be used like this, trusting
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
  { sealedToken, door, onBehalfOf, grant }: ValidateTokenInput,
): Promise<Caller> => {
  const presenter =
    door === 'warrant'
      ? callerOfWarrant(
          await ports.sealer.open('warrant', '-', sealedToken),
          grant,
          Math.floor(ports.clock.nowEpochMillis() / 1000),
        )
      : await authenticate(
          await ports.sealer.open('caller-token', '-', sealedToken),
          door,
          ports,
          context,
        );
  requireEntitled(presenter, onBehalfOf);
  return presenter;
};
