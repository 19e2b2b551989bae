import { beforeEach, describe, expect, it } from '@jest/globals';

import type { IssueOutcome } from '../../../../core/contracts/issue.ts';
import { mint } from '../../../../functions/api/mint.ts';
import { frontAtNoon, type Front } from '../../../support/callers-front.ts';
import { decisionOf, sessionOf } from '../../../support/callers-sessions.ts';
import { callerOf, noonEpochSeconds } from '../../../support/callers.ts';
import { failureOf } from '../../../support/fakes/expect-failure.ts';

let front: Front;
const minted = sessionOf({
  sessionId: 'session-2',
  expiresAtEpochSeconds: noonEpochSeconds + 3600,
});
const run = (
  wish: { minTtlSeconds?: number; unusableSessionId?: string; isLeased?: boolean } = {},
) =>
  mint(front.ports, front.request, decisionOf(), {
    minTtlSeconds: 1200,
    unusableSessionId: '-',
    isLeased: false,
    ...wish,
  });
const lease = (untilEpochMillis: number | null) => {
  front.table.putLease(callerOf().subject, decisionOf().cacheKey, untilEpochMillis);
};
/** Puts the entry or takes the lease away when so many waits were made. */
const afterWaits = (count: number, change: () => Promise<void> | void) => {
  const { wait } = front.ports.timer;
  let waits = 0;
  const timer = {
    wait: async (millis: number) => {
      await wait(millis);
      waits += 1;
      if (waits === count) await change();
    },
  };
  front = { ...front, ports: { ...front.ports, timer } };
};
const outcomes = (...given: readonly (IssueOutcome | (() => Promise<IssueOutcome>))[]) => {
  const left = [...given];
  front.machine.endIn(() => {
    const next = left.shift();
    if (next === undefined) throw new TypeError('the machine was run too often');
    return typeof next === 'function' ? next() : next;
  });
};
const issued = async (session = minted, source: 'minted' | 'cache' = 'minted') =>
  ({
    outcome: 'issued',
    source,
    sessionId: session.sessionId,
    issuanceId: 'issuance-1',
    sealedSession: await front.sealer.seal('credentials', session.grant, JSON.stringify(session)),
  }) as const;
const inProgress = { outcome: 'in-progress' } as const;

beforeEach(async () => {
  front = frontAtNoon();
  await front.register();
});

describe('a session that another execution is minting', () => {
  it('is waited for until its entry appears, and then recorded and given', async () => {
    outcomes(inProgress);
    lease(noonEpochSeconds * 1000 + 20_000);
    afterWaits(3, () => front.putSession(minted));
    expect(await run()).toMatchObject({ session: minted, source: 'cache', stale: false });
    expect(front.table.issuances).toMatchObject([{ sessionId: 'session-2', source: 'cache' }]);
    expect(front.journal.slice(-3)).toEqual(['read', 'open', 'record issuance']);
  });

  it('is waited for before any run of our own where its lease is known', async () => {
    lease(noonEpochSeconds * 1000 + 20_000);
    afterWaits(2, () => front.putSession(minted));
    expect(await run({ isLeased: true })).toMatchObject({ session: minted, source: 'cache' });
    expect(front.machine.executions).toEqual([]);
    expect(front.table.issuances).toMatchObject([{ sessionId: 'session-2' }]);
  });

  it('is minted by a run of our own where its known lease lapses', async () => {
    outcomes(issued);
    lease(noonEpochSeconds * 1000 + 250);
    expect((await run({ isLeased: true })).session).toEqual(minted);
    expect(front.machine.executions).toHaveLength(1);
  });

  it('is run once by several requests of one process, and recorded for each', async () => {
    front.machine.endIn(async () => {
      await front.putSession(minted);
      return issued();
    });
    const sessions = await Promise.all([run(), run(), run()]);
    expect(sessions.map(({ source }) => source)).toEqual(['minted', 'cache', 'cache']);
    expect(front.machine.executions).toHaveLength(1);
    expect(front.table.issuances).toHaveLength(2);
  });

  it('is asked for every 100 to 200 ms', async () => {
    outcomes(inProgress);
    lease(noonEpochSeconds * 1000 + 20_000);
    afterWaits(5, () => front.putSession(minted));
    await run();
    expect(front.clock.waits).toEqual([100, 150, 200, 100, 150]);
  });

  it('is minted by a run of our own once the lease is given back', async () => {
    outcomes(inProgress, issued);
    lease(noonEpochSeconds * 1000 + 20_000);
    afterWaits(2, () => {
      lease(null);
    });
    expect(await run()).toMatchObject({ session: minted, source: 'minted' });
    const names = front.machine.executions.map(({ name }) => name);
    expect(new Set(names).size).toBe(2);
  });

  it('is minted by a run of our own once the lease has lapsed', async () => {
    outcomes(inProgress, issued);
    lease(noonEpochSeconds * 1000 + 250);
    expect((await run()).session).toEqual(minted);
    expect(front.clock.waits).toEqual([100, 150, 100]);
  });

  it('is given up at the deadline, with nothing handed out', async () => {
    outcomes(inProgress);
    lease(noonEpochSeconds * 1000 + 60_000);
    expect((await failureOf(run())).name).toBe('Session.InProgress');
    expect(front.clock.nowEpochMillis()).toBeGreaterThanOrEqual(front.request.deadlineEpochMillis);
    expect(front.table.issuances).toEqual([]);
  });

  it('is not taken with too little life', async () => {
    outcomes(inProgress, issued);
    lease(noonEpochSeconds * 1000 + 20_000);
    afterWaits(1, async () => {
      await front.putSession(sessionOf({ expiresAtEpochSeconds: noonEpochSeconds + 1100 }));
    });
    expect((await run()).session).toEqual(minted);
  });

  it('is not the one that would not open', async () => {
    outcomes(inProgress, issued);
    await front.putSession(sessionOf());
    expect((await run({ unusableSessionId: 'session-1' })).session).toEqual(minted);
    expect(front.machine.executions.map(({ input }) => input.unusableSessionId)).toEqual([
      'session-1',
      'session-1',
    ]);
  });

  it('is not given once it is revoked', async () => {
    outcomes(inProgress);
    lease(noonEpochSeconds * 1000 + 20_000);
    afterWaits(1, async () => {
      front.table.putRevocation('EVERYTHING', { suspensions: 1 });
      await front.putSession(minted);
    });
    expect((await failureOf(run())).name).toBe('Subject.Revoked');
    expect(front.table.issuances).toEqual([]);
  });

  it('is not asked for when the deadline has passed already', async () => {
    front.clock.set(front.request.deadlineEpochMillis);
    expect((await failureOf(run())).name).toBe('Session.InProgress');
    expect(front.machine.executions).toEqual([]);
  });
});

describe('[SEC-04] what the machine found in the cache', () => {
  it('is given as such', async () => {
    outcomes(() => issued(sessionOf(), 'cache'));
    expect(await run()).toMatchObject({ session: sessionOf(), source: 'cache', stale: false });
  });

  it('is minted anew when it is another session than it says', async () => {
    outcomes(() => issued(sessionOf({ subject: 'users:somebody-else' }), 'cache'), issued);
    expect((await run()).session).toEqual(minted);
    expect(front.machine.executions.map(({ input }) => input.unusableSessionId)).toEqual([
      '-',
      'session-1',
    ]);
  });
});

describe('[SEC-04] what the machine minted', () => {
  it.each<[string, Parameters<typeof sessionOf>[0]]>([
    ['subject', { subject: 'users:somebody-else' }],
    ['grant', { grant: 'team-read' }],
    ['key', { cacheKey: '0'.repeat(64) }],
  ])('is not given when it is of another %s', async (_, change) => {
    const session = sessionOf({ sessionId: 'session-2', ...change });
    outcomes(async () => ({
      ...(await issued(session)),
      sealedSession: await front.sealer.seal('credentials', 'own-files', JSON.stringify(session)),
    }));
    expect((await failureOf(run())).name).toBe('Sealing.Failed');
    expect(front.machine.executions).toHaveLength(1);
  });

  it.each([
    [`SUBJECT#${callerOf().subject}`, { epoch: 1 }],
    ['CLIENT#app', { epoch: 1 }],
    ['GRANT#own-files', { epoch: 1 }],
    ['EVERYTHING', { epoch: 1 }],
    ['EVERYTHING', { suspensions: 1 }],
  ] as const)(
    'is not given when %s was revoked between the machine’s end and the answer [SEC-08]',
    async (key, state) => {
      outcomes(() => {
        front.table.putRevocation(key, state);
        return issued();
      });
      expect((await failureOf(run())).name).toBe('Subject.Revoked');
    },
  );

  it('is not given when whole roles were cut off meanwhile, so that AWS would deny it [SEC-31]', async () => {
    outcomes(() => {
      front.table.denyAllBefore(noonEpochSeconds + 150);
      return issued();
    });
    expect((await failureOf(run())).name).toBe('Session.DeniedAhead');
  });

  it('is not taken for an identity', async () => {
    outcomes({ outcome: 'identity', identityId: 'us-east-1:a', linked: true });
    expect((await failureOf(run())).name).toBe('Config.Invalid');
  });
});
