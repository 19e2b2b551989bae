import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RevocationAnswer } from '../../core/contracts/revocation-answers.ts';
import { emptyDenyPolicy } from '../../core/revocations/deny-policy.ts';
import type { Twin } from '../../local/twin.ts';
import { callApi } from '../support/twin/api.ts';
import { startDemoTwin } from '../support/twin/demo-twin.ts';
import { signIn } from '../support/twin/people.ts';
import { operatorOf, type Operator } from '../support/twin/revocations.ts';
import { listWith, type WireCredentials } from '../support/twin/use-files.ts';

// One file, though long: its stories share one twin.

describe('revoking through the API, on the twin', () => {
  let twin: Twin;
  let operator: Operator;
  let stateDirectory: string;

  beforeAll(async () => {
    stateDirectory = await mkdtemp(join(tmpdir(), 'stepkey-revocations-'));
    twin = await startDemoTwin({ stateDirectory });
    operator = await operatorOf(twin);
  });
  afterAll(async () => {
    await twin.stop();
    await rm(stateDirectory, { recursive: true, force: true });
  });

  const credentialsOf = async (username: string, body: object = {}) => {
    const { idToken } = await signIn(twin, username);
    const answer = await callApi(twin, 'POST', '/v1/credentials', { token: idToken, body });
    expect(answer.status).toBe(200);
    const { credentials, identityId, subject, source } = answer.body as {
      credentials: WireCredentials;
      source: string;
      identityId: string;
      subject: string;
    };
    return {
      token: idToken,
      ...{ subject, source },
      ask: () => callApi(twin, 'POST', '/v1/credentials', { token: idToken, body }),
      list: () => listWith(twin, credentials, `private/${identityId}/`),
    };
  };

  it('of a subject ends its sessions at the broker and at AWS, nobody else’s, until restored [SEC-30] [SEC-31]', async () => {
    const alice = await credentialsOf('alice');
    const bob = await credentialsOf('bob', { grant: 'own-files' });
    expect([await alice.list(), await bob.list()]).toEqual(['ok', 'ok']);

    const asked = await operator.revoke({ subject: alice.subject });
    expect(asked.status).toBe(202);
    const { revocationId } = asked.body as { revocationId: string };
    expect(asked.headers.get('location')).toBe(`/v1/revocations/${revocationId}`);
    const done = await operator.until(revocationId, 'in-force');

    expect(done).toMatchObject({
      target: { subject: alice.subject },
      reason: 'a drill',
      requestedByClient: 'operator',
      stopsIssuing: false,
      done: { entriesPurged: 1, deniedBy: 'statement', restoredAt: null },
      propagating: { what: 'iam-policy' },
    });
    expect((await alice.ask()).body['type']).toMatch(/revoked$/);
    expect([await alice.list(), await bob.list()]).toEqual(['AccessDenied', 'ok']);
    expect((await bob.ask()).status).toBe(200);

    await operator.restoreNow(revocationId);
    expect((await alice.ask()).status).toBe(200);
    expect(await alice.list()).toBe('ok');
    const again = await callApi(twin, 'DELETE', `/v1/revocations/${revocationId}`, {
      token: operator.token,
    });
    expect([again.status, again.text]).toEqual([204, '']);
  });

  it('of one subject, twice at once, holds until both are restored [SEC-32]', async () => {
    const alice = await credentialsOf('alice');
    const both = await Promise.all(
      [0, 1].map(() => operator.revokeNow({ subject: alice.subject }, { suspend: true })),
    );
    const [first, second] = both.map(({ revocationId }) => revocationId);
    expect(first).not.toBe(second);
    await operator.restoreNow(first);
    expect((await alice.ask()).status).toBe(403);
    expect(await alice.list()).toBe('AccessDenied');
    await operator.restoreNow(second);
    expect((await alice.ask()).status).toBe(200);
    expect(await alice.list()).toBe('ok');
  });

  it.each([
    ['a client', { client: 'cli' }],
    ['a grant', { grant: 'own-files' }],
    ['everything', { everything: true }],
  ])(
    'of %s stops issuing and ends sessions until restored [SEC-30] [SEC-31]',
    async (_, target) => {
      const alice = await credentialsOf('alice');
      const { revocationId, stopsIssuing } = await operator.revokeNow(target);
      expect(stopsIssuing).toBe(true);
      expect((await alice.ask()).body['type']).toMatch(/revoked$/);
      const { idToken } = await signIn(twin, 'alice');
      const anew = await callApi(twin, 'POST', '/v1/credentials', { token: idToken });
      expect(anew.status).toBe(403);
      expect(await alice.list()).toBe('AccessDenied');
      await operator.restoreNow(revocationId);
      expect((await alice.ask()).status).toBe(200);
      expect(await alice.list()).toBe('ok');
    },
  );

  it('of a subject that was never seen counts from its first request on', async () => {
    const { idToken } = await signIn(twin, 'frank');
    const { sub } = JSON.parse(
      Buffer.from(idToken.split('.')[1] ?? '', 'base64url').toString(),
    ) as { sub: string };
    await operator.revokeNow({ subject: `users:${sub}` });
    const identity = await callApi(twin, 'GET', '/v1/identity', { token: idToken });
    expect(identity.body['type']).toMatch(/revoked$/);
  });

  it('of an unknown client or grant is refused with a sentence that says so', async () => {
    const client = await operator.revoke({ client: 'nobody' });
    expect([client.status, client.body['faults']]).toEqual([
      400,
      ['target.client: no app client of this deployment has this name'],
    ]);
    const grant = await operator.revoke({ grant: 'nothing' });
    expect([grant.status, grant.body['faults']]).toEqual([
      400,
      ['target.grant: this deployment has no grant of this name'],
    ]);
  });

  it.each([
    ['no target', {}],
    ['two targets', { client: 'cli', grant: 'own-files' }],
    ['everything: false', { everything: false }],
    ['a subject that IAM would fill in', { subject: 'users:${aws:username}' }],
  ])('refuses %s', async (_, target) => {
    expect((await operator.revoke(target)).status).toBe(400);
  });

  it.each([
    ['no reason', { reason: undefined }],
    ['an empty reason', { reason: ' ' }],
    ['a long reason', { reason: 'x'.repeat(513) }],
    ['a reason with control characters', { reason: 'a\u0007b' }],
    ['an unknown field', { until: 'later' }],
  ])('refuses %s', async (_, options) => {
    expect((await operator.revoke({ client: 'cli' }, options)).status).toBe(400);
  });

  it('says of a missing target or reason what is missing', async () => {
    const post = async (body: object) =>
      (await callApi(twin, 'POST', '/v1/revocations', { token: operator.token, body })).body[
        'faults'
      ];
    const target = { client: 'cli' };
    const oneTarget = 'target: must be exactly one of subject, client, grant and everything';
    expect([await post({ target }), await post({ target, reason: '' })]).toEqual([
      ['reason: must say why, in words'],
      ['reason: must say why'],
    ]);
    expect(await post({ reason: 'x' })).toEqual([oneTarget]);
  });

  it('refuses a subject of no user pool, which would look revoked and be nothing', async () => {
    expect((await operator.revoke({ subject: 'user:alice' })).status).toBe(400);
  });

  it('asks for the scope stepkey/revoke, which people in operators have [SEC-33]', async () => {
    const oscar = await signIn(twin, 'oscar');
    const alice = await signIn(twin, 'alice');
    const path = '/v1/revocations';
    expect((await callApi(twin, 'GET', path, { token: oscar.accessToken })).status).toBe(200);
    expect((await callApi(twin, 'GET', path, { token: oscar.idToken })).status).toBe(401);
    expect((await callApi(twin, 'GET', path, { token: alice.accessToken })).status).toBe(401);
  });

  it('gives a repeated Idempotency-Key the same revocation, and refuses it for another [SEC-32]', async () => {
    const post = (target: object) =>
      callApi(twin, 'POST', '/v1/revocations', {
        token: operator.token,
        body: { target, reason: 'once' },
        headers: { 'Idempotency-Key': 'incident-7' },
      });
    const [one, other] = await Promise.all([0, 1].map(() => post({ subject: 'users:nobody' })));
    expect(one?.status).toBe(202);
    expect(other?.body['revocationId']).toBe(one?.body['revocationId']);
    expect((await post({ subject: 'users:somebody' })).status).toBe(422);
    await operator.until(one?.body['revocationId'], 'in-force');
  });

  it('lists all of them, newest first, page by page', async () => {
    const { revocationId: newest } = await operator.revokeNow({ subject: 'users:listed' });
    const page = async (query: string) =>
      (await callApi(twin, 'GET', `/v1/revocations${query}`, { token: operator.token })).body as {
        revocations: { revocationId: string; requestedAt: string }[];
        nextCursor?: string;
      };
    const all = (await page('?limit=100')).revocations;
    expect(all[0]?.revocationId).toBe(newest);
    const times = all.map(({ requestedAt }) => requestedAt);
    expect(times).toEqual([...times].sort().reverse());
    const collected: string[] = [];
    let cursor: string | undefined;
    do {
      const next = await page(`?limit=3${cursor === undefined ? '' : `&cursor=${cursor}`}`);
      collected.push(...next.revocations.map(({ revocationId }) => revocationId));
      cursor = next.nextCursor;
    } while (cursor !== undefined);
    expect(collected).toEqual(all.map(({ revocationId }) => revocationId));
    const { status } = await callApi(twin, 'GET', '/v1/revocations?cursor=bm9uc2Vuc2U', {
      token: operator.token,
    });
    expect(status).toBe(400);
  });

  it('knows no revocation that never was', async () => {
    const path = '/v1/revocations/00000000-0000-8000-8000-000000000000';
    for (const method of ['GET', 'DELETE']) {
      expect((await callApi(twin, method, path, { token: operator.token })).status).toBe(404);
    }
  });

  it('keeps a revoked operator from restoring itself [SEC-33]', async () => {
    const oscar = await signIn(twin, 'oscar');
    const { sub } = JSON.parse(
      Buffer.from(oscar.accessToken.split('.')[1] ?? '', 'base64url').toString(),
    ) as { sub: string };
    const { revocationId } = await operator.revokeNow({ subject: `users:${sub}` });
    const path = `/v1/revocations/${String(revocationId)}`;
    const answer = await callApi(twin, 'DELETE', path, { token: oscar.accessToken });
    expect(answer.body['type']).toMatch(/revoked$/);
    expect((await operator.read(revocationId))['status']).toBe('in-force');
    await operator.restoreNow(revocationId);
  });

  const denyPolicy = async (): Promise<string> => {
    const PolicyArn = `arn:aws:iam::${twin.endpoints.accountId}:policy/stepkey/stepkey-revocations`;
    const { Policy } = (await twin.call('iam', 'GetPolicy', { PolicyArn })) as {
      Policy: { DefaultVersionId: string };
    };
    const { PolicyVersion } = (await twin.call('iam', 'GetPolicyVersion', {
      PolicyArn,
      VersionId: Policy.DefaultVersionId,
    })) as { PolicyVersion: { Document: string } };
    return decodeURIComponent(PolicyVersion.Document);
  };

  /** Asks for the list until it is so with each of them, which is one call for all. */
  const allUntil = async (
    ids: readonly unknown[],
    isSo: (answer: RevocationAnswer) => boolean,
  ): Promise<readonly RevocationAnswer[]> => {
    for (;;) {
      const { body } = await callApi(twin, 'GET', '/v1/revocations?limit=100', {
        token: operator.token,
      });
      const { revocations } = body as unknown as { revocations: readonly RevocationAnswer[] };
      const theirs = revocations.filter(({ revocationId }) => ids.includes(revocationId));
      expect(theirs).toHaveLength(ids.length);
      if (theirs.every(isSo)) return theirs;
      await wait(100);
    }
  };

  it('of fifty subjects at once holds for each, for whole roles where the policy is full; and AWS is relieved of it after the longest session, although the broker was restarted meanwhile [SEC-31] [SEC-32]', async () => {
    const [alice, bob] = [
      await credentialsOf('alice'),
      await credentialsOf('bob', { grant: 'own-files' }),
    ];
    // Long enough that fifty do not fit beside each other.
    const others = Array.from(
      { length: 49 },
      (_, nth) => `users:${String(nth).padStart(3, '0')}-${'x'.repeat(200)}`,
    );
    const asked = await Promise.all(
      [alice.subject, ...others].map((subject) => operator.revoke({ subject })),
    );
    const ids = asked.map(({ body }) => body['revocationId']);
    expect(new Set(ids).size).toBe(50);
    const answers = await allUntil(ids, ({ status }) => status === 'in-force');
    expect((await alice.ask()).body['type']).toMatch(/revoked$/);
    expect(answers.map(({ done }) => done.deniedBy)).toContain('role-wide');
    // Nobody revoked bob: he is denied because some have no statement of their own any more.
    expect([await alice.list(), await bob.list()]).toEqual(['AccessDenied', 'AccessDenied']);
    // He gets nothing that AWS would deny, neither from the cache nor anew, and another session as soon as it will not.
    expect((await bob.ask()).status).toBe(503);
    await twin.setClockAhead((150 + 30) * 1000);
    const [later, again] = [
      await credentialsOf('bob', { grant: 'own-files' }),
      await credentialsOf('bob', { grant: 'own-files' }),
    ];
    expect([later.source, again.source]).toEqual(['minted', 'cache']);
    expect([await later.list(), await again.list()]).toEqual(['ok', 'ok']);

    await twin.stop();
    twin = await startDemoTwin({ stateDirectory });
    operator = await operatorOf(twin);
    expect(await denyPolicy()).not.toBe(emptyDenyPolicy());
    await twin.setClockAhead((3600 + 150 + 60) * 1000);
    operator = await operatorOf(twin);
    await allUntil(ids, ({ done }) => done.denialRemovedAt !== null);
    expect(await denyPolicy()).toBe(emptyDenyPolicy());
    const { idToken } = await signIn(twin, 'alice');
    const anew = await callApi(twin, 'POST', '/v1/credentials', { token: idToken });
    expect(anew.status).toBe(200);
  });
});
