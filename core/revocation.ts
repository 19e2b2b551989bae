import type { Epochs } from './contracts/session.ts';
import { StepkeyError } from './errors.ts';
import type { RevocationState } from './ports.ts';

type RevocationStates = Readonly<Record<keyof Epochs, RevocationState>>;

/** The counters that a session minted now would carry. */
export const epochsOf = (revocation: RevocationStates): Epochs => ({
  subject: revocation.subject.epoch,
  client: revocation.client.epoch,
  grant: revocation.grant.epoch,
  everything: revocation.everything.epoch,
});

export const sameEpochs = (one: Epochs, other: Epochs): boolean =>
  one.subject === other.subject &&
  one.client === other.client &&
  one.grant === other.grant &&
  one.everything === other.everything;

/**
 * Refuses what was revoked: issuing that is stopped, and tokens of sign-ins that are not later than the cut-off.
 * @throws Subject.Revoked
 */
export const refuseIfRevoked = (
  revocation: RevocationStates,
  authTimeEpochSeconds: number,
): void => {
  // control SEC-03
  for (const state of Object.values(revocation)) {
    if (
      state.suspensions > 0 ||
      (state.revokedBeforeEpochSeconds > 0 &&
        authTimeEpochSeconds <= state.revokedBeforeEpochSeconds)
    ) {
      throw new StepkeyError('Subject.Revoked');
    }
  }
};
