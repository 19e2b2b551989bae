import { isDeepStrictEqual } from 'node:util';
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
import { dynamoRoleWideCutOff } from '../../adapters/role-wide-cut-off.ts';
import { tableName } from '../support/faults/in-process-aws.ts';
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
import {
  boundariesOfMint,
  titleOf,
  type Boundary,
  type Minter,
} from '../support/mint-boundaries.ts';

/** The broker's own machine, functions and adapters in one process; the long drill has the same on the twin. */

type Case = ReturnType<InProcessBroker['newCase']>;
type Row = Awaited<ReturnType<InProcessBroker['aws']['rows']>>[number];

const kinds: readonly Kind[] = ['subject', 'client', 'grant', 'everything'];

describe('a revocation while something is under way [SEC-08] [SEC-30]', () => {
  let broker: InProcessBroker;
  let person: Case;
  let revocationOf: ReturnType<typeof revocationsOf>;
  let revocation: InProcessRevocation | null = null;

  beforeAll(async () => {
    jest.useFakeTimers({ doNotFake: allButTheDate });
    broker = await inProcessBroker((now) => {
      jest.setSystemTime(now);
    });
    revocationOf = revocationsOf(broker);
  });
  beforeEach(() => {
    broker.gate.reset();
    broker.onBoundary(null);
    person = broker.newCase();
  });
  afterEach(async () => {
    await revocation?.restore();
    revocation = null;
  });
  afterAll(async () => {
    await broker.close();
    jest.useRealTimers();
  });

  /** Restored after the test, also where it failed: the next begins with nothing revoked. */
  const revoking = (kind: Kind, minter: Minter): InProcessRevocation => {
    revocation = revocationOf(targetOf(kind, minter, person.subject));
    return revocation;
  };

  /** Once, when an execution comes there. @returns whether one did */
  const atBoundary = (boundary: Boundary, act: () => Promise<void>): (() => boolean) => {
    let isPassed = false;
    broker.onBoundary(async (state, when) => {
      if (isPassed || state !== boundary.state || when !== boundary.when) return;
      isPassed = true;
      await act();
    });
    return () => isPassed;
  };

  const expectRefused = (answer: Answer): void => {
    expect(answer.body['type']).toMatch(/revoked$/);
    expect([answer.status, answer.text.includes('sessionToken')]).toEqual([403, false]);
  };

  /** How many entries of the person carry the counters of now: no other is served to anybody. */
  const usableEntries = async (minter: Minter): Promise<number> => {
    const counters = await Promise.all(
      kinds.map(async (kind) => {
        const { name } = targetOf(kind, minter, person.subject);
        const pk = kind === 'everything' ? 'EVERYTHING' : `${kind.toUpperCase()}#${name}`;
        const row = (await broker.aws.rows(pk)).find(({ epoch }) => epoch !== undefined);
        return [kind, { N: row?.['epoch']?.N ?? '0' }];
      }),
    );
    const present = Object.fromEntries(counters) as object;
    const rows = await broker.aws.rows(`SUBJECT#${person.subject}`);
    return rows.filter(({ sealedSession, epochs }) => {
      const { M: minted } = (epochs ?? {}) as { M?: unknown };
      return sealedSession !== undefined && isDeepStrictEqual({ ...(minted as object) }, present);
    }).length;
  };

  const expectNothingUsable = async (minter: Minter): Promise<void> => {
    expect(await usableEntries(minter)).toBe(0);
    // The token from before mints nothing either.
    const keys = broker.keys.length;
    expectRefused(await person.ask(minter));
    expect(broker.keys).toHaveLength(keys);
    expect(broker.keys.filter(({ hadRecord }) => !hadRecord)).toEqual([]);
  };

  /** Of the subject everywhere but where another kind has its turn. */
  const kindAt = (at: number): Kind =>
    at % 2 === 0 ? 'subject' : (kinds[(at >> 1) % 4] ?? 'subject');

  it.each(
    boundariesOfMint(true).map((boundary, at) => ({
      ...boundary,
      kind: kindAt(at),
      title: titleOf(boundary),
    })),
  )('of its $kind stops $title', async ({ kind, minter, ...boundary }) => {
    const revoked = revoking(kind, minter);
    const isPassed = atBoundary(boundary, () => revoked.carryOut());
    const answer = await person.ask(minter);
    expect(isPassed()).toBe(true);
    expectRefused(answer);
    await expectNothingUsable(minter);
  });

  describe('while whole roles are cut off, because what was revoked did not fit', () => {
    const cutOff = () =>
      dynamoRoleWideCutOff({ client: broker.aws.dynamoDbOf('revoke'), tableName });
    /** As far ahead as a revocation's. */
    const raise = () => cutOff().raise(Math.floor(broker.time.nowEpochMillis() / 1000) + 150);
    afterEach(() => cutOff().set(0));

    const expectLater = ({ status, body, text }: Answer): void => {
      expect([status, body['type'], text.includes('sessionToken')]).toEqual([
        503,
        expect.stringMatching(/try-later$/),
        false,
      ]);
    };

    it('nobody gets a session that AWS will deny, and everybody another one as soon as it will not', async () => {
      const first = await person.ask();
      await raise();
      const keys = broker.keys.length;
      expectLater(await person.ask());
      expectLater(await person.ask('job'));
      expect(broker.keys).toHaveLength(keys);
      await broker.time.advance(151_000);
      const { body } = await person.ask();
      expect(body['source']).toBe('minted');
      expect(body['sessionId']).not.toBe(first.body['sessionId']);
      expect((await person.ask()).body['source']).toBe('cache');
    });

    it.each([
      ['ResolveIdentity', 0],
      ['RecordSession', 1],
      ['Issued', 1],
    ])(
      'nor where it begins at %s, and what was minted by then is not served later',
      async (state, minted) => {
        const keys = broker.keys.length;
        const isPassed = atBoundary({ state, when: 'enter' }, raise);
        expectLater(await person.ask());
        expect([isPassed(), broker.keys.length - keys]).toEqual([true, minted]);
        await broker.time.advance(176_000);
        expect((await person.ask()).body['source']).toBe('minted');
      },
    );
  });

  describe('a refresh in the background', () => {
    const mortal = kinds.filter((kind) => kind !== 'everything');
    let first: Answer;

    /** Whether the entry's share of the spread has it refreshed in the last second in which it is served. */
    const isRefreshedAtTheEnd = ({ sk }: Row): boolean =>
      Number.parseInt(sk?.S?.slice('ENTRY#'.length, 'ENTRY#'.length + 8) ?? '0', 16) % 801 > 0;

    beforeEach(async () => {
      for (;;) {
        first = await person.ask();
        expect(first.status).toBe(200);
        const rows = await broker.aws.rows(`SUBJECT#${person.subject}`);
        const entry = rows.find(({ sealedSession }) => sealedSession !== undefined);
        if (entry !== undefined && isRefreshedAtTheEnd(entry)) {
          const endEpochSeconds = Number(entry['expiresAtEpochSeconds']?.N) - 1200;
          await broker.time.advance(endEpochSeconds * 1000 - broker.time.nowEpochMillis());
          break;
        }
        person = broker.newCase();
      }
      broker.gate.reset();
    });
    afterEach(() => {
      broker.gate.onPass(null);
    });

    /** One that is served from the cache, and whose entry is then replaced. */
    const askAndRefresh = async (): Promise<Answer> => {
      const answer = await person.ask();
      await broker.time.until(broker.background());
      return answer;
    };
    const refreshes = (): number =>
      broker.gate.passed.filter((name) => name === 'front StartExecution').length;

    it('replaces the entry while nobody revokes anything', async () => {
      const { body } = await askAndRefresh();
      expect(body).toMatchObject({ source: 'cache', sessionId: first.body['sessionId'] });
      expect([refreshes(), await usableEntries('person')]).toEqual([1, 1]);
      const next = await person.ask();
      expect(next.body['source']).toBe('cache');
      expect(next.body['sessionId']).not.toBe(first.body['sessionId']);
    });

    it.each(mortal)('is not even started after a revocation of its %s', async (kind) => {
      const revoked = revoking(kind, 'person');
      await revoked.carryOut();
      expectRefused(await askAndRefresh());
      expect(refreshes()).toBe(0);
      await expectNothingUsable('person');
    });

    it.each(mortal)('mints nothing where its %s is revoked as it is started', async (kind) => {
      const revoked = revoking(kind, 'person');
      broker.gate.onPass(async (name) => {
        if (name === 'front StartExecution') await revoked.carryOut();
      });
      const keys = broker.keys.length;
      await askAndRefresh();
      expect([refreshes(), broker.keys.length]).toEqual([1, keys]);
      await expectNothingUsable('person');
    });

    it.each(
      boundariesOfMint(false)
        .filter(({ minter }) => minter === 'person')
        .map((boundary, at) => ({ ...boundary, kind: mortal[at % 3] ?? 'subject' })),
    )(
      'leaves nothing where its $kind is revoked on $when of $state',
      async ({ kind, ...boundary }) => {
        const revoked = revoking(kind, 'person');
        const isPassed = atBoundary(boundary, () => revoked.carryOut());
        await askAndRefresh();
        expect([refreshes(), isPassed()]).toEqual([1, true]);
        await expectNothingUsable('person');
      },
    );

    it.each(mortal)('leaves nothing where its %s is revoked after it', async (kind) => {
      const revoked = revoking(kind, 'person');
      await askAndRefresh();
      await revoked.carryOut();
      await expectNothingUsable('person');
    });
  });
});
