import type { ChainStore, ClaimNote } from '../../../core/ledger/chain-store.ts';
import type { Link } from '../../../core/ledger/link.ts';

/**
 * The chains in memory; `links` may be tampered with.
 * @param beforeNoting what happens between a look for notes and the notes of what had none
 */
export const fakeChainStore = (
  beforeNoting: () => Promise<unknown> = () => Promise.resolve(),
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
      const places = keys.map(({ kind, id, fingerprint }) =>
        JSON.stringify([kind, id, fingerprint]),
      );
      const present = places.map((place) => notes.get(place));
      await beforeNoting();
      places.forEach((place, index) => {
        if (present[index] === undefined) notes.set(place, note);
      });
      return present.filter((earlier) => earlier !== undefined);
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
