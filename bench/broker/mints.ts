/** Mints, in rounds that take turns with their reference. */
import { median, type BenchOptions, type Figure } from '../bench.ts';
import { firstOf, perProcessorSecond, perSecond, ratios, run, warm, type Round } from './rounds.ts';
import { askFor, type World } from './world.ts';

/**
 * A mint waits up to 0.15 s for the second that it has paid for: as many callers as that keep the processors busy
 * meanwhile. Of sixteen, all wait at the end of a second, and what is measured is the wait.
 */
const connections = 32;

export const measureMints = async (
  world: World,
  { quick, progress }: BenchOptions,
): Promise<readonly Figure[]> => {
  const people = await world.people(quick ? 5 : 300);
  // Registers them: what is measured afterwards are mints of people whom the broker knows.
  await warm(world, people);
  const broker = firstOf(world);
  const unknown = askFor('-');
  const mintAt = (index: number) => people[index]?.hit ?? unknown;
  const byHand = people.map(({ token }) => askFor(token, '{"mint":true}'));
  const handAt = (index: number) => byHand[index] ?? unknown;
  const mints: Round[] = [];
  const references: Round[] = [];
  const alone: number[] = [];
  const referencesAlone: number[] = [];
  const rounds = quick ? 2 : 5;
  for (let round = -1; round < rounds; round += 1) {
    const count = people.length;
    const reference = await run(world, world.reference, [], {
      count,
      connections,
      requestAt: handAt,
      status: 200,
    });
    await world.forget(people);
    const mint = await run(world, broker, world.functionPids, {
      count,
      connections: quick ? 2 : connections,
      requestAt: mintAt,
      status: 200,
    });
    const { AssumeRoleWithWebIdentity: minted } = await world.counts();
    if (minted !== count) throw new Error(`${String(minted)} mints for ${String(count)} misses`);
    await world.forget(people);
    const byItself = { count: Math.min(count, 50), connections: 1, status: 200 };
    const one = await run(world, broker, [], { ...byItself, requestAt: mintAt });
    const oneReference = await run(world, world.reference, [], { ...byItself, requestAt: handAt });
    if (round < 0) continue;
    mints.push(mint);
    references.push(reference);
    alone.push(median(one.load.millisOf));
    referencesAlone.push(median(oneReference.load.millisOf));
    progress(
      `mints ${String(Math.round(mint.perSecond))}/s, four calls ${String(Math.round(reference.perSecond))}/s`,
    );
  }
  return [
    {
      name: 'mint / four SDK calls',
      unit: '×',
      values: ratios(mints, references, perSecond),
      bar: { atLeast: 0.35 },
    },
    {
      name: '  for each second of the broker’s core',
      unit: '×',
      values: ratios(mints, references, perProcessorSecond),
    },
    { name: 'mints', unit: '/s', values: mints.map(perSecond), bar: { atLeast: 374 } },
    {
      name: '  for each second of the broker’s core',
      unit: '/s',
      values: mints.map(perProcessorSecond),
    },
    { name: 'four SDK calls', unit: '/s', values: references.map(perSecond) },
    {
      name: 'a mint that one caller waits for, p50',
      unit: 'ms',
      values: alone,
      bar: { atMost: 12 },
    },
    { name: 'four SDK calls that one caller waits for, p50', unit: 'ms', values: referencesAlone },
  ];
};
