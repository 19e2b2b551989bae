import { describe, expect, it } from '@jest/globals';
import { nodeDigest } from '../../../../adapters/digest.ts';
import { StepkeyError } from '../../../../core/errors.ts';
import type { LivePlace, LiveSession } from '../../../../core/revocations/live-session.ts';
import type { RevocationRecord, RevokeInput } from '../../../../core/revocations/revocation.ts';
import { compareLiveSessions } from '../../../../functions/revoke/compare-live-sessions.ts';
import { noonEpochSeconds } from '../../../support/callers.ts';
import { nameOfFailure } from '../../../support/fakes/expect-failure.ts';
import { fakeTable } from '../../../support/fakes/fake-table.ts';
import { fakeUserDirectory, rita } from '../../../support/fakes/fake-user-directory.ts';
import { fakeClock } from '../../../support/fakes/fixed-clock.ts';
import { decisionContextOf } from '../../../support/grants.ts';

const pool = { alias: 'users', userPoolId: 'us-east-1_pool' };
const subOf = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
const partLength = 2;

const setUp = () => {
  const clock = fakeClock();
  const users = fakeUserDirectory();
  const store = fakeTable();
  const sessions: LiveSession[] = [];
  let place: LivePlace | null = null;
  const records = new Map<string, RevocationRecord>();
  const started: { input: RevokeInput; name: string }[] = [];
  const ports = {
    clock,
    users,
    store,
    digest: nodeDigest,
    records: {
      create: (record: RevocationRecord) => {
        const present = records.get(record.revocationId) ?? record;
        records.set(record.revocationId, present);
        return Promise.resolve(present);
      },
    },
    machine: {
      start: (input: RevokeInput, name: string) => {
        if (!started.some((each) => each.name === name)) started.push({ input, name });
        return Promise.resolve();
      },
    },
    live: {
      listAfter: (after: LivePlace | null) => {
        const from =
          after === null
            ? 0
            : sessions.findIndex(({ sessionId }) => sessionId === after.sessionId) + 1;
        const part = sessions.slice(from, from + partLength);
        return Promise.resolve({
          sessions: part,
          isLast: from + part.length >= sessions.length,
        });
      },
      readPlace: () => Promise.resolve(place),
      keepPlace: (next: LivePlace | null) => {
        place = next;
        return Promise.resolve();
      },
    },
  };
  const live = (number: number, changes: Partial<LiveSession> = {}) => {
    const sessionId = `session-${String(sessions.length)}`;
    sessions.push({
      sessionId,
      subject: `users:${subOf(number)}`,
      grant: 'own-files',
      rule: 0,
      evidence: { groups: ['readers'] },
      mintedAtEpochSeconds: noonEpochSeconds - 600,
      place: { shard: 0, expiresAtEpochSeconds: noonEpochSeconds + 3000, sessionId },
      ...changes,
    });
  };
  const person = (number: number, changes: object = {}) => {
    users.put(pool.userPoolId, { ...rita, sub: subOf(number), ...changes });
  };
  return {
    clock,
    users,
    store,
    records,
    live,
    person,
    revoked: () => started.map(({ input }) => input.target.name),
    run: (subjectsPerRun = 100) =>
      compareLiveSessions(ports, {
        userPools: [pool],
        grants: decisionContextOf().grants,
        comparesGroups: true,
        subjectsPerRun,
      }),
  };
};

describe('[SEC-35] what no event told', () => {
  it('is found: disabled, deleted and out of the group; who is in good standing is left alone', async () => {
    const { live, person, run, revoked, records } = setUp();
    for (const number of [1, 2, 3, 4]) live(number);
    person(1, { enabled: false });
    person(3, { groups: [] });
    person(4);
    expect(await run()).toMatchObject({ sessions: 4, subjects: 4, isPassDone: true });
    expect(revoked()).toEqual([1, 2, 3].map((number) => `users:${subOf(number)}`));
    for (const record of records.values()) {
      expect(record).toMatchObject({ requestedBy: 'stepkey', suspends: false, denies: true });
      expect(record.reason).toMatch(/^reconciler: the (person|user pool) .*, session session-\d$/);
    }
  });

  it('is asked once for each person, and revoked once', async () => {
    const { live, person, run, revoked, users } = setUp();
    for (const number of [1, 2, 1, 2, 1]) live(number);
    person(1, { enabled: false });
    person(2);
    expect(await run()).toMatchObject({ sessions: 5, subjects: 2 });
    expect([users.searches(), revoked().length]).toEqual([2, 1]);
  });

  it('is nothing new in the next run: what is covered or restored is left alone', async () => {
    const { live, person, run, revoked, records, store } = setUp();
    live(1);
    person(1, { enabled: false });
    const first = await run();
    expect(await run()).toMatchObject({ revocationIds: first.revocationIds });
    store.putRevocation(`SUBJECT#users:${subOf(1)}`, {
      revokedBeforeEpochSeconds: noonEpochSeconds - 600,
    });
    expect(await run()).toMatchObject({ revocationIds: [] });
    store.putRevocation(`SUBJECT#users:${subOf(1)}`, { revokedBeforeEpochSeconds: 0 });
    for (const [id, record] of records) {
      records.set(id, { ...record, restoredAtEpochSeconds: noonEpochSeconds });
    }
    await run();
    expect(revoked()).toHaveLength(1);
  });

  it('is found again for a session from after the revocation', async () => {
    const { live, person, run, revoked, store } = setUp();
    store.putRevocation(`SUBJECT#users:${subOf(1)}`, {
      revokedBeforeEpochSeconds: noonEpochSeconds - 601,
    });
    live(1);
    person(1, { enabled: false });
    await run();
    expect(revoked()).toHaveLength(1);
  });

  it('is not seen in machines, in pools that are gone, nor in people of a moment ago', async () => {
    const { live, run, revoked, users } = setUp();
    live(1, { subject: 'users:3n4b5urk1ft4fl3mg5e62d9ado' });
    live(1, { subject: `former:${subOf(1)}` });
    live(1, { mintedAtEpochSeconds: noonEpochSeconds - 30 });
    expect(await run()).toMatchObject({ sessions: 3, subjects: 1, revocationIds: [] });
    expect([users.searches(), revoked()]).toEqual([1, []]);
  });

  it('takes several runs where there is much, each with its share, and then begins anew', async () => {
    const { live, person, run, users } = setUp();
    for (const number of [1, 2, 3, 4, 5]) {
      live(number);
      person(number);
    }
    const reports = [await run(2), await run(2), await run(2), await run(2)];
    expect(reports.map(({ sessions, isPassDone }) => [sessions, isPassDone])).toEqual([
      [2, false],
      [2, false],
      [1, true],
      [2, false],
    ]);
    expect(users.searches()).toBe(7);
  });

  it('ends in time, where the directory is slow', async () => {
    const { live, person, run, clock } = setUp();
    for (const number of [1, 2, 3, 4]) {
      live(number);
      person(number);
    }
    const now = clock.nowEpochMillis;
    let asked = 0;
    Object.assign(clock, { nowEpochMillis: () => now() + 6_000 * asked++ });
    const { sessions, isPassDone } = await run();
    expect(isPassDone).toBe(false);
    expect(sessions).toBeLessThan(4);
  });

  it('goes on with the one that failed, and behind it where it fails again', async () => {
    const { live, person, run, users, revoked } = setUp();
    for (const number of [1, 2, 3]) live(number);
    for (const number of [1, 3]) person(number, { enabled: false });
    const find = users.find;
    Object.assign(users, {
      find: (...[of, name]: Parameters<typeof find>) =>
        'sub' in name && name.sub === subOf(2)
          ? Promise.reject(new StepkeyError('Upstream.Throttled'))
          : find(of, name),
    });
    expect(await nameOfFailure(run())).toBe('Upstream.Throttled');
    expect(revoked()).toEqual([`users:${subOf(1)}`]);
    expect(await nameOfFailure(run())).toBe('Upstream.Throttled');
    await run();
    expect(revoked()).toEqual([`users:${subOf(1)}`, `users:${subOf(3)}`]);
  });
});
