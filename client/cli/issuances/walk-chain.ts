import type { Digest } from '../../../core/ports.ts';
import type { Link, Position } from '../../../core/ledger/link.ts';
import { createChainVerifier, type ChainFault } from '../../../core/ledger/verify.ts';

interface LinkPage {
  readonly links: readonly Link[];
  readonly isLast: boolean;
}

/** How far a chain is in order; so printed, it can be given as `--heads` the next time. */
interface ChainReport extends Position {
  readonly shard: number;
  /** The first record that is not as it was written; null where there is none. */
  readonly fault: ChainFault | null;
}

/**
 * Reads a chain from its beginning and stops at the first fault.
 * @param anchors positions of this chain that it has to pass
 * @param readPage rejects for what is no page, so that nothing which cannot be read counts as in order
 */
export const walkChain = async (
  shard: number,
  digest: Digest,
  anchors: readonly Position[],
  readPage: (shard: number, afterSequence: number) => Promise<LinkPage>,
): Promise<ChainReport> => {
  const verifier = createChainVerifier(shard, digest, anchors);
  for (;;) {
    const { sequence } = verifier.position();
    const { links, isLast } = await readPage(shard, sequence);
    for (const link of links) {
      const fault = verifier.take(link);
      if (fault !== null) return { shard, ...verifier.position(), fault };
    }
    // A page of nothing that is not the last one would be asked for without end.
    if (isLast || links.length === 0) break;
  }
  return { shard, ...verifier.position(), fault: verifier.finish() };
};
