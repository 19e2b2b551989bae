import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Endpoints } from '../../../local/endpoints.ts';
import {
  anyPorts,
  endpointsIn,
  startProcess,
  type TwinProcess,
} from '../../support/twin/process.ts';
import { clientsOf, kindsOfWork, machineDefinition, machineName } from './load.ts';
import type { Acknowledged, Clients } from './load.ts';
import { seeded } from './random.ts';

const kills = Number(process.env['STEPKEY_KILLS'] ?? 20);
const seed = Number(process.env['STEPKEY_SEED'] ?? Date.now() % 1_000_000);
const workers = 6;
const longestLoadMillis = 600;
const checksAtATime = 20;

/** Children of a process; null where the system does not show them. */
const childrenOf = (pid: number): readonly number[] | null => {
  if (!existsSync('/proc/self/stat')) return null;
  return readdirSync('/proc').flatMap((name) => {
    try {
      // After the command's name in brackets: state, parent.
      const stat = /^\d+$/.test(name) ? readFileSync(`/proc/${name}/stat`, 'utf8') : '';
      return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1] === String(pid)
        ? [Number(name)]
        : [];
    } catch {
      // Ended since it was listed.
      return [];
    }
  });
};

/** All but the addresses, whose ports are chosen anew. */
const namesIn = (endpoints: Endpoints): Partial<Endpoints> => ({
  ...endpoints,
  api: '',
  console: '',
  aws: '',
  tokenEndpoint: '',
  pid: 0,
});

const isRunning = (pid: number): boolean => {
  try {
    const stat = readFileSync(`/proc/${String(pid)}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3) !== 'Z';
  } catch {
    return false;
  }
};

/** Asked anew: it changes while one waits. */
const isOver = (signal: AbortSignal): boolean => signal.aborted;

const pause = (millis: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, millis));

describe(`kill -9 while it works, ${String(kills)} times, seed ${String(seed)}`, () => {
  const random = seeded(seed);
  const acknowledged: Acknowledged[] = [];
  let stateDirectory: string;
  let running: TwinProcess;
  let first: Endpoints;
  let nextId = 0;

  const start = async (): Promise<Clients> => {
    running = startProcess(...anyPorts, '--state', stateDirectory);
    await running.ready;
    if (running.child.exitCode !== null) throw new Error((await running.ended).stderr);
    return clientsOf(await endpointsIn(stateDirectory));
  };

  /** Works until the twin is killed; what was not answered then counts for nothing. */
  const work = async (clients: Clients, until: AbortSignal): Promise<void> => {
    const kinds = Object.values(kindsOfWork);
    while (!isOver(until)) {
      const kind = kinds[Math.floor(random() * kinds.length)];
      const id = `w${String(seed)}-${String((nextId += 1))}`;
      try {
        const done = await kind?.(clients, id);
        if (done !== undefined) acknowledged.push(done);
      } catch (error) {
        if (!isOver(until)) throw error;
      }
    }
  };

  const lostOf = async (clients: Clients, done: readonly Acknowledged[]): Promise<string[]> => {
    const lost: string[] = [];
    const left = [...done];
    const check = async (): Promise<void> => {
      for (let next = left.pop(); next !== undefined; next = left.pop()) {
        const { what, isThere } = next;
        const reason = await isThere(clients).then(
          (there) => (there ? null : 'not as it was'),
          (error: unknown) => String(error),
        );
        if (reason !== null) lost.push(`${what}: ${reason}`);
      }
    };
    await Promise.all(Array.from({ length: checksAtATime }, check));
    return lost;
  };

  beforeAll(async () => {
    stateDirectory = join(await mkdtemp(join(tmpdir(), 'stepkey-kills-')), 'state');
  });
  afterAll(async () => {
    running.child.kill('SIGKILL');
    await running.ended;
    await rm(join(stateDirectory, '..'), { recursive: true, force: true });
  });

  it(
    'loses nothing that it acknowledged, and leaves no process behind',
    async () => {
      let clients = await start();
      first = clients.endpoints;
      await clients.states.createStateMachine({
        name: machineName,
        type: 'STANDARD',
        definition: machineDefinition,
        roleArn: `arn:aws:iam::${first.accountId}:role/nobody`,
      });
      for (let kill = 0; kill < kills; kill += 1) {
        const before = acknowledged.length;
        const over = new AbortController();
        const load = Promise.all(Array.from({ length: workers }, () => work(clients, over.signal)));
        await Promise.race([load, pause(20 + random() * longestLoadMillis)]);
        const children = childrenOf(running.child.pid ?? 0) ?? [];
        over.abort();
        running.child.kill('SIGKILL');
        await Promise.all([load, running.ended]);
        clients.close();

        clients = await start();
        expect(namesIn(clients.endpoints)).toEqual(namesIn(first));
        expect(await lostOf(clients, acknowledged.slice(before))).toEqual([]);
        // By now, a restart later, they had time enough to see that their parent is gone.
        expect(children.filter(isRunning)).toEqual([]);
      }
      expect(await lostOf(clients, acknowledged)).toEqual([]);
      expect(acknowledged.length).toBeGreaterThan(kills);
      clients.close();
    },
    kills * 30_000,
  );
});
