import type { ChainStore, ClaimNote } from '../../../core/ledger/chain-store.ts';
import type { Link } from '../../../core/ledger/link.ts';

/**
 * The chains in memory; `links` may be tampered with.
 * @param step what happens before each look for a note, and before each note: they are calls of their own
 */
export const fakeChainStore = (
  step: (name: string) => Promise<unknown> = () => Promise.resolve(),
): ChainStore & { readonly links: Map<number, Link[]> } => {
  const links = new Map<number, Link[]>();
  const notes = new Map<string, ClaimNote>();
  const chain = (shard: number): Link[] => {
    const present = links.get(shard) ?? [];
    links.set(shard, present);
    return present;
  };
  return {
    links,
    readHead: (shard) => Promise.resolve(chain(shard).at(-1) ?? null),
    readAfter: (shard, sequence, limit) =>
      Promise.resolve(
        chain(shard)
          .filter((link) => link.sequence > sequence)
          .slice(0, limit),
      ),
    claim: async (keys, note) => {
      const places = keys.map((key) => JSON.stringify([key.kind, key.id, key.fingerprint]));
      const present = await Promise.all(
        places.map(async (place) => {
          await step('look');
          return notes.get(place)?.afterSequence;
        }),
      );
      await Promise.all(
        places.map(async (place, index) => {
          if (present[index] !== undefined) return;
          await step('note');
          notes.set(place, note);
        }),
      );
      return present.filter((sequence) => sequence !== undefined);
    },
    put: (link) => {
      const present = chain(link.shard);
      if (present.some(({ sequence }) => sequence === link.sequence)) return Promise.resolve(false);
      present.push(link);
      present.sort((left, right) => left.sequence - right.sequence);
      return Promise.resolve(true);
    },
  };
};
