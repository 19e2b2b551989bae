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

/**
 * How many of one target are told apart. A person's own sign-outs are revocations as well, and the row that holds them
 * has a limit of size beyond which nobody could revoke that person any more.
 */
const mostToldApart = 50;

/** Under this name, which no revocation has, the earlier cut-offs are one. */
const earlier = 'earlier';

/**
 * Makes the earliest cut-offs one, where there are too many. It cannot be restored; later ones that are in force cover
 * it anyway, and a suspension is always told apart.
 * @param newest is told apart however early its clock was: whoever added it asks for it
 */
const gathered = (revocations: RevocationsOfTarget, newest: string): RevocationsOfTarget => {
  const cutOffs = Object.entries(revocations)
    .filter(([id, each]) => id !== newest && each.restoredAtEpochSeconds === null && !each.suspends)
    .sort(([, one], [, other]) => one.cutOffEpochSeconds - other.cutOffEpochSeconds);
  const surplus = cutOffs.slice(0, Math.max(0, cutOffs.length - mostToldApart));
  const [, latest] = surplus.at(-1) ?? [];
  if (latest === undefined) return revocations;
  const gatheredIds = new Set(surplus.map(([id]) => id));
  return {
    ...Object.fromEntries(Object.entries(revocations).filter(([id]) => !gatheredIds.has(id))),
    [earlier]: latest,
  };
};

/** Adds a revocation; one that is there already, in force or restored, stays as it is. */
export const withRevocation = (
  present: RevocationsOfTarget,
  revocationId: string,
  added: Omit<RevocationOfTarget, 'restoredAtEpochSeconds'>,
  nowEpochSeconds: number,
): RevocationsOfTarget => {
  const kept = Object.entries(present).filter(
    ([, { restoredAtEpochSeconds }]) =>
      restoredAtEpochSeconds === null ||
      restoredAtEpochSeconds + restoredAreKeptSeconds > nowEpochSeconds,
  );
  return gathered(
    {
      ...Object.fromEntries(kept),
      [revocationId]: present[revocationId] ?? { ...added, restoredAtEpochSeconds: null },
    },
    revocationId,
  );
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
