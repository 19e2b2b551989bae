/** Whether a hit takes longer the more there is in the table. */
import { percentile, type Bench, type Figure } from './bench.ts';
import { openWorld } from './broker/world.ts';
import { httpLoad } from './http-load.ts';
import { processorSeconds } from './twin-process.ts';

export const bench: Bench = {
  name: 'growth',
  measure: async ({ quick, progress }) => {
    const sizes = quick ? [1000, 3000] : [1000, 10_000, 100_000, 1_000_000];
    const world = await openWorld(1);
    const [broker] = world.brokers;
    if (broker === undefined) throw new TypeError('There is no broker');
    const figures: Figure[] = [];
    try {
      const people = await world.people(1);
      const [person] = people;
      if (person === undefined) throw new TypeError('There is nobody');
      const hits = async (count: number) => {
        const before = processorSeconds(broker.pid);
        const load = await httpLoad(broker.origin, {
          count,
          connections: 1,
          requestAt: () => person.hit,
          onAnswer: ({ status, body }) => {
            if (status !== 200) throw new Error(`${String(status)}: ${body}`);
          },
        });
        const usedMillis = 1000 * (processorSeconds(broker.pid) - before);
        return { usedMillis: usedMillis / count, p50Millis: percentile(load.millisOf, 0.5) };
      };
      await hits(quick ? 50 : 1000);
      let there = 0;
      for (const size of sizes) {
        await world.fill(there, size - there);
        there = size;
        progress(`${size.toLocaleString('en-US')} entries in the table`);
        const rounds = [];
        for (let round = 0; round < (quick ? 2 : 5); round += 1) {
          rounds.push(await hits(quick ? 50 : 400));
        }
        const entries = `${size.toLocaleString('en-US')} entries`;
        figures.push(
          {
            name: `hit with ${entries}, p50 of one caller`,
            unit: 'ms',
            values: rounds.map(({ p50Millis }) => p50Millis),
          },
          {
            name: `hit with ${entries}, the broker’s processor`,
            unit: 'ms',
            values: rounds.map(({ usedMillis }) => usedMillis),
          },
        );
      }
      return figures;
    } finally {
      await world.stop();
    }
  },
};
