import type { Denial } from './deny-policy.ts';
import type { RevocationRecord, RevocationTarget, RevokeInput } from './revocation.ts';
import type { RevocationsOfTarget } from './target-state.ts';

/** What revoking asks of the world; its adapters throw Upstream.* where nothing else is said. */

export interface RevocationRecords {
  /** Writes a new record, unless one with its id is there. @returns what is there now */
  readonly create: (record: RevocationRecord) => Promise<RevocationRecord>;
  readonly read: (revocationId: string) => Promise<RevocationRecord | null>;
  /** Newest first. @param before where an earlier page ended; null from the newest on */
  readonly list: (
    before: string | null,
    limit: number,
  ) => Promise<{ readonly records: readonly RevocationRecord[]; readonly next: string | null }>;
  /**
   * Those that were asked for, or are to be restored, and are not carried out; oldest first.
   * @returns `sinceEpochSeconds`: when that was asked for, or failed last
   */
  readonly listUnfinished: (
    limit: number,
  ) => Promise<
    readonly { readonly record: RevocationRecord; readonly sinceEpochSeconds: number }[]
  >;
  /** Notes who wants it restored; a second wish changes nothing. @returns the record; null where there is none */
  readonly requestRestore: (
    revocationId: string,
    wish: { readonly requestedBy: string; readonly atEpochSeconds: number },
  ) => Promise<RevocationRecord | null>;
}

export interface RevokeMachine {
  /** Starts an execution, once for each name, however often it is called. @param name 1–80 of `[0-9A-Za-z-]` */
  readonly start: (input: RevokeInput, name: string) => Promise<void>;
}

export interface RevocationTargets {
  /**
   * Changes the revocations of one target and makes their effect count, in one write. The target's epoch rises with
   * every change that `raisesEpoch`, and never falls.
   * @param change is asked again with newer revocations where somebody else changed them meanwhile
   */
  readonly change: (
    target: RevocationTarget,
    options: { readonly raisesEpoch: boolean },
    change: (present: RevocationsOfTarget) => RevocationsOfTarget,
  ) => Promise<RevocationsOfTarget>;
}

export interface SubjectEntries {
  /** Deletes every cache entry of a subject, leases included. @returns how many there were */
  readonly purge: (subject: string) => Promise<number>;
}

export interface DenialRows {
  /** One that was lifted before stays lifted. */
  readonly add: (denial: Denial) => Promise<void>;
  /** Also for one that never came. @param forgetAtEpochSeconds until when a late `add` must do nothing */
  readonly lift: (revocationId: string, forgetAtEpochSeconds: number) => Promise<void>;
  /** All that were added and not lifted. */
  readonly list: () => Promise<readonly Denial[]>;
}

/** The one managed policy that denies. */
export interface DenyPolicyText {
  /** The default version, as IAM has it: a write of the last seconds may be missing. */
  readonly read: () => Promise<string>;
  /** Makes this text the default version, leaving room for the next. @throws Upstream.* */
  readonly write: (text: string) => Promise<void>;
}

/** What every request is weighed by, beside the revocations themselves. */
export interface RoleWideCutOff {
  /** Sets the second before which AWS denies every session, unless it is later already. */
  readonly raise: (epochSeconds: number) => Promise<void>;
  /** Sets it, whatever it was; 0 for none. */
  readonly set: (epochSeconds: number) => Promise<void>;
}

/** Whether the one who asked may write the policy now. */
type WriterTurn =
  /** `writtenSha256`: digest of what was written last; null where that is not known. */
  | { readonly outcome: 'taken'; readonly writtenSha256: string | null }
  | { readonly outcome: 'held' }
  /** Nobody writes, and the policy says what it should. */
  | { readonly outcome: 'written' };

export interface WriterLease {
  /**
   * Takes the right to write the policy, unless another writer holds it. From then until its release nobody is told
   * what the policy says: its holder may have looked before a change that others already see.
   * @param unlessSha256 digest of the text that would be written: nothing is taken where it is there. Null to take in any case
   */
  readonly take: (
    owner: string,
    untilEpochMillis: number,
    unlessSha256: string | null,
  ) => Promise<WriterTurn>;
  /**
   * Gives the right back, unless it has run out and is another's.
   * @param writtenSha256 digest of what the policy says; null where that is not known
   */
  readonly release: (owner: string, writtenSha256: string | null) => Promise<void>;
}
