import { StepkeyError } from '../errors.ts';
import type { Digest } from '../ports.ts';
import { genesis, linkAfter, type Link, type Position } from './link.ts';
import { keyOfRecord, shardOf, textOfRecord, type LedgerRecord, type RecordKey } from './record.ts';

/** What appending asks of the table. Every read is strongly consistent, every write conditional. */
export interface ChainStore {
  /** The last link of a chain; null while it is empty. */
  readonly readHead: (shard: number) => Promise<Link | null>;
  /** Links after a sequence number, in order; fewer than `limit` only at the end. */
  readonly readAfter: (shard: number, sequence: number, limit: number) => Promise<readonly Link[]>;
  /**
   * Notes before it is written that a record belongs after this place, unless that was noted before.
   * @returns the first note, and whether it is this one
   */
  readonly claim: (
    key: RecordKey,
    note: ClaimNote,
  ) => Promise<ClaimNote & { readonly isNew: boolean }>;
  /** Writes a link where there is none of its number; false where there is one. */
  readonly put: (link: Link) => Promise<boolean>;
}

/** The record is not at `afterSequence` or before. */
export interface ClaimNote {
  readonly shard: number;
  readonly afterSequence: number;
}

export interface Chain {
  /**
   * Appends a record to its chain, once: a record that is there already is found, not written again.
   * @throws Upstream.*; Config.Invalid where the chain has a hole at the place that was noted
   */
  readonly append: (record: LedgerRecord) => Promise<Link>;
}

const pageLength = 100;

/**
 * Appends without transactions. A writer knows a place before which its record is not, and goes forward from there link
 * by link: it writes at the first free number, or finds its record on the way. Two writers of one record meet at the
 * first number that either of them takes, so that neither a fork, nor a gap, nor a double comes of it.
 */
export const createChain = (store: ChainStore, digest: Digest): Chain => {
  /** Where each chain ended when last seen: old is as good as new, because links never change. */
  const seen = new Map<number, Position>();

  const headOf = async (shard: number): Promise<Position> =>
    seen.get(shard) ?? (await store.readHead(shard)) ?? genesis;

  /** The place that was noted, with its hash. */
  const placeOf = async (shard: number, sequence: number): Promise<Position> => {
    if (sequence === 0) return genesis;
    const [link] = await store.readAfter(shard, sequence - 1, 1);
    if (link?.sequence === sequence) return link;
    const head = (await store.readHead(shard)) ?? genesis;
    // Somebody cut the chain off: it goes on from what is left, and does not fit its anchors any more.
    if (head.sequence < sequence) return head;
    throw new StepkeyError('Config.Invalid', {
      cause: new Error(`chain ${String(shard)} lacks record ${String(sequence)}`),
    });
  };

  return {
    append: async (record) => {
      const text = textOfRecord(record);
      const shard = shardOf(record, digest);
      let place = await headOf(shard);
      const note = { shard, afterSequence: place.sequence };
      const claim = await store.claim(keyOfRecord(record, digest), note);
      if (!claim.isNew) {
        place = await placeOf(shard, claim.afterSequence);
        for (;;) {
          const page = await store.readAfter(shard, place.sequence, pageLength);
          const found = page.find((link) => link.record === text);
          if (found !== undefined) return found;
          place = page.at(-1) ?? place;
          if (page.length < pageLength) break;
        }
      }
      // control SEC-40
      for (;;) {
        const link = linkAfter(place, shard, text, digest);
        const isWritten = await store.put(link);
        if (isWritten) {
          seen.set(shard, link);
          return link;
        }
        const page = await store.readAfter(shard, place.sequence, pageLength);
        const found = page.find((other) => other.record === text);
        if (found !== undefined) return found;
        const last = page.at(-1);
        // There is a link of that number, or the write would have succeeded.
        if (last === undefined) throw new StepkeyError('Upstream.Unavailable');
        place = last;
      }
    },
  };
};
