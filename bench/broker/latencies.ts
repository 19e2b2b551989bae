/** How long a hit takes with more and more callers at once. */
import { median, percentile, type BenchOptions, type Figure } from '../bench.ts';
import { firstOf, run, warm } from './rounds.ts';
import { askFor, type World } from './world.ts';

/** At so many connections at a time. */
const levels = [1, 8, 32, 128];

export const measureLatencies = async (
  world: World,
  { quick, progress }: BenchOptions,
): Promise<readonly Figure[]> => {
  const people = await world.people(quick ? 5 : 200);
  await warm(world, people);
  const unknown = askFor('-');
  const requestAt = (index: number) => people[index % people.length]?.hit ?? unknown;
  const rounds = quick ? 2 : 5;
  const count = quick ? 128 : 2000;
  const measured = new Map<number, number[][]>(levels.map((level) => [level, []]));
  const references: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    for (const [level, each] of measured) {
      const load = await run(world, firstOf(world), [], {
        count,
        connections: level,
        requestAt,
        status: 200,
      });
      each.push([...load.load.millisOf]);
    }
    const reference = await run(world, world.reference, [], {
      count,
      connections: 1,
      requestAt,
      status: 200,
    });
    references.push(median(reference.load.millisOf));
    progress(`latencies, round ${String(round + 1)} of ${String(rounds)}`);
  }
  const figures = [...measured].flatMap(([level, each]) => {
    const all = Float64Array.from(each.flat()).sort();
    const millisByShare = Array.from(
      { length: 100 },
      (_, index) => all[Math.floor(((index + 0.5) / 100) * all.length)] ?? Number.NaN,
    );
    const name = `hit, ${String(level)} at a time`;
    return [
      {
        name: `${name}, p50`,
        unit: 'ms',
        values: each.map((millis) => percentile(millis, 0.5)),
        millisByShare,
        ...(level === 1 ? { bar: { atMost: 3 } } : {}),
      },
      { name: `${name}, p99`, unit: 'ms', values: each.map((millis) => percentile(millis, 0.99)) },
    ];
  });
  return [
    ...figures,
    { name: 'handler with two DynamoDB calls, 1 at a time, p50', unit: 'ms', values: references },
  ];
};
