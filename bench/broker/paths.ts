/**
 * Hit, refusal and mint, in rounds that take turns with their references. One file, though long: the three are comparable
 * because they share their rounds.
 */
import { median, percentile, type BenchOptions, type Figure } from '../bench.ts';
import { httpLoad, type HttpLoad, type HttpRequestText } from '../http-load.ts';
import { processorSeconds } from '../twin-process.ts';
import { askFor, type Person, type Server, type World } from './world.ts';

interface Round {
  readonly perSecond: number;
  /** For each second of the processor that the servers used. */
  readonly perProcessorSecond: number;
  readonly load: HttpLoad;
}

/** Each round pays for itself: what the one before has left to do is done first. */
const run = async (
  world: World,
  server: Server,
  otherPids: readonly number[],
  options: Parameters<typeof httpLoad>[1] & { readonly status: number },
): Promise<Round> => {
  await world.quiet();
  const pids = [server.pid, ...otherPids];
  const used = () => pids.reduce((sum, pid) => sum + processorSeconds(pid), 0);
  const before = used();
  const { status, count } = options;
  const load = await httpLoad(server.origin, {
    ...options,
    onAnswer: (answer) => {
      if (answer.status !== status) throw new Error(`${String(answer.status)}: ${answer.body}`);
    },
  });
  return {
    load,
    perSecond: count / load.seconds,
    perProcessorSecond: count / Math.max(0.01, used() - before),
  };
};

/** So many per cent of a value in each round. */
const ratios = (
  rounds: readonly Round[],
  references: readonly Round[],
  of: (round: Round) => number,
): readonly number[] =>
  rounds.map((round, index) => {
    const reference = references[index];
    return reference === undefined ? Number.NaN : of(round) / of(reference);
  });

const p99 = ({ load }: Round): number => percentile(load.millisOf, 0.99);
const perSecond = (round: Round): number => round.perSecond;
const perProcessorSecond = (round: Round): number => round.perProcessorSecond;

/** A busy machine does not always come to a call in the second that was paid for it. */
const warmTurns = 10;

const warm = async (world: World, people: readonly Person[]): Promise<void> => {
  const [broker] = world.brokers;
  if (broker === undefined) return;
  let left = people;
  for (let turn = 0; left.length > 0; turn += 1) {
    if (turn === warmTurns) throw new Error('The machine is too busy to mint in time');
    const requestAt = (index: number): HttpRequestText => left[index]?.hit ?? askFor('-');
    const refused: Person[] = [];
    await httpLoad(broker.origin, {
      count: left.length,
      connections: 4,
      requestAt,
      onAnswer: ({ status }, index) => {
        const person = left[index];
        if (status !== 200 && person !== undefined) refused.push(person);
      },
    });
    left = refused;
  }
};

const firstOf = ({ brokers }: World): Server => {
  const [broker] = brokers;
  if (broker === undefined) throw new TypeError('There is no broker');
  return broker;
};

const connections = 16;

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
  ];
};

export const measureMisses = async (
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
    const one = await run(world, broker, [], {
      count: Math.min(count, 50),
      connections: 1,
      requestAt: mintAt,
      status: 200,
    });
    if (round < 0) continue;
    mints.push(mint);
    references.push(reference);
    alone.push(median(one.load.millisOf));
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
  ];
};

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
    progress(`latencies, round ${String(round + 1)} of ${String(rounds)}`);
  }
  return [...measured].flatMap(([level, each]) => {
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
};
