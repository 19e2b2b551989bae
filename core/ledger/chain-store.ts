import type { Link } from './link.ts';
import type { RecordKey } from './record.ts';

/** What appending asks of the table. Every read is strongly consistent, every link is written where there is none. */
export interface ChainStore {
  /** The last link of a chain; null while it is empty. */
  readonly readHead: (shard: number) => Promise<Link | null>;
  /** Links after a sequence number, in order; fewer than `limit` only at the end. */
  readonly readAfter: (shard: number, sequence: number, limit: number) => Promise<readonly Link[]>;
  /**
   * Notes of records, before they are written, that they are not at a place or before it, unless a note of one is there.
   * Looks and notes are calls of their own, at moments of their own: of writers who looked before either had noted,
   * either's note may stay.
   * @param keys of different records
   * @param note its place was found before this call
   * @returns the sequence numbers of the notes that were there, in no order
   */
  readonly claim: (keys: readonly RecordKey[], note: ClaimNote) => Promise<readonly number[]>;
  /** Writes a link where there is none of its number; false where there is one. */
  readonly put: (link: Link) => Promise<boolean>;
}

/** The record is not at `afterSequence` or before. */
export interface ClaimNote {
  readonly shard: number;
  readonly afterSequence: number;
}
