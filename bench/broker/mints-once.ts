/** What is minted upstream, counted at the twin: never more than there are different sessions. */
import type { BenchOptions, Figure } from '../bench.ts';
import { httpLoad, type HttpRequestText } from '../http-load.ts';
import { residentMegabytes } from '../twin-process.ts';
import { askFor, type Server, type World } from './world.ts';

const mintsOf = async (world: World): Promise<number> =>
  (await world.counts())['AssumeRoleWithWebIdentity'] ?? 0;

const exactly = (name: string, count: number, expected: number): Figure => {
  if (count !== expected) {
    throw new Error(`${name}: ${String(count)} and not ${String(expected)}`);
  }
  return { name, unit: 'mints', values: [count], bar: { atMost: expected } };
};

const sessionsOf = (): {
  readonly ids: Set<string>;
  readonly note: (answer: { readonly status: number; readonly body: string }) => void;
} => {
  const ids = new Set<string>();
  return {
    ids,
    note: ({ status, body }) => {
      if (status !== 200) throw new Error(`${String(status)}: ${body}`);
      ids.add((JSON.parse(body) as { readonly sessionId: string }).sessionId);
    },
  };
};

/** Many at once for one session that nobody has: through one process, and through several that know nothing of each other. */
export const measureColdKey = async (
  world: World,
  { quick }: BenchOptions,
): Promise<readonly Figure[]> => {
  const count = quick ? 40 : 500;
  const figures: Figure[] = [];
  for (const brokers of [world.brokers.slice(0, 1), world.brokers]) {
    const [person] = await world.people(1);
    if (person === undefined) continue;
    await mintsOf(world);
    const { ids, note } = sessionsOf();
    const share = Math.ceil(count / brokers.length);
    await Promise.all(
      brokers.map(({ origin }) =>
        httpLoad(origin, {
          count: share,
          connections: share,
          requestAt: () => person.hit,
          onAnswer: note,
        }),
      ),
    );
    if (ids.size !== 1) throw new Error(`${String(ids.size)} sessions were handed out`);
    const processes = brokers.length === 1 ? 'one process' : `${String(brokers.length)} processes`;
    figures.push(
      exactly(`${String(count)} at once on one cold key, ${processes}`, await mintsOf(world), 1),
    );
  }
  return figures;
};

/** Many people who each ask many times; and what memory the process has after that. */
export const measureDistinctKeys = async (
  world: World,
  { quick, progress }: BenchOptions,
): Promise<readonly Figure[]> => {
  const [subjects, requestsEach] = quick ? [5, 10] : [1000, 100];
  const people = await world.people(subjects);
  const [broker] = world.brokers as readonly [Server, ...Server[]];
  const before = residentMegabytes(broker.pid).main;
  await mintsOf(world);
  const { ids, note } = sessionsOf();
  const unknown: HttpRequestText = askFor('-');
  const count = subjects * requestsEach;
  const { seconds } = await httpLoad(broker.origin, {
    count,
    connections: quick ? 4 : 32,
    requestAt: (index) => people[index % subjects]?.hit ?? unknown,
    onAnswer: note,
  });
  progress(`${String(count)} requests in ${seconds.toFixed(0)} s`);
  if (ids.size !== subjects) throw new Error(`${String(ids.size)} sessions were handed out`);
  const requests = count.toLocaleString('en-US');
  return [
    exactly(
      `${subjects.toLocaleString('en-US')} subjects × ${String(requestsEach)} requests`,
      await mintsOf(world),
      subjects,
    ),
    {
      name: '  direct calls for each request would be',
      unit: 'mints',
      values: [count],
    },
    { name: `broker before ${requests} requests`, unit: 'MB', values: [before] },
    {
      name: `broker after ${requests} requests`,
      unit: 'MB',
      values: [residentMegabytes(broker.pid).main],
    },
  ];
};
