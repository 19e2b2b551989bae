/** The broker's paths as a caller meets them, each beside what people would use instead. */
import type { Bench, Figure } from './bench.ts';
import { measureColdKey, measureDistinctKeys } from './broker/mints-once.ts';
import { measureHits } from './broker/hits.ts';
import { measureLatencies } from './broker/latencies.ts';
import { measureMints } from './broker/mints.ts';
import { openWorld } from './broker/world.ts';
import { pinning } from './pinned.ts';

export const bench: Bench = {
  name: 'broker',
  measure: async ({ quick, progress }) => {
    progress(pinning);
    const world = await openWorld(quick ? 2 : 4);
    const figures: Figure[] = [];
    try {
      for (const measure of [
        measureHits,
        measureMints,
        measureLatencies,
        measureColdKey,
        measureDistinctKeys,
      ]) {
        const measured = await measure(world, { quick, progress });
        figures.push(...measured);
      }
      return figures;
    } finally {
      await world.stop();
    }
  },
};
