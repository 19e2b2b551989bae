import type { ChainStore, ClaimNote } from '../../../core/ledger/append.ts';
import type { Link } from '../../../core/ledger/link.ts';

/** The chains in memory; `links` may be tampered with. */
export const fakeChainStore = (): ChainStore & { readonly links: Map<number, Link[]> } => {
  const links = new Map<number, Link[]>();
  const claims = new Map<string, ClaimNote>();
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
    claim: ({ kind, id, fingerprint }, note) => {
      const at = JSON.stringify([kind, id, fingerprint]);
      const present = claims.get(at);
      if (present !== undefined) return Promise.resolve({ ...present, isNew: false });
      claims.set(at, note);
      return Promise.resolve({ ...note, isNew: true });
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
