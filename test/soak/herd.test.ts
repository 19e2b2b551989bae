import { existsSync } from 'node:fs';
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

    interface Told {
      readonly status: number;
      readonly body: Readonly<Record<string, unknown>>;
    }
    /** Rejects where the process ends before it has answered them all. */
    const ask = async (
      { ready }: Pinned<number>,
      token: string,
      grant: string,
    ): Promise<readonly Told[]> => {
      const told: Told[] = [];
      const request = {
        method: 'POST' as const,
        path: '/v1/credentials',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ grant }),
      };
      const { millisOf } = await httpLoad(`http://127.0.0.1:${String(ready)}`, {
        count: share,
        connections: share,
        requestAt: () => request,
        onAnswer: ({ status, body }) =>
          told.push({ status, body: JSON.parse(body) as Told['body'] }),
      });
      expect(Math.max(...millisOf)).toBeLessThan(limitMillis);
      return told;
    };
    const askAll = async (asked: readonly Pinned<number>[], token: string, grant: string) =>
      (await Promise.all(asked.map((front) => ask(front, token, grant)))).flat();
    const until = async (isSo: () => boolean): Promise<void> => {
      while (!isSo()) await setTimeout(20);
    };
    const values = (told: readonly Told[], name: string) =>
      new Set(told.flatMap(({ status, body }) => (status === 200 ? [body[name]] : [])));
    const statuses = (told: readonly Told[]) => new Set(told.map(({ status }) => status));

    it('mint once, and nobody waits past the limit', async () => {
      const { idToken } = await signIn(twin, 'alice');
      const told = await askAll(fronts, idToken, 'own-files');
      expect(statuses(told)).toEqual(new Set([200]));
      expect(calls['AssumeRoleWithWebIdentity']).toBe(1);
      expect(values(told, 'sessionId').size).toBe(1);
      expect(values(told, 'issuanceId').size).toBe(requests);
    });

    it('while the process that holds the lease is killed with kill -9: the others have the one session', async () => {
      const { idToken } = await signIn(twin, 'bob');
      const held = new Promise<() => void>((resolve) => {
        onEnter = (state) =>
          state === 'AssumeMappedRole' ? new Promise(resolve) : Promise.resolve();
      });
      const [doomed, ...others] = fronts as [Pinned<number>, ...Pinned<number>[]];
      const unanswered = expect(ask(doomed, idToken, 'own-files')).rejects.toThrow('closed');
      const goOn = await held;
      calls = {};
      const answered = askAll(others, idToken, 'own-files');
      await until(() => (calls['BatchGetItem'] ?? 0) >= requests - share);
      process.kill(doomed.pid, 'SIGKILL');
      await unanswered;
      goOn();
      const told = await answered;
      expect(statuses(told)).toEqual(new Set([200]));
      expect(calls['AssumeRoleWithWebIdentity']).toBe(1);
      expect(values(told, 'sessionId').size).toBe(1);
      expect(values(told, 'issuanceId').size).toBe(requests - share);
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
      const told = await askAll(fronts, idToken, 'team-read');
      // Those who waited in the process whose mint failed are told to come again.
      expect([...statuses(told)].filter((status) => ![200, 503].includes(status))).toEqual([]);
      const later = await askAll(fronts, idToken, 'team-read');
      expect(statuses(later)).toEqual(new Set([200]));
      expect(calls['AssumeRoleWithWebIdentity']).toBe(2);
      expect(values([...told, ...later], 'sessionId').size).toBe(1);
    });
  },
);

/** In one process, whose time is the test's: no machine is too slow to tell what is late. */
describe('[SEC-04] cold requests for one key, while the execution that holds the lease is killed', () => {
  /** The function's own time limit; the gateway waits 29 s. */
  const limitMillis = 25_000;
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

  it.each([
    ['AssumeMappedRole', requests],
    ['TakeQuota', 100],
    ['RecordSession', 100],
  ])(
    'at %s, and %i wait: nobody waits past the limit, and then one session is cached',
    async (state, count) => {
      const person = broker.newCase();
      const before = broker.keys.length;
      broker.killAt(state, 'enter');
      const answers = await person.askAtOnce(count, processes);
      expect(broker.isKilled()).toBe(true);
      const tooLate = answers.filter(({ tookMillis }) => tookMillis > limitMillis);
      expect(tooLate).toEqual([]);
      // Without a key in the cache nobody has one: those who waited are told to come again.
      expect([...new Set(answers.map(({ status }) => status))].sort()).toEqual([503]);
      await broker.time.advance(intervalMillis);
      const later = await person.askAtOnce(count, processes);
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
