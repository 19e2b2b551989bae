import { readFileSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import {
  inProcessBroker,
  type Answer,
  type Asked,
  type InProcessBroker,
} from '../support/faults/in-process-broker.ts';
import { expectPromises, intervalMillis } from '../support/faults/promises.ts';
import { tableName } from '../support/faults/in-process-aws.ts';
import { allButTheDate } from '../support/faults/virtual-time.ts';
import { twinContext } from '../support/twin/call-context.ts';

const { States } = JSON.parse(
  readFileSync(new URL('../../statemachines/issue-credentials.asl.json', import.meta.url), 'utf8'),
) as {
  States: Readonly<Record<string, { readonly Type: string }>>;
};

type Case = ReturnType<InProcessBroker['newCase']>;

interface Scenario {
  readonly as?: Asked;
  /** What is there already. */
  readonly before?: (person: Case) => Promise<unknown>;
  /** What else happens as the execution enters a state, while it is not killed yet. */
  readonly meanwhile?: (state: string, person: Case) => unknown;
  /** The answer where nothing is killed. */
  readonly status: number;
  /** And once whatever was wrong is over. */
  readonly later: number;
}

describe('[SEC-06] an execution of issue-credentials that is killed anywhere', () => {
  let broker: InProcessBroker;
  const visited = new Set<string>();
  /** From a state to the next. */
  const walked = new Set<string>();
  beforeAll(async () => {
    jest.useFakeTimers({ doNotFake: allButTheDate });
    broker = await inProcessBroker((now) => {
      jest.setSystemTime(now);
    });
  });
  beforeEach(() => {
    broker.gate.reset();
    broker.onEnter(null);
  });
  afterAll(async () => {
    await broker.close();
    jest.useRealTimers();
  });

  /** Uses up the developer-identity calls of the seconds that an execution may pay for. */
  const spendQuota = async (seconds: number): Promise<void> => {
    const first = Math.floor((broker.time.nowEpochMillis() + 250) / 1000);
    for (let second = first; second < first + seconds; second += 1) {
      const Item = {
        pk: { S: 'QUOTA#calls' },
        sk: { S: String(second) },
        developerIdentity: { N: '50' },
      };
      await broker.aws.call('dynamodb', 'PutItem', { TableName: tableName, Item }, twinContext);
    }
  };
  const fails = (service: string) => () => {
    broker.gate.reset({ kind: 'fails', service });
    return Promise.resolve();
  };

  const scenarios: Readonly<Record<string, Scenario>> = {
    'mints for somebody new': { status: 200, later: 200 },
    'mints for a job': { as: 'job', status: 200, later: 200 },
    'says who one is': { as: 'identity', status: 200, later: 200 },
    'finds the session of another execution': {
      // With one's identity known before: the entry must name the same.
      before: (person) => person.ask('identity'),
      meanwhile: (state, person) =>
        state === 'LookUpCredentials' ? person.begin('person', 'another front') : null,
      status: 200,
      later: 200,
    },
    'finds another at work': {
      meanwhile: async (state, person) => {
        if (state !== 'LookUpCredentials') return;
        broker.killAt('RecordIntent', 'enter');
        void person.begin('person', 'another front');
        while (!broker.isKilled()) await setImmediate();
      },
      status: 503,
      later: 200,
    },
    'waits for a later second': {
      meanwhile: (state) => (state === 'TakeLease' ? spendQuota(1) : null),
      status: 200,
      later: 200,
    },
    'finds no second that it may use': {
      meanwhile: (state) => (state === 'TakeLease' ? spendQuota(10) : null),
      status: 503,
      later: 200,
    },
    'is not answered by the identity pool': {
      before: fails('identity register'),
      status: 503,
      later: 200,
    },
    'is not answered by STS': { before: fails('exchange assumeRole'), status: 503, later: 200 },
    'needs the person’s login': {
      meanwhile: (state) => {
        if (state === 'ObtainOpenIdToken') broker.pool.failWith('Identity.LoginRequired');
        if (state === 'IsLoginAtHand') broker.pool.failWith(null);
      },
      status: 200,
      later: 200,
    },
    'refuses one who was revoked meanwhile': {
      meanwhile: (state, person) =>
        state === 'MapRole' ? broker.revoke(person.subject) : undefined,
      status: 403,
      later: 403,
    },
    'withdraws from one who was revoked meanwhile': {
      meanwhile: (state, person) =>
        state === 'AssumeMappedRole' ? broker.revoke(person.subject) : undefined,
      status: 403,
      later: 403,
    },
  };

  /** @returns the answer, and the states of the execution that was started for it */
  const run = async (
    { as, before, meanwhile }: Scenario,
    boundary: { readonly state: string; readonly when: 'enter' | 'exit' } | null,
  ): Promise<{ person: Case; answer: Answer; states: readonly string[] }> => {
    const person = broker.newCase();
    // Whatever the case before held or spent is over.
    await broker.time.advance(intervalMillis);
    broker.gate.reset();
    await before?.(person);
    const { length } = broker.executions;
    const done = new Set<string>();
    broker.onEnter(async (state) => {
      // Once, and not for the executions that it starts itself.
      if (done.has(state)) return;
      done.add(state);
      await meanwhile?.(state, person);
      if (state === boundary?.state && boundary.when === 'enter') broker.killAt(state, 'enter');
      if (state === boundary?.state && boundary.when === 'exit') broker.killAt(state, 'exit');
    });
    const answer = await person.ask(as);
    broker.onEnter(null);
    return { person, answer, states: broker.executions[length]?.states ?? [] };
  };

  const expectWell = async (answer: Answer, status: number, what: string): Promise<void> => {
    expect({ what, status: answer.status }).toEqual({ what, status });
    if ('sessionId' in answer.body) await expectPromises(broker, answer, what);
  };

  it.each(Object.entries(scenarios))(
    'while it %s: what it had is recorded, nobody gets more, and the next has its turn in 25 s',
    async (name, scenario) => {
      const whole = await run(scenario, null);
      await expectWell(whole.answer, scenario.status, name);
      const passed = [...new Set(whole.states)];
      // Up to where it parts from those before it, it was killed with them.
      const steps = passed.map((state, at) => `${passed[at - 1] ?? ''} to ${state}`);
      const parting = steps.findIndex((step) => !walked.has(step));
      expect({ name, isOfUse: parting >= 0 }).toEqual({ name, isOfUse: true });
      for (const step of steps) walked.add(step);
      for (const state of passed.slice(parting)) {
        visited.add(state);
        for (const when of ['enter', 'exit'] as const) {
          // A state that fails the execution has no way out.
          if (when === 'exit' && States[state]?.Type === 'Fail') continue;
          const what = `${name}, killed at the ${when} of ${state}`;
          const { person, answer } = await run(scenario, { state, when });
          broker.pool.failWith(null);
          expect({ what, isKilled: broker.isKilled() }).toEqual({ what, isKilled: true });
          // 200 where the entry is there already, which the front may serve by itself.
          expect([200, 503, scenario.status]).toContain(answer.status);
          if (scenario.later === 403)
            expect({ what, got: answer.status }).not.toEqual({ what, got: 200 });
          if ('sessionId' in answer.body) await expectPromises(broker, answer, what);
          await broker.time.advance(intervalMillis);
          broker.gate.reset();
          await expectWell(await person.ask(scenario.as), scenario.later, `${what}, and later`);
          const recorded = broker.keys.every(({ hadRecord }) => hadRecord);
          expect({ what, recorded }).toEqual({ what, recorded: true });
        }
      }
    },
    300_000,
  );

  it('is killed at every state that there is', () => {
    expect(Object.keys(States).filter((state) => !visited.has(state))).toEqual([]);
  });
});
