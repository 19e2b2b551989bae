import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import fc, { type Scheduler } from 'fast-check';
import {
  inProcessBroker,
  type Answer,
  type InProcessBroker,
} from '../support/faults/in-process-broker.ts';
import {
  revocationsOf,
  targetOf,
  type InProcessRevocation,
  type Kind,
} from '../support/faults/in-process-revocations.ts';
import { allButTheDate } from '../support/faults/virtual-time.ts';
import type { Minter } from '../support/mint-boundaries.ts';
import { inSoak } from '../support/soak.ts';

/** One call of the broker or of the revocation is one step: the scheduler says whose turn it is. */

const kinds: readonly Kind[] = ['subject', 'client', 'grant', 'everything'];

/** In the order in which it happened. */
type Event =
  | { readonly what: 'revoked' }
  | { readonly what: 'asked' | 'read'; readonly front: string }
  | { readonly what: 'answered'; readonly front: string; readonly answer: Answer };

describe('whatever the order of the steps of mints and of a revocation [SEC-08] [SEC-30]', () => {
  let broker: InProcessBroker;
  let revocationOf: ReturnType<typeof revocationsOf>;

  beforeAll(async () => {
    jest.useFakeTimers({ doNotFake: allButTheDate });
    broker = await inProcessBroker((now) => {
      jest.setSystemTime(now);
    });
    revocationOf = revocationsOf(broker);
  });
  afterAll(async () => {
    await broker.close();
    jest.useRealTimers();
  });

  /** Lets things happen, one step at a time; time passes where no step can be made. */
  const untilOver = <T>(scheduler: Scheduler, work: Promise<T>): Promise<T> =>
    broker.time.until(work, async () => {
      if (scheduler.count() === 0) return false;
      await scheduler.waitNext(1);
      return true;
    });

  /** A mint has some forty steps and a revocation a few: it must not be over before they have begun. */
  const after = async <T>(
    scheduler: Scheduler,
    steps: number,
    act: () => Promise<T>,
  ): Promise<T> => {
    for (let step = 0; step < steps; step += 1) await scheduler.schedule(Promise.resolve(), 'wait');
    return act();
  };

  const recordsOf = async (sessionId: string, issuanceId: string) => {
    const rows = await broker.aws.rows(`SESSION#${sessionId}`);
    const issuance = rows.find((row) => row['issuanceId']?.S === issuanceId);
    const session = rows.find(({ sk }) => sk?.S === 'SESSION');
    return [session?.['accessKeyId']?.S, issuance?.['accessKeyId']?.S];
  };

  /** Whoever was answered with a key after the revocation although it had to learn of it. */
  const leaksIn = (events: readonly Event[]): readonly string[] => {
    const revokedAt = events.findIndex(({ what }) => what === 'revoked');
    return events.flatMap((event, at) => {
      if (event.what !== 'answered' || event.answer.status !== 200 || at < revokedAt) return [];
      const { front, answer } = event;
      const lastOf = (what: Event['what']) =>
        events.findLastIndex(
          (each) => each.what === what && 'front' in each && each.front === front,
        );
      // What is in the cache is weighed in one read; what was minted is weighed again before it is answered.
      const isWeighedBefore = answer.body['source'] === 'cache' && lastOf('read') < revokedAt;
      return isWeighedBefore ? [] : [`${front}: ${String(answer.body['source'])}`];
    });
  };

  it('no key from before it is handed out after it, no entry is of use, and every key has its record', async () => {
    const request = fc.record({
      as: fc.constantFrom<Minter>('person', 'job'),
      /** After the revocation was told to be done. */
      isLate: fc.boolean(),
    });
    let revocation: InProcessRevocation | null = null;
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.constantFrom(...kinds),
        fc.constantFrom<Minter>('person', 'job'),
        fc.constantFrom<'nothing' | 'an entry' | 'an old entry'>(
          'nothing',
          'an entry',
          'an old entry',
        ),
        fc.array(request, { minLength: 1, maxLength: 3 }),
        fc.noBias(fc.nat({ max: 40 })),
        async (scheduler, kind, victim, cached, requests, delaySteps) => {
          const person = broker.newCase();
          if (cached !== 'nothing') await person.ask(victim);
          if (cached === 'an old entry') await broker.time.advance((3600 - 1200 - 2) * 1000);
          const events: Event[] = [];
          const records: Promise<readonly unknown[]>[] = [];
          broker.gate.onPass(async (name) => {
            await scheduler.schedule(Promise.resolve(), name);
            const [front = '', operation] = name.split(' ');
            if (operation === 'dynamodb:BatchGetItem') events.push({ what: 'read', front });
          });
          const own = revocationOf(targetOf(kind, victim, person.subject));
          revocation = own;
          const revoking = after(scheduler, delaySteps, () =>
            own.carryOut(() => events.push({ what: 'revoked' })),
          );
          await untilOver(
            scheduler,
            Promise.all([
              revoking,
              ...requests.map(async ({ as, isLate }, nth) => {
                const front = `front-${String(nth)}`;
                if (isLate) await revoking;
                events.push({ what: 'asked', front });
                const answer = await person.begin(as, front);
                const isMeant = as === victim || kind === 'subject' || kind === 'everything';
                // Who goes another way than the one that was revoked is none the worse for it.
                if (!isMeant) expect(answer.status).toBe(200);
                if (isMeant) events.push({ what: 'answered', front, answer });
                if (answer.status !== 200) return;
                const { sessionId, issuanceId, credentials } = answer.body;
                const { accessKeyId } = credentials as { accessKeyId: string };
                records.push(
                  recordsOf(String(sessionId), String(issuanceId)).then((recorded) => [
                    accessKeyId,
                    ...recorded,
                  ]),
                );
              }),
            ]),
          );
          await untilOver(scheduler, broker.background());
          broker.gate.onPass(null);

          expect(leaksIn(events)).toEqual([]);
          expect(broker.keys.filter(({ hadRecord }) => !hadRecord)).toEqual([]);
          for (const [key, ...recorded] of await Promise.all(records)) {
            expect(recorded).toEqual([key, key]);
          }
          const minted = new Set(broker.keys.map(({ sessionId }) => sessionId));
          expect((await person.ask(victim)).status).toBe(403);
          await own.restore();
          const anew = await person.ask(victim);
          expect([anew.status, anew.body['source']]).toEqual([200, 'minted']);
          expect(minted.has(String(anew.body['sessionId']))).toBe(false);
        },
      ),
      {
        numRuns: inSoak ? 150 : 20,
        plugins: [
          fc.afterEach(async () => {
            // Also where it failed, or what comes after it would begin with a revocation in force.
            broker.gate.onPass(null);
            await revocation?.restore();
          }),
        ],
      },
    );
  });
});
