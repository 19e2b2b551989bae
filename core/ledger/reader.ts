import type { Link, Position } from './link.ts';
import type { ListFilter, Outcome } from './listing.ts';
import type { PlainRow } from './read-change.ts';
import type { RecordKind } from './record.ts';

/** What a list is to hold. */
export interface ListWish {
  readonly filters: Readonly<Partial<Record<ListFilter, string>>>;
  readonly outcome: Outcome | null;
  /** From this second on. */
  readonly fromEpochSeconds: number | null;
  /** Before this second. */
  readonly toEpochSeconds: number | null;
  /** Where an earlier page ended. */
  readonly before: string | null;
  readonly limit: number;
}

interface LinkPage {
  /** Newest first. */
  readonly links: readonly Link[];
  /** Where the next page begins; null on the last. */
  readonly next: string | null;
}

/** The ledger, as those read it who may write nothing. All throw Upstream.*. */
export interface LedgerReader {
  readonly list: (wish: ListWish) => Promise<LinkPage>;
  /** The sessions that were minted for a subject. */
  readonly listSessionsOf: (
    subject: string,
    sinceEpochSeconds: number,
    limit: number,
  ) => Promise<LinkPage>;
  /** Every record of that kind and id in the order of its chain: more than one where a session has several states. */
  readonly readRecord: (kind: RecordKind, id: string) => Promise<readonly Link[]>;
  /** Rows of sessions as they are now; those that are not there are absent. */
  readonly readSessions: (sessionIds: readonly string[]) => Promise<ReadonlyMap<string, PlainRow>>;
  readonly readSubject: (subject: string) => Promise<PlainRow | null>;
  readonly readHeads: () => Promise<readonly (Position & { readonly shard: number })[]>;
  readonly readChain: (
    shard: number,
    afterSequence: number,
    limit: number,
  ) => Promise<readonly Link[]>;
}
