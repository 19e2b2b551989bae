import { beforeEach, describe, expect, it } from '@jest/globals';

import type { ErrorName } from '../../../../core/errors.ts';
import { StepkeyError } from '../../../../core/errors.ts';
import { decide } from '../../../../core/grants/decide.ts';
import {
  issueCredentials,
  type CredentialsWish,
} from '../../../../functions/api/issue-credentials.ts';
import { frontAtNoon, type Front } from '../../../support/callers-front.ts';
import { decisionOf, secrets, sessionOf } from '../../../support/callers-sessions.ts';
import { callerOf, noonEpochSeconds } from '../../../support/callers.ts';
import { failureOf } from '../../../support/fakes/expect-failure.ts';
import { grantOf } from '../../../support/grants.ts';

let front: Front;
const run = (wish: Partial<CredentialsWish> = {}, changes: Parameters<typeof callerOf>[0] = {}) =>
  issueCredentials(
    front.ports,
    front.context,
    { ...front.request, caller: callerOf(changes) },
    { grant: null, roleArn: null, minTtlSeconds: null, ...wish },
  );
const minted = sessionOf({
  sessionId: 'session-2',
  expiresAtEpochSeconds: noonEpochSeconds + 3600,
});
const leaving = (seconds: number) =>
  sessionOf({ expiresAtEpochSeconds: noonEpochSeconds + seconds });

beforeEach(async () => {
  front = frontAtNoon();
  await front.register();
});

describe('[SEC-06] a usable entry', () => {
  it('is opened, recorded as handed out, and only then given', async () => {
    await front.putSession();
    const issued = await run();
    expect(issued).toMatchObject({ session: sessionOf(), source: 'cache', stale: false });
    expect(front.journal).toEqual(['read', 'open', 'record issuance']);
    expect(front.table.issuances).toEqual([
      {
        issuanceId: issued.issuanceId,
        sessionId: 'session-1',
        actor: null,
        rule: 0,
        evidence: { groups: ['readers'] },
        roleArn: sessionOf().roleArn,
        sessionName: decisionOf().sessionName,
        identityId: sessionOf().identityId,
        accessKeyId: secrets.accessKeyId,
        expiresAtEpochSeconds: sessionOf().expiresAtEpochSeconds,
        subject: callerOf().subject,
        client: 'app',
        grant: 'own-files',
        tokenId: 'jti-1',
        source: 'cache',
        stale: false,
        atEpochSeconds: noonEpochSeconds,
      },
    ]);
  });

  it.each<ErrorName>(['Upstream.Throttled', 'Upstream.Unavailable'])(
    'is not given when it cannot be recorded: %s',
    async (name) => {
      await front.putSession();
      const ledger = {
        ...front.ports.ledger,
        recordIssuance: () => Promise.reject(new StepkeyError(name)),
      };
      const work = issueCredentials({ ...front.ports, ledger }, front.context, front.request, {
        grant: null,
        roleArn: null,
        minTtlSeconds: null,
      });
      expect((await failureOf(work)).name).toBe(name);
      expect(front.machine.executions).toEqual([]);
    },
  );

  it('gets a new issuance at every hand-out', async () => {
    await front.putSession();
    const ids = [(await run()).issuanceId, (await run()).issuanceId];
    expect(new Set(ids).size).toBe(2);
    expect(front.table.issuances.map(({ issuanceId }) => issuanceId)).toEqual(ids);
  });
});

describe('a miss', () => {
  it('runs the machine with the token sealed, and gives what it minted', async () => {
    front.mintsSession(minted);
    const issued = await run();
    expect(issued).toMatchObject({ session: minted, source: 'minted', stale: false });
    // The second reading is for what was revoked meanwhile.
    expect(front.journal).toEqual(['read', 'seal', 'run', 'open', 'read']);
    const [execution] = front.machine.executions;
    expect(execution?.input).toMatchObject({
      kind: 'credentials',
      door: 'id',
      grant: 'own-files',
      roleArn: decisionOf().roleArn,
      class: 'interactive',
      refreshAheadSeconds: 0,
      unusableSessionId: '-',
    });
    const sealedToken = execution?.input.sealedToken ?? '';
    expect(await front.sealer.open('caller-token', '-', sealedToken)).toBe(front.request.token);
    expect(issued.issuanceId).toBe(execution?.name);
  });

  it('leaves the record of the hand-out to the machine', async () => {
    front.mintsSession(minted);
    await run();
    expect(front.table.issuances).toEqual([]);
  });

  it.each([
    ['an entry with too little life', () => front.putSession(leaving(1199))],
    [
      'an entry of another identity',
      () => front.putSession(sessionOf({ identityId: 'us-east-1:00000000-0000-4000-8000-0' })),
    ],
    [
      'an entry from before a revocation',
      async () => {
        await front.putSession();
        front.table.putRevocation('CLIENT#app', { epoch: 1 });
        return { ...minted, epochs: { ...minted.epochs, client: 1 } };
      },
    ],
  ])('is also %s', async (_, arrange) => {
    const anew = (await arrange()) ?? minted;
    front.mintsSession(anew);
    expect((await run()).session).toEqual(anew);
    expect(front.machine.executions).toMatchObject([{ input: { unusableSessionId: '-' } }]);
  });
});

describe('how much life a caller asks for', () => {
  it('may be more than the grant’s minimum', async () => {
    await front.putSession(leaving(2999));
    front.mintsSession(minted);
    expect((await run({ minTtlSeconds: 3000 })).session).toEqual(minted);
    expect(front.machine.executions).toMatchObject([{ input: { refreshAheadSeconds: 1800 } }]);
  });

  it('never lowers the grant’s minimum', async () => {
    await front.putSession(leaving(1199));
    front.mintsSession(minted);
    expect((await run({ minTtlSeconds: 300 })).session).toEqual(minted);
  });

  it('is refused when no session lasts that long, and nothing is read', async () => {
    const failure = await failureOf(run({ minTtlSeconds: 3600 }));
    expect(failure.name).toBe('Request.Malformed');
    expect(failure.faults).toHaveLength(1);
    expect(front.journal).toEqual([]);
  });
});

describe('[SEC-02] a refusal', () => {
  it.each<[string, Partial<CredentialsWish>, Parameters<typeof callerOf>[0], ErrorName]>([
    ['no grant', {}, { groups: [] }, 'Grant.Refused'],
    ['another grant', { grant: 'team-read' }, {}, 'Grant.Refused'],
    ['several grants', {}, { groups: ['readers', 'writers'] }, 'Grant.Ambiguous'],
    ['another role', { roleArn: 'arn:aws:iam::123456789012:role/admin' }, {}, 'Role.NotMapped'],
  ])('for %s touches nothing', async (_, wish, caller, name) => {
    await front.putSession();
    expect((await failureOf(run(wish, caller))).name).toBe(name);
    expect(front.journal).toEqual([]);
  });
});

describe('[SEC-03] a revocation', () => {
  it.each([
    `SUBJECT#${callerOf().subject}`,
    'CLIENT#app',
    'GRANT#own-files',
    'EVERYTHING',
  ] as const)('of %s opens, mints and records nothing', async (key) => {
    await front.putSession();
    front.table.putRevocation(key, { suspensions: 1 });
    expect((await failureOf(run())).name).toBe('Subject.Revoked');
    expect(front.journal).toEqual(['read']);
  });

  it.each([
    [noonEpochSeconds - 300, true],
    [noonEpochSeconds - 301, false],
  ])('before %i refuses a sign-in five minutes ago: %s', async (cutOff, isRefused) => {
    await front.putSession();
    front.table.putRevocation('EVERYTHING', { revokedBeforeEpochSeconds: cutOff });
    const name = isRefused ? (await failureOf(run())).name : (await run()).source;
    expect(name).toBe(isRefused ? 'Subject.Revoked' : 'cache');
  });

  it('that did not fit into the policy, so that AWS will deny whatever is issued now, hands out and mints nothing', async () => {
    await front.putSession();
    front.table.denyAllBefore(noonEpochSeconds + 1);
    expect((await failureOf(run())).name).toBe('Session.DeniedAhead');
    expect(front.journal).toEqual(['read']);
    expect(front.machine.executions).toEqual([]);
    front.table.denyAllBefore(noonEpochSeconds);
    front.mintsSession(minted);
    expect((await run()).source).toBe('minted');
  });

  it('that cannot be read counts as a failure, never as leave', async () => {
    await front.putSession();
    front.table.failWith('Upstream.Throttled');
    expect((await failureOf(run())).name).toBe('Upstream.Throttled');
    expect(front.journal).toEqual(['read']);
  });
});

describe('a grant whose every request is an execution', () => {
  const traced = grantOf({ trace: 'every-request' }, 'traced');

  it('runs the machine though the entry is fresh', async () => {
    front = frontAtNoon({ grants: [traced] });
    await front.register();
    const { cacheKey, roleArn } = decide(callerOf(), { grant: null, roleArn: null }, front.context);
    const session = sessionOf({ grant: 'traced', cacheKey, roleArn });
    await front.putSession(session);
    front.mintsSession(session, 'cache');
    expect(await run()).toMatchObject({ source: 'cache', session });
    expect(front.machine.executions).toMatchObject([{ input: { unusableSessionId: '-' } }]);
    expect(front.table.issuances).toEqual([]);
  });
});
