/** One revocation of a target, in the target's own row. */
interface RevocationOfTarget {
  readonly cutOffEpochSeconds: number;
  readonly suspends: boolean;
  /** Kept for a while, so that a revocation that is still being carried out does not come back; null while in force. */
  readonly restoredAtEpochSeconds: number | null;
}

/** All revocations of one target by their ids. */
export type RevocationsOfTarget = Readonly<Record<string, RevocationOfTarget>>;

/** What requests are weighed by: the strictest of what is in force. */
interface Effect {
  /** 0 where nothing is in force. */
  readonly revokedBeforeEpochSeconds: number;
  readonly suspensions: number;
}

/** An execution takes minutes at most to raise what was asked; a day is plenty. */
const restoredAreKeptSeconds = 24 * 3600;

/** Adds a revocation; one that is there already, in force or restored, stays as it is. */
export const withRevocation = (
  present: RevocationsOfTarget,
  revocationId: string,
  added: Omit<RevocationOfTarget, 'restoredAtEpochSeconds'>,
  nowEpochSeconds: number,
): RevocationsOfTarget => {
  const kept = Object.entries(present).filter(
    ([id, { restoredAtEpochSeconds }]) =>
      id === revocationId ||
      restoredAtEpochSeconds === null ||
      restoredAtEpochSeconds + restoredAreKeptSeconds > nowEpochSeconds,
  );
  return {
    ...Object.fromEntries(kept),
    [revocationId]: present[revocationId] ?? { ...added, restoredAtEpochSeconds: null },
  };
};

/** Takes one revocation back and leaves the others; one that never came is remembered as restored all the same. */
export const withoutRevocation = (
  present: RevocationsOfTarget,
  revocationId: string,
  nowEpochSeconds: number,
): RevocationsOfTarget => ({
  ...present,
  [revocationId]: {
    cutOffEpochSeconds: 0,
    suspends: false,
    ...present[revocationId],
    restoredAtEpochSeconds: present[revocationId]?.restoredAtEpochSeconds ?? nowEpochSeconds,
  },
});

export const effectOf = (revocations: RevocationsOfTarget): Effect => {
  // control SEC-32
  const inForce = Object.values(revocations).filter(
    ({ restoredAtEpochSeconds }) => restoredAtEpochSeconds === null,
  );
  return {
    revokedBeforeEpochSeconds: Math.max(
      0,
      ...inForce.map(({ cutOffEpochSeconds }) => cutOffEpochSeconds),
    ),
    suspensions: inForce.filter(({ suspends }) => suspends).length,
  };
};
