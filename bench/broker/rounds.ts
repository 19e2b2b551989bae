/** Rounds of requests, comparable because each begins when nothing of the one before is left to do. */
import { percentile } from '../bench.ts';
import { httpLoad, type HttpLoad, type HttpRequestText } from '../http-load.ts';
import { processorSeconds } from '../twin-process.ts';
import { askFor, type Person, type Server, type World } from './world.ts';

export interface Round {
  readonly perSecond: number;
  /** For each second of the processor that the servers used. */
  readonly perProcessorSecond: number;
  readonly load: HttpLoad;
  /** What requests before this round had left to do took so long. */
  readonly leftMillis: number;
}

/** Each round pays for itself: what the one before has left to do is done first. */
export const run = async (
  world: World,
  server: Server,
  otherPids: readonly number[],
  options: Parameters<typeof httpLoad>[1] & { readonly status: number },
): Promise<Round> => {
  const leftMillis = await world.quiet();
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
    leftMillis,
    load,
    perSecond: count / load.seconds,
    perProcessorSecond: count / Math.max(0.01, used() - before),
  };
};

/** A value of each round, as a multiple of its neighbour's. */
export const ratios = (
  rounds: readonly Round[],
  references: readonly Round[],
  of: (round: Round) => number,
): readonly number[] =>
  rounds.map((round, index) => {
    const reference = references[index];
    return reference === undefined ? Number.NaN : of(round) / of(reference);
  });

export const p99 = ({ load }: Round): number => percentile(load.millisOf, 0.99);
export const perSecond = (round: Round): number => round.perSecond;
export const perProcessorSecond = (round: Round): number => round.perProcessorSecond;

export const firstOf = ({ brokers }: World): Server => {
  const [broker] = brokers;
  if (broker === undefined) throw new TypeError('There is no broker');
  return broker;
};

/** A busy machine does not always come to a call in the second that was paid for it. */
const warmTurns = 10;

export const warm = async (world: World, people: readonly Person[]): Promise<void> => {
  const broker = firstOf(world);
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

export const connections = 16;
