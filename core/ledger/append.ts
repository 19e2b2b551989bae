import { StepkeyError } from '../errors.ts';
import type { Digest } from '../ports.ts';
import type { ChainStore } from './chain-store.ts';
import { genesis, linkAfter, type Link, type Position } from './link.ts';
import { keyOfRecord, shardOf, textOfRecord, type LedgerRecord } from './record.ts';

export interface Chain {
  /**
   * Appends records to their chains, each once: one that is there already is found, not written again. The chains are
   * written side by side, each in the order of the records and no further than to the first that fails alone, too.
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
/** By the text of the record. */
type Links = Map<string, Link>;

const pageLength = 100;

/**
 * Appends without transactions. A writer knows a place before which its records are not, and goes forward from there
 * link by link: it writes at the first free number, or finds its record on the way. Two writers of one record meet at
 * the first number that either of them takes, so that neither a fork, nor a gap, nor a double comes of it.
 *
 * Nobody writes a link before its record is noted. So a record without a note when a writer looks is in no chain yet,
 * and where the writer saw the chain end before it looked is such a place: for that record, and for whoever finds its
 * note. A record with a note may be in the chain already, behind the place of its note. For all of them together, the
 * first of these places is one.
 */
export const createChain = (store: ChainStore, digest: Digest): Chain => {
  /** Where each chain ended when last seen: old is as good as new, because links never change. */
  const seen = new Map<number, Position>();
  const see = (shard: number, place: Position): void => {
    if (place.sequence > (seen.get(shard)?.sequence ?? 0)) seen.set(shard, place);
  };

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

  /** @param found gets each record's link, by its text, up to the first that fails */
  const appendTogether = async (shard: number, wanted: Wanted, found: Links): Promise<void> => {
    const isMissing = (text: string): boolean => wanted.has(text) && !found.has(text);

    /** Goes on to the end, or until nothing is missing. */
    const goOn = async (from: Position): Promise<Position> => {
      let place = from;
      while ([...wanted.keys()].some(isMissing)) {
        const page = await store.readAfter(shard, place.sequence, pageLength);
        for (const link of page) if (isMissing(link.record)) found.set(link.record, link);
        place = page.at(-1) ?? place;
        if (page.length < pageLength) break;
      }
      return place;
    };

    // Before the look for notes: see above.
    let place = seen.get(shard) ?? (await store.readHead(shard)) ?? genesis;
    const noted = await store.claim(
      [...wanted.values()].map((record) => keyOfRecord(record, digest)),
      { shard, afterSequence: place.sequence },
    );
    if (noted.length > 0) {
      place = await goOn(await placeOf(shard, Math.min(place.sequence, ...noted)));
    }
    for (const text of wanted.keys()) {
      // control SEC-40
      while (isMissing(text)) {
        const link = linkAfter(place, shard, text, digest);
        const isWritten = await store.put(link);
        if (isWritten) found.set(text, link);
        const next = isWritten ? link : await goOn(place);
        // There is a link of that number, or the write would have succeeded.
        if (next.sequence === place.sequence) throw new StepkeyError('Upstream.Unavailable');
        place = next;
      }
      see(shard, place);
    }
  };

  /** What fails together is tried one by one, as one that cannot be noted must not hold up those before it. */
  const appendInOrder = async (shard: number, wanted: Wanted, found: Links): Promise<void> => {
    try {
      await appendTogether(shard, wanted, found);
    } catch (error) {
      if (wanted.size === 1) throw error;
      const missing = [...wanted].filter(([text]) => !found.has(text));
      for (const one of missing) await appendTogether(shard, new Map([one]), found);
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
      const found: Links = new Map();
      const failures: Error[] = [];
      const appending = [...chains].map(async ([shard, wanted]) =>
        appendInOrder(shard, wanted, found).catch((error: unknown) => {
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
