import { existsSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import process from 'node:process';
import { setTimeout } from 'node:timers/promises';
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it,
  jest,
} from '@jest/globals';
import { functionProcesses, nameOf } from '../../bench/broker/function-processes.ts';
import { askFor } from '../../bench/broker/world.ts';
import { httpLoad } from '../../bench/http-load.ts';
import { brokerCore, startPinned, type Pinned } from '../../bench/pinned.ts';
import type { Twin } from '../../local/twin.ts';
import { inProcessBroker, type InProcessBroker } from '../support/faults/in-process-broker.ts';
import { intervalMillis } from '../support/faults/promises.ts';
import { allButTheDate } from '../support/faults/virtual-time.ts';
import { startDemoTwin } from '../support/twin/demo-twin.ts';
import { signIn } from '../support/twin/people.ts';

const requests = 1000;
const processes = 4;
const share = requests / processes;
const mostRounds = 20;
/** Of each process, where they come again. */
const inTurn = 5;
/** Where others have the machine's processors, what takes long says nothing of the broker. */
const isCalm = (loadavg()[0] ?? 0) < availableParallelism();

/** The front's function as it is deployed, in processes of its own; the twin is the AWS that they share. */
(existsSync('/proc/self/environ') ? describe : describe.skip)(
  `[SEC-04] ${String(requests)} cold requests for one key, over ${String(processes)} processes`,
  () => {
    /** API Gateway's. */
    const limitMillis = 29_000;
    let twin: Twin;
    let fronts: Pinned<number>[] = [];
    let calls: Record<string, number> = {};
    let onCall: (operation: string) => void = () => undefined;
    let onEnter: (state: string) => Promise<void> = () => Promise.resolve();

    beforeAll(async () => {
      twin = await startDemoTwin({
        interceptor: ({ operation }) => {
          calls[operation] = (calls[operation] ?? 0) + 1;
          onCall(operation);
        },
        pause: (state, when) => (when === 'enter' ? onEnter(state) : Promise.resolve()),
      });
    });
    beforeEach(async () => {
      const api = functionProcesses(process.pid).find((each) => /\bapi$/.test(nameOf(each)));
      if (api === undefined) throw new TypeError('the twin has no process of the function api');
      const module = new URL('../../bench/broker/broker-process.ts', import.meta.url);
      fronts = [];
      for (let front = 0; front < processes; front += 1) {
        fronts.push(await startPinned<number>(module, brokerCore, {}, api.environment));
      }
      // The key is cold; the processes have the pool's keys.
      const { idToken } = await signIn(twin, 'frank');
      for (const front of fronts)
        await httpLoad(originOf(front), {
          count: 1,
          connections: 1,
          requestAt: () => askFor(idToken),
        });
      calls = {};
    });
    afterEach(async () => {
      onCall = () => undefined;
      onEnter = () => Promise.resolve();
      await Promise.all(fronts.map(({ stop }) => stop()));
    });
    afterAll(async () => {
      await twin.stop();
    });

    const originOf = ({ ready }: Pinned<number>): string => `http://127.0.0.1:${String(ready)}`;
    interface Told {
      readonly status: number;
      readonly body: Readonly<Record<string, unknown>>;
    }
    /** So many of one process, so many at a time. Rejects where it ends before it has answered them all. */
    const ask = async (
      front: Pinned<number>,
      count: number,
      connections: number,
      token: string,
      grant = 'own-files',
    ): Promise<readonly Told[]> => {
      const told: Told[] = [];
      const request = askFor(token, JSON.stringify({ grant }));
      const { millisOf } = await httpLoad(originOf(front), {
        count,
        connections,
        requestAt: () => request,
        onAnswer: ({ status, body }) =>
          told.push({ status, body: JSON.parse(body) as Told['body'] }),
      });
      const longestMillis = Math.max(...millisOf);
      process.stdout.write(
        `${String(count)}, ${String(connections)} at a time: ${longestMillis.toFixed(0)} ms at most${isCalm ? '' : '; others use the machine: not judged'}\n`,
      );
      expect(isCalm ? longestMillis : 0).toBeLessThan(limitMillis);
      // Nobody is told anything but to come again.
      expect(told.filter(({ status }) => status !== 200 && status !== 503)).toEqual([]);
      return told;
    };
    /**
     * All at once; who is told to come again does, as every client of ours, each in its own time.
     * @returns the answers with a session, one for each
     */
    const askUntilServed = async (
      asked: readonly Pinned<number>[],
      token: string,
      grant?: string,
    ): Promise<readonly Told['body'][]> =>
      (
        await Promise.all(
          asked.map(async (front) => {
            const served: Told['body'][] = [];
            for (let round = 0; served.length < share; round += 1) {
              if (round === mostRounds) throw new Error('still told to come again');
              if (round > 0) await setTimeout(1000);
              const left = share - served.length;
              const told = await ask(front, left, round === 0 ? left : inTurn, token, grant);
              served.push(...told.flatMap(({ status, body }) => (status === 200 ? [body] : [])));
            }
            return served;
          }),
        )
      ).flat();
    const expectOneSession = (served: readonly Told['body'][], mints: number): void => {
      const values = (name: string) => new Set(served.map((body) => body[name]));
      expect(values('sessionId').size).toBe(1);
      expect(values('issuanceId').size).toBe(served.length);
      expect(served.filter(({ source }) => source === 'minted').length).toBeLessThanOrEqual(1);
      // A machine so slow that an execution ends before its time mints once more.
      expect(isCalm ? calls['AssumeRoleWithWebIdentity'] : mints).toBe(mints);
    };

    it('mint once, and nobody waits past the limit', async () => {
      const { idToken } = await signIn(twin, 'alice');
      expectOneSession(await askUntilServed(fronts, idToken), 1);
    });

    it('while the process that holds the lease is killed with kill -9: the others have the one session', async () => {
      const { idToken } = await signIn(twin, 'bob');
      const held = new Promise<() => void>((resolve) => {
        onEnter = (state) =>
          state === 'AssumeMappedRole' ? new Promise(resolve) : Promise.resolve();
      });
      const [doomed, ...others] = fronts as [Pinned<number>, ...Pinned<number>[]];
      const unanswered = expect(ask(doomed, share, share, idToken)).rejects.toThrow('closed');
      const goOn = await held;
      onEnter = () => Promise.resolve();
      calls = {};
      const served = askUntilServed(others, idToken);
      while ((calls['BatchGetItem'] ?? 0) < requests - share) await setTimeout(20);
      process.kill(doomed.pid, 'SIGKILL');
      await unanswered;
      goOn();
      expectOneSession(await served, 1);
    });

    it('while the function that mints is killed with kill -9: what it may have had nobody has, and one session is cached', async () => {
      const { idToken } = await signIn(twin, 'bob');
      onCall = (operation) => {
        if (operation !== 'AssumeRoleWithWebIdentity') return;
        onCall = () => undefined;
        const minting = functionProcesses(process.pid).find((each) =>
          nameOf(each).endsWith('exchange'),
        );
        if (minting !== undefined) process.kill(minting.pid, 'SIGKILL');
      };
      expectOneSession(await askUntilServed(fronts, idToken, 'team-read'), 2);
    });
  },
);

/** In one process, whose time is the test's: no machine is too slow to tell what is late. */
describe('[SEC-04] cold requests for one key, while the execution that holds the lease is killed', () => {
  /** The function's own time limit; the gateway waits 29 s. */
  const limitMillis = 25_000;
  const waiting = 100;
  let broker: InProcessBroker;
  beforeAll(async () => {
    jest.useFakeTimers({ doNotFake: allButTheDate });
    broker = await inProcessBroker((now) => {
      jest.setSystemTime(now);
    });
  });
  afterEach(() => {
    broker.gate.reset();
  });
  afterAll(async () => {
    await broker.close();
    jest.useRealTimers();
  });

  it.each(['AssumeMappedRole', 'TakeQuota', 'RecordSession'])(
    'at %s: nobody waits past the limit, and then one session is cached',
    async (state) => {
      const person = broker.newCase();
      const before = broker.keys.length;
      broker.killAt(state, 'enter');
      const answers = await person.askAtOnce(waiting, processes);
      expect(broker.isKilled()).toBe(true);
      const tooLate = answers.filter(({ tookMillis }) => tookMillis > limitMillis);
      expect(tooLate).toEqual([]);
      // Without a key in the cache nobody has one: those who waited are told to come again.
      expect([...new Set(answers.map(({ status }) => status))].sort()).toEqual([503]);
      await broker.time.advance(intervalMillis);
      const later = await person.askAtOnce(waiting, processes);
      expect(new Set(later.map(({ status }) => status))).toEqual(new Set([200]));
      expect(new Set(later.map(({ body }) => body['sessionId'])).size).toBe(1);
      // The killed one may have had its key already: it is in the record, and in nobody's hands.
      const minted = broker.keys.length - before;
      expect(minted).toBe(state === 'RecordSession' ? 2 : 1);
      expect(broker.keys.every(({ hadRecord }) => hadRecord)).toBe(true);
    },
    240_000,
  );
});
