/** What a revocation is about. `name` is a subject id, or the broker's name of a client or a grant; `-` for everything. */
export interface RevocationTarget {
  readonly kind: 'subject' | 'client' | 'grant' | 'everything';
  readonly name: string;
}

/**
 * How far a revocation is. `refusing`: the broker refuses, AWS may not yet; `in-force`: AWS has the denial too, or
 * needs none; `failed`: what came before the failure stands, and the reconciler tries the rest again.
 */
export type RevocationStatus =
  'requested' | 'refusing' | 'in-force' | 'restoring' | 'restored' | 'failed';

/** One revocation as the ledger keeps it: everything that was asked and done, with its times; null where it was not. */
export interface RevocationRecord {
  readonly revocationId: string;
  readonly target: RevocationTarget;
  /** 1–512 characters without control characters. */
  readonly reason: string;
  /** The subject that asked; `stepkey` where the broker revoked by itself. */
  readonly requestedBy: string;
  /** The client that it asked through; null where the broker revoked by itself. */
  readonly requestedByClient: string | null;
  readonly requestedAtEpochMillis: number;
  /** Issuing stops until it is restored; otherwise a later sign-in is taken. */
  readonly suspends: boolean;
  /** Whether sessions that live on are to be denied at AWS. */
  readonly denies: boolean;
  /** Sign-ins at or before this second are refused, sessions issued before it are denied. */
  readonly cutOffEpochSeconds: number | null;
  readonly refusedAtEpochSeconds: number | null;
  readonly purgedAtEpochSeconds: number | null;
  readonly purgedEntries: number | null;
  readonly deniedAtEpochSeconds: number | null;
  readonly denialForm: DenialForm | null;
  /** When the last session that it denies has ended. */
  readonly denialNeededUntilEpochSeconds: number | null;
  readonly denialRemovedAtEpochSeconds: number | null;
  readonly restoreRequestedAtEpochSeconds: number | null;
  readonly restoreRequestedBy: string | null;
  readonly restoredAtEpochSeconds: number | null;
  /** Name of the error, as docs/errors.md has it. */
  readonly failure: string | null;
}

/** `statement`: by the session's tags; `role-wide`: all sessions issued before a cut-off, whosever they are. */
export type DenialForm = 'statement' | 'role-wide';

/** What the execution that carries a revocation out is told; the rest it reads. */
export interface RevokeInput {
  readonly action: 'revoke' | 'restore';
  readonly revocationId: string;
  readonly target: RevocationTarget;
  readonly suspends: boolean;
  readonly denies: boolean;
}

/** Clients, grants and everything have no sign-in that could end a revocation: a machine gets a new token at once. */
export const alwaysSuspends = (kind: RevocationTarget['kind']): boolean => kind !== 'subject';

/** Read from the times alone, so that two executions of one revocation cannot leave a word that is not true. */
export const statusOf = (record: RevocationRecord): RevocationStatus => {
  if (record.restoredAtEpochSeconds !== null) return 'restored';
  if (record.failure !== null) return 'failed';
  if (record.restoreRequestedAtEpochSeconds !== null) return 'restoring';
  if (record.refusedAtEpochSeconds === null) return 'requested';
  return record.denies && record.deniedAtEpochSeconds === null ? 'refusing' : 'in-force';
};
