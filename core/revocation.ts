import type { Decision } from './contracts/decision.ts';
import type { Epochs, Session } from './contracts/session.ts';
import { StepkeyError } from './errors.ts';
import type { KnownState, RevocationState } from './ports.ts';

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

/**
 * Whether AWS denies a session although nobody revoked it: what was revoked did not fit into the policy any more, so
 * that whole roles are cut off. STS dates a session's end from its beginning, so that the end tells when it was issued.
 */
export const isDeniedToAll = (
  { allDeniedBeforeEpochSeconds }: Pick<KnownState, 'allDeniedBeforeEpochSeconds'>,
  { expiresAtEpochSeconds }: Pick<Session, 'expiresAtEpochSeconds'>,
  { durationSeconds }: Pick<Decision, 'durationSeconds'>,
): boolean => expiresAtEpochSeconds - durationSeconds < allDeniedBeforeEpochSeconds;

/**
 * Mints nothing that AWS would deny from its first call: a client would keep it for most of its life.
 * @throws Session.DeniedAhead while the cut-off of whole roles lies ahead
 */
export const refuseIfDeniedAhead = (
  { allDeniedBeforeEpochSeconds }: Pick<KnownState, 'allDeniedBeforeEpochSeconds'>,
  nowEpochSeconds: number,
): void => {
  // control SEC-31
  if (nowEpochSeconds < allDeniedBeforeEpochSeconds) throw new StepkeyError('Session.DeniedAhead');
};
