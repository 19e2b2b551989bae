import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';

import type { StepkeyError } from '../../core/errors.ts';
import { registerOnce } from '../../functions/identity/register-once.ts';
import { callerOf } from '../support/callers.ts';
import { fakeIdentityPool } from '../support/fakes/fake-identity-pool.ts';
import { fakeSealer } from '../support/fakes/fake-sealer.ts';
import { fakeTable } from '../support/fakes/fake-table.ts';
import { fakeClock } from '../support/fakes/fixed-clock.ts';
import { userPool } from '../support/tokens.ts';

const provider = userPool.issuer.replace('https://', '');
const personal = { [provider]: 'the-id-token' };
const { subject } = callerOf();

/** Who comes: the person's own app, the person through the broker, a job; a `crash` is a job that dies half way. */
const arrival = fc.constantFrom('app', 'person', 'job', 'crash');

type Step = () => Promise<unknown>;

/** @param step waited for before each call to the identity pool */
const world = (step: Step = () => Promise.resolve()) => {
  const fake = fakeIdentityPool();
  const pool: typeof fake = {
    ...fake,
    identityOfLogin: (logins) => step().then(() => fake.identityOfLogin(logins)),
    identityOfDeveloper: (login) => step().then(() => fake.identityOfDeveloper(login)),
    register: (request) => step().then(() => fake.register(request)),
  };
  const table = fakeTable();
  const sealer = fakeSealer();
  const clock = fakeClock();
  let busy: Promise<unknown> = Promise.resolve();
  /** One at a time, as Powertools does it across the fleet; answers are forgotten at once, which is the harder case. */
  const once = <Answer>(_: string, work: () => Promise<Answer>): Promise<Answer> => {
    const mine = busy.then(work, work);
    busy = mine.catch(() => undefined);
    return mine;
  };
  const register = async (tokenUse: 'id' | 'access', dies = false): Promise<string> => {
    const registry = dies
      ? { ...table, remember: () => Promise.reject(new TypeError('the function died')) }
      : table;
    const { identityId } = await registerOnce(
      { directory: pool, registry, sealer, clock, timer: { wait: clock.wait }, once },
      {
        userPools: [userPool],
        developerProvider: 'login.stepkey',
        identityMode: 'linked',
      },
      {
        sealedToken: await sealer.seal('caller-token', '-', 'the-id-token'),
        caller: callerOf({ tokenUse }),
        identity: (await table.lookUp(subject)).identity ?? { identityId: '-', linked: false },
        paidEpochSecond: Math.floor(clock.nowEpochMillis() / 1000),
      },
    );
    return identityId;
  };
  const arrive = (who: string): Promise<string> => {
    if (who === 'app') return pool.identityOfLogin(personal);
    return register(who === 'person' ? 'id' : 'access', who === 'crash');
  };
  return { pool, table, arrive };
};

/** What became of an arrival: an identity, a refusal by name, or nothing where it died. */
const outcomeOf = (arriving: Promise<string>) =>
  arriving.then(
    (identityId) => identityId,
    (error: unknown) => (error as StepkeyError).name,
  );

/** The one order that no broker can mend by itself: a job, then the person's own app, before the two were linked. */
const splitsBeforeTheBroker = (arrivals: readonly string[]): boolean => {
  const developerFirst = arrivals.findIndex((who) => who === 'job' || who === 'crash');
  const linking = arrivals.findIndex((who) => who === 'person');
  const app = arrivals.findIndex((who) => who === 'app');
  const untilLinked = linking === -1 ? arrivals.length : linking;
  return developerFirst !== -1 && developerFirst < untilLinked && app !== -1 && app < untilLinked;
};

describe('[SEC-05] a person, in whatever order job, person and own app arrive', () => {
  it('has one identity, or is reported as a conflict; never two without a word', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(arrival, { minLength: 1, maxLength: 8 }), async (arrivals) => {
        const { arrive, pool } = world();
        const outcomes: string[] = [];
        for (const who of arrivals) outcomes.push(await outcomeOf(arrive(who)));
        const splits = splitsBeforeTheBroker(arrivals);
        const ends = arrivals.map((who, index) => ({ who, outcome: outcomes[index] ?? '' }));
        const identities = (...kinds: string[]) =>
          new Set(
            ends
              .filter(({ who, outcome }) => kinds.includes(who) && outcome.startsWith('us-east-1:'))
              .map(({ outcome }) => outcome),
          );
        expect(identities('person', 'job').size).toBeLessThanOrEqual(1);
        for (const { who, outcome } of ends) {
          if (who === 'crash') expect(outcome).toBe('TypeError');
          if (who === 'job' || who === 'app') expect(outcome).toMatch(/^us-east-1:/);
          if (who === 'person' && !splits) expect(outcome).toMatch(/^us-east-1:/);
          if (who === 'person' && splits) expect(outcome).toBe('Identity.Conflict');
        }
        if (!splits && arrivals.includes('person')) {
          expect(identities('person', 'job', 'app').size).toBe(1);
          const developer = await pool.identityOfDeveloper(subject);
          expect(await pool.identityOfLogin(personal)).toBe(developer);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('has one identity when the person and jobs arrive at once', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(fc.constantFrom('person', 'job'), { minLength: 2, maxLength: 6 }),
        async (scheduler, arrivals) => {
          const { arrive } = world(() => scheduler.schedule(Promise.resolve()));
          const arriving = arrivals.map((who) => outcomeOf(arrive(who)));
          await scheduler.waitIdle();
          const outcomes = new Set(await Promise.all(arriving));
          expect(outcomes.size).toBe(1);
          expect([...outcomes][0]).toMatch(/^us-east-1:/);
        },
      ),
      { numRuns: 200 },
    );
  });
});
