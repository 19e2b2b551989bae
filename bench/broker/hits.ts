/** Hits and refusals, in rounds that take turns with their reference. */
import type { BenchOptions, Figure } from '../bench.ts';
import {
  connections,
  firstOf,
  p99,
  perProcessorSecond,
  perSecond,
  ratios,
  run,
  warm,
  type Round,
} from './rounds.ts';
import { askFor, type World } from './world.ts';

export const measureHits = async (
  world: World,
  { quick, progress }: BenchOptions,
): Promise<readonly Figure[]> => {
  const people = await world.people(quick ? 5 : 200);
  await warm(world, people);
  const refused = askFor(await world.tokenOf('frank'));
  const requestAt = (index: number) => people[index % people.length]?.hit ?? refused;
  const count = quick ? 60 : 4000;
  const rounds = quick ? 2 : 7;
  const broker = firstOf(world);
  const hits: Round[] = [];
  const references: Round[] = [];
  const refusals: Round[] = [];
  for (let round = -1; round < rounds; round += 1) {
    const load = { count, connections };
    const reference = await run(world, world.reference, [], { ...load, requestAt, status: 200 });
    const hit = await run(world, broker, [], { ...load, requestAt, status: 200 });
    const refusal = await run(world, broker, [], {
      ...load,
      requestAt: () => refused,
      status: 403,
    });
    // The first is for the compilers.
    if (round < 0) continue;
    hits.push(hit);
    references.push(reference);
    refusals.push(refusal);
    progress(
      `hits ${String(Math.round(hit.perSecond))}/s, reference ${String(Math.round(reference.perSecond))}/s, refusals ${String(Math.round(refusal.perSecond))}/s`,
    );
  }
  return [
    {
      name: 'hit / handler with two DynamoDB calls',
      unit: '×',
      values: ratios(hits, references, perSecond),
      bar: { atLeast: 0.75 },
    },
    {
      name: '  for each second of its core',
      unit: '×',
      values: ratios(hits, references, perProcessorSecond),
    },
    {
      name: '  p99, as a multiple',
      unit: '×',
      values: ratios(hits, references, p99),
      bar: { atMost: 1.5 },
    },
    {
      name: 'refusal / hit',
      unit: '×',
      values: ratios(refusals, hits, perSecond),
      bar: { atLeast: 2 },
    },
    {
      name: '  for each second of its core',
      unit: '×',
      values: ratios(refusals, hits, perProcessorSecond),
    },
    { name: 'hits', unit: '/s', values: hits.map(perSecond), bar: { atLeast: 935 } },
    {
      name: '  for each second of its core',
      unit: '/s',
      values: hits.map(perProcessorSecond),
    },
    { name: 'handler with two DynamoDB calls', unit: '/s', values: references.map(perSecond) },
    { name: 'refusals', unit: '/s', values: refusals.map(perSecond) },
    {
      name: `from the last of ${String(count)} hits until all are chained`,
      unit: 's',
      // A round of refusals comes after each of hits.
      values: refusals.map(({ leftMillis }) => leftMillis / 1000),
    },
  ];
};
