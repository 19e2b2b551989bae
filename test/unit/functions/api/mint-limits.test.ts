import { beforeEach, describe, expect, it } from '@jest/globals';

import { mint } from '../../../../functions/api/mint.ts';
import { frontAtNoon, type Front } from '../../../support/callers-front.ts';
import { decisionOf, sessionOf } from '../../../support/callers-sessions.ts';
import { callerOf, noonEpochSeconds } from '../../../support/callers.ts';
import { failureOf } from '../../../support/fakes/expect-failure.ts';

let front: Front;
const run = (changes: { isLeased?: boolean; traceEveryRequest?: boolean } = {}) =>
  mint(
    front.ports,
    front.request,
    decisionOf({ traceEveryRequest: changes.traceEveryRequest ?? false }),
    { minTtlSeconds: 1200, unusableSessionId: '-', isLeased: changes.isLeased ?? false },
  );
const lease = (untilEpochMillis: number) => {
  front.table.putLease(callerOf().subject, decisionOf().cacheKey, untilEpochMillis);
};
const issuedBy = async (source: 'minted' | 'cache', session = sessionOf()) =>
  ({
    outcome: 'issued',
    source,
    sessionId: session.sessionId,
    issuanceId: 'execution-1',
    sealedSession: await front.sealer.seal('credentials', session.grant, JSON.stringify(session)),
  }) as const;

beforeEach(async () => {
  front = frontAtNoon();
  await front.register();
});

describe('a run of the machine', () => {
  it('does not start when the answer could come too late to be taken', async () => {
    lease(noonEpochSeconds * 1000 + 24_000);
    expect((await failureOf(run({ isLeased: true }))).name).toBe('Session.InProgress');
    expect(front.machine.executions).toEqual([]);
  });

  it('is not repeated without a pause when the lease that it met is gone at once', async () => {
    front.machine.endIn(() => ({ outcome: 'in-progress' }));
    expect((await failureOf(run())).name).toBe('Session.InProgress');
    expect(front.clock.waits.length).toBe(front.machine.executions.length);
    expect(front.machine.executions.length).toBeLessThanOrEqual(51);
  });

  it('that gives a cached session with too little life is followed by one that replaces it [SEC-04]', async () => {
    const short = sessionOf({ expiresAtEpochSeconds: noonEpochSeconds + 10 });
    const outcomes = [await issuedBy('cache', short), await issuedBy('minted')];
    front.machine.endIn(() => outcomes.shift() ?? { outcome: 'in-progress' });
    expect((await run()).source).toBe('minted');
    expect(front.machine.executions.map(({ input }) => input.unusableSessionId)).toEqual([
      '-',
      'session-1',
    ]);
  });
});

describe('where each hand-out must be an execution', () => {
  it('an entry that another execution made is had through a run of our own [SEC-06]', async () => {
    await front.putSession();
    const cached = await issuedBy('cache');
    front.machine.endIn(() => cached);
    const issued = await run({ isLeased: true, traceEveryRequest: true });
    expect(issued).toMatchObject({ source: 'cache', issuanceId: 'execution-1' });
    expect(front.machine.executions).toHaveLength(1);
    expect(front.table.issuances).toEqual([]);
  });

  it('simultaneous requests run the machine each', async () => {
    const cached = await issuedBy('cache');
    front.machine.endIn(() => cached);
    await Promise.all([run({ traceEveryRequest: true }), run({ traceEveryRequest: true })]);
    expect(front.machine.executions).toHaveLength(2);
  });
});
