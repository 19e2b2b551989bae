import type { ChainStore } from '../../core/ledger/chain-store.ts';
import { shardCount } from '../../core/ledger/record.ts';
import { segmentOf, type Segment } from '../../core/ledger/segment.ts';

export interface ArchivePorts {
  readonly chain: Pick<ChainStore, 'readAfter'>;
  readonly archive: {
    /** Keeps a segment where nobody can change or remove it. @throws Upstream.* */
    readonly put: (segment: Segment) => Promise<void>;
  };
  readonly places: {
    /** The number of the last link of a chain that is kept; 0 for none. @throws Upstream.* */
    readonly recall: (shard: number) => Promise<number>;
    readonly note: (shard: number, sequence: number) => Promise<void>;
  };
}

const linksPerSegment = 500;

/** What a run leaves, the next one takes: a long absence is caught up with in several of them. */
const segmentsPerRun = 20;

/**
 * Copies what the chains have grown by. A place is noted only after its segment is kept: a run that ends in between
 * leaves a segment that is written again, under the same name or overlapping, and never a gap.
 * @returns how many links were kept
 * @throws Upstream.* at the first chain that fails, after the others had their turn
 */
export const archiveChains = async (ports: ArchivePorts): Promise<{ readonly links: number }> => {
  let links = 0;
  const failures: unknown[] = [];
  for (let shard = 0; shard < shardCount; shard += 1) {
    try {
      links += await archiveChain(ports, shard);
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
  return { links };
};

const archiveChain = async (ports: ArchivePorts, shard: number): Promise<number> => {
  let kept = 0;
  let place = await ports.places.recall(shard);
  for (let segments = 0; segments < segmentsPerRun; segments += 1) {
    const page = await ports.chain.readAfter(shard, place, linksPerSegment);
    const segment = segmentOf(page);
    if (segment === null) break;
    await ports.archive.put(segment);
    await ports.places.note(shard, segment.lastSequence);
    kept += page.length;
    place = segment.lastSequence;
    if (page.length < linksPerSegment) break;
  }
  return kept;
};
