import { beforeEach, describe, expect, it } from '@jest/globals';

import type { ErrorName } from '../../../../core/errors.ts';
import { errorCatalogue, StepkeyError } from '../../../../core/errors.ts';
import { issueCredentials } from '../../../../functions/api/issue-credentials.ts';
import { frontAtNoon, type Front } from '../../../support/callers-front.ts';
import { decisionOf, entryOf, sessionOf } from '../../../support/callers-sessions.ts';
import { callerOf, noonEpochSeconds } from '../../../support/callers.ts';
import { failureOf } from '../../../support/fakes/expect-failure.ts';

let front: Front;
const run = () =>
  issueCredentials(front.ports, front.context, front.request, {
    grant: null,
    roleArn: null,
    minTtlSeconds: null,
  });
const leaving = (seconds: number) =>
  sessionOf({ expiresAtEpochSeconds: noonEpochSeconds + seconds });
const minted = sessionOf({
  sessionId: 'session-2',
  expiresAtEpochSeconds: noonEpochSeconds + 3600,
});
const names = Object.keys(errorCatalogue) as ErrorName[];
const retryable = names.filter((name) => errorCatalogue[name].retryable);
const jitterSeconds = Number.parseInt(decisionOf().cacheKey.slice(0, 8), 16) % 801;

beforeEach(async () => {
  front = frontAtNoon();
  await front.register();
});

describe('[SEC-04] an entry that is not what it should be', () => {
  const putAltered = async (
    how: 'text' | 'grant' | 'purpose' | 'session' | 'expiry' | 'owner' | 'format',
  ) => {
    const session = how === 'owner' ? sessionOf({ subject: 'users:somebody-else' }) : sessionOf();
    const sealed = await front.sealer.seal(
      how === 'purpose' ? 'caller-token' : 'credentials',
      how === 'grant' ? 'team-read' : 'own-files',
      JSON.stringify(how === 'format' ? { ...session, format: 2 } : session),
    );
    front.table.putEntry(callerOf().subject, session.cacheKey, {
      ...entryOf(session, how === 'text' ? `${sealed.slice(0, -8)}AAAAAAA=` : sealed),
      ...(how === 'session' ? { sessionId: 'session-9' } : {}),
      ...(how === 'expiry' ? { expiresAtEpochSeconds: noonEpochSeconds + 9000 } : {}),
    });
    return how === 'session' ? 'session-9' : 'session-1';
  };

  it.each(['text', 'grant', 'purpose', 'session', 'expiry', 'owner', 'format'] as const)(
    'is a miss, and the machine is told not to use it: another %s',
    async (how) => {
      const unusableSessionId = await putAltered(how);
      front.mintsSession(minted);
      expect((await run()).session).toEqual(minted);
      expect(front.machine.executions).toMatchObject([{ input: { unusableSessionId } }]);
      expect(front.table.issuances).toEqual([]);
      expect(front.meter.measured.map(({ name }) => name)).toContain('EntryRefused');
    },
  );

  it('is not even served when nothing else can be had', async () => {
    await putAltered('owner');
    front.machine.failWith('Upstream.Unavailable');
    expect((await failureOf(run())).name).toBe('Upstream.Unavailable');
    expect(front.table.issuances).toEqual([]);
  });

  it('is no miss when the key does not answer', async () => {
    await front.putSession();
    front.sealer.failWith('Upstream.Unavailable');
    expect((await failureOf(run())).name).toBe('Upstream.Unavailable');
    expect(front.machine.executions).toEqual([]);
  });
});

describe('[SEC-04] while AWS does not answer, an entry below its minimum', () => {
  it.each(retryable)('is served and marked as stale: %s', async (name) => {
    await front.putSession(leaving(1199));
    front.machine.failWith(name);
    expect(await run()).toMatchObject({
      session: { sessionId: 'session-1' },
      source: 'cache',
      stale: true,
    });
    expect(front.table.issuances).toMatchObject([{ stale: true, source: 'cache' }]);
    expect(front.journal).toEqual(['read', 'seal', 'run', 'read', 'open', 'record issuance']);
  });

  it.each([
    [300, true],
    [299, false],
  ])('of %i s is served: %s', async (seconds, isServed) => {
    await front.putSession(leaving(seconds));
    front.machine.failWith('Upstream.Unavailable');
    if (isServed) expect((await run()).stale).toBe(true);
    else expect((await failureOf(run())).name).toBe('Upstream.Unavailable');
  });

  it.each(names.filter((name) => !retryable.includes(name)))(
    'masks no refusal and no mistake: %s',
    async (name) => {
      await front.putSession(leaving(1199));
      front.machine.failWith(name);
      expect((await failureOf(run())).name).toBe(name);
      expect(front.table.issuances).toEqual([]);
    },
  );

  it('masks no programmer’s mistake', async () => {
    await front.putSession(leaving(1199));
    front.machine.endIn(() => {
      throw new TypeError('a mistake');
    });
    await expect(run()).rejects.toThrow(TypeError);
  });

  it('passes the failure on where there is no entry', async () => {
    front.machine.failWith('Quota.Exhausted');
    expect((await failureOf(run())).name).toBe('Quota.Exhausted');
  });

  it('is weighed again when the mint has failed: what was revoked meanwhile is refused', async () => {
    await front.putSession(leaving(600));
    front.machine.endIn(() => {
      front.table.putRevocation('EVERYTHING', { epoch: 1, suspensions: 1 });
      throw new StepkeyError('Upstream.Unavailable');
    });
    expect((await failureOf(run())).name).toBe('Subject.Revoked');
    expect(front.table.issuances).toEqual([]);
  });

  it('is weighed again when the mint has failed: what has too little life by then is not served', async () => {
    await front.putSession(leaving(310));
    front.machine.endIn(async () => {
      await front.clock.wait(20_000);
      throw new StepkeyError('Upstream.Unavailable');
    });
    expect((await failureOf(run())).name).toBe('Upstream.Unavailable');
    expect(front.table.issuances).toEqual([]);
  });

  it('is not served unrecorded', async () => {
    await front.putSession(leaving(1199));
    front.machine.endIn(() => {
      front.table.failWith('Upstream.Throttled');
      throw new StepkeyError('Upstream.Unavailable');
    });
    expect((await failureOf(run())).name).toBe('Upstream.Unavailable');
    expect(front.table.issuances).toEqual([]);
  });
});

describe('a refresh', () => {
  const inWindow = leaving(1200);
  const starts = () => front.machine.executions.filter(({ waited }) => !waited);

  it('is possible for the reader’s entry', () => {
    expect(jitterSeconds).toBeGreaterThan(0);
  });

  it('is started once after the entry was served, and not waited for', async () => {
    await front.putSession(inWindow);
    expect((await run()).session).toEqual(inWindow);
    expect(front.journal).toEqual(['read', 'open', 'record issuance', 'seal', 'start']);
    expect(starts()).toMatchObject([
      { input: { kind: 'credentials', grant: 'own-files', refreshAheadSeconds: 800 } },
    ]);
  });

  it.each([
    [jitterSeconds - 1, 1],
    [jitterSeconds, 0],
  ])('begins within the window: %i s above the minimum, %i starts', async (above, count) => {
    await front.putSession(leaving(1200 + above));
    await run();
    expect(starts()).toHaveLength(count);
  });

  it('is left to the execution that holds the lease', async () => {
    await front.putSession(inWindow);
    front.table.putLease(callerOf().subject, inWindow.cacheKey, noonEpochSeconds * 1000 + 10_000);
    expect((await run()).session).toEqual(inWindow);
    expect(starts()).toEqual([]);
  });

  it.each(names)('that fails is nobody’s loss: %s', async (name) => {
    await front.putSession(inWindow);
    front.machine.failWith(name);
    expect(await run()).toMatchObject({ session: inWindow, stale: false });
  });

  it('whose token cannot be sealed is nobody’s loss', async () => {
    await front.putSession(inWindow);
    const seal = () => Promise.reject(new StepkeyError('Upstream.Unavailable'));
    const ports = { ...front.ports, sealer: { ...front.ports.sealer, seal } };
    const issued = await issueCredentials(ports, front.context, front.request, {
      grant: null,
      roleArn: null,
      minTtlSeconds: null,
    });
    expect(issued.session).toEqual(inWindow);
  });
});
