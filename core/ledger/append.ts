import { StepkeyError } from '../errors.ts';
import type { Digest } from '../ports.ts';
import type { ChainStore } from './chain-store.ts';
import { genesis, linkAfter, type Link, type Position } from './link.ts';
import { keyOfRecord, shardOf, textOfRecord, type LedgerRecord } from './record.ts';

export interface Chain {
  /**
   * Appends records to their chains, each once: one that is there already is found, not written again. The chains are
   * written side by side, each in the order of the records and no further than to the first that fails.
   */
  readonly append: (records: readonly LedgerRecord[]) => Promise<Appended>;
}

interface Appended {
  /** What is in its chain now. */
  readonly links: ReadonlyMap<LedgerRecord, Link>;
  /** One for each chain that stopped: Upstream.*; Config.Invalid where it has a hole at the place that was noted. */
  readonly failures: readonly Error[];
}

/** Records of one chain by their text, in their order. */
type Wanted = ReadonlyMap<string, LedgerRecord>;

const pageLength = 100;

/**
 * Appends without transactions. A writer knows a place before which its records are not, and goes forward from there
 * link by link: it writes at the first free number, or finds its record on the way. Two writers of one record meet at
 * the first number that either of them takes, so that neither a fork, nor a gap, nor a double comes of it.
 *
 * Nobody writes a link before its record is noted. So what has no note when a writer looks is in no chain yet, and
 * where the writer saw the chain end before it looked is such a place: for itself, and for whoever finds its note.
 */
export const createChain = (store: ChainStore, digest: Digest): Chain => {
  /** Where each chain ended when last seen: old is as good as new, because links never change. */
  const seen = new Map<number, Position>();

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

  const appendToChain = async (
    shard: number,
    wanted: Wanted,
    found: Map<string, Link>,
  ): Promise<void> => {
    const goToEnd = async (from: Position): Promise<Position> => {
      let place = from;
      for (;;) {
        const page = await store.readAfter(shard, place.sequence, pageLength);
        for (const link of page) if (wanted.has(link.record)) found.set(link.record, link);
        place = page.at(-1) ?? place;
        if (page.length < pageLength) return place;
      }
    };

    // Before the look for notes: see above.
    let place = seen.get(shard) ?? (await store.readHead(shard)) ?? genesis;
    const earlier = await store.claim(
      [...wanted.values()].map((record) => keyOfRecord(record, digest)),
      { shard, afterSequence: place.sequence },
    );
    if (earlier.length > 0) {
      const firstNoted = Math.min(...earlier.map(({ afterSequence }) => afterSequence));
      place = await goToEnd(await placeOf(shard, firstNoted));
    }
    for (const text of wanted.keys()) {
      // control SEC-40
      while (!found.has(text)) {
        const link = linkAfter(place, shard, text, digest);
        const isWritten = await store.put(link);
        if (isWritten) found.set(text, link);
        const end = isWritten ? link : await goToEnd(place);
        // There is a link of that number, or the write would have succeeded.
        if (end.sequence === place.sequence) throw new StepkeyError('Upstream.Unavailable');
        place = end;
      }
      seen.set(shard, place);
    }
  };

  return {
    append: async (records) => {
      const texts = new Map(records.map((record) => [record, textOfRecord(record)]));
      const chains = new Map<number, Map<string, LedgerRecord>>();
      for (const [record, text] of texts) {
        const shard = shardOf(record, digest);
        chains.set(shard, (chains.get(shard) ?? new Map<string, LedgerRecord>()).set(text, record));
      }
      const found = new Map<string, Link>();
      const failures: Error[] = [];
      const appending = [...chains].map(async ([shard, wanted]) =>
        appendToChain(shard, wanted, found).catch((error: unknown) => {
          failures.push(error as Error);
        }),
      );
      await Promise.all(appending);
      const links = [...texts].flatMap(([record, text]) => {
        const link = found.get(text);
        return link === undefined ? [] : [[record, link] as const];
      });
      return { links: new Map(links), failures };
    },
  };
};
