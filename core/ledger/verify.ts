import type { Digest } from '../ports.ts';
import { genesis, hashOfLink, type Link, type Position } from './link.ts';

/** The first record of a chain that is not as it was written. */
export interface ChainFault {
  readonly shard: number;
  readonly sequence: number;
  /** `missing`: it is not there; `changed`: it is not what was written; `disordered`: it is there twice, or too late. */
  readonly fault: 'missing' | 'changed' | 'disordered';
}

export interface ChainVerifier {
  /** Takes the links of a chain in the order in which they come; null while none is at fault. */
  readonly take: (link: Link) => ChainFault | null;
  /** Says what is missing at the end; null when the chain reaches all that was noted of it. */
  readonly finish: () => ChainFault | null;
  /** How far the chain was found in order: to be noted, and compared at the next time. */
  readonly position: () => Position;
}

/**
 * Proves that no record of a chain is missing or was changed, or names the first that is. The chain alone shows every
 * change but two: that its end was cut off, and that it was written anew as a whole from some record on. Those show
 * against positions that were noted earlier and kept elsewhere.
 * @param anchors positions of this chain that were noted earlier
 * @param from where to begin; nothing before it is looked at
 */
export const createChainVerifier = (
  shard: number,
  digest: Digest,
  anchors: readonly Position[] = [],
  from: Position = genesis,
): ChainVerifier => {
  let position = from;
  const faultAt = (sequence: number, fault: ChainFault['fault']): ChainFault => ({
    shard,
    sequence,
    fault,
  });
  return {
    take: (link) => {
      const expected = position.sequence + 1;
      if (link.sequence > expected) return faultAt(expected, 'missing');
      if (link.sequence < expected) return faultAt(link.sequence, 'disordered');
      if (link.shard !== shard || link.hash !== hashOfLink(link, digest)) {
        return faultAt(link.sequence, 'changed');
      }
      if (link.previousHash !== position.hash) {
        // The link is as it was written: so it is the one before that is another than it was.
        return faultAt(Math.max(position.sequence, 1), 'changed');
      }
      const anchored = anchors.find(({ sequence }) => sequence === link.sequence);
      if (anchored !== undefined && anchored.hash !== link.hash) {
        return faultAt(link.sequence, 'changed');
      }
      position = { sequence: link.sequence, hash: link.hash };
      return null;
    },
    finish: () =>
      anchors.some(({ sequence }) => sequence > position.sequence)
        ? faultAt(position.sequence + 1, 'missing')
        : null,
    position: () => position,
  };
};
