import { describe, expect, it } from '@jest/globals';
import { callerOfWarrant } from '../../../../core/batches/caller-of-warrant.ts';
import { batchesAtNoon, warrantSeconds } from '../../../support/callers-batches.ts';
import { noonEpochSeconds } from '../../../support/callers.ts';
import { machineClaimsOf, userPool } from '../../../support/tokens.ts';

const firstId = '019aa000-0000-7000-8000-000000000001';

describe('starting a batch', () => {
  it('writes the list below the client’s own prefix, each subject once, and starts the run', async () => {
    const { start, machine, manifests } = batchesAtNoon();
    const { status, headers, body } = await start({
      grant: 'reports',
      subjects: ['alice', 'bob', 'alice', '"é'],
    });
    expect(status).toBe(202);
    expect(headers['Location']).toBe(`/v1/batches/${body.batchId}`);
    expect(body).toMatchObject({ status: 'running', partial: false, client: 'batch' });
    const [run] = machine.started;
    expect(run).toMatchObject({
      batchId: body.batchId,
      run: 1,
      client: 'batch',
      grant: 'reports',
      manifest: { format: 'jsonl' },
    });
    expect(run?.manifest.key).toMatch(/^batches\/batch\/inline\//);
    expect(manifests.texts.get(run?.manifest.key ?? '')).toBe(
      '{"subject":"alice"}\n{"subject":"bob"}\n{"subject":"\\"é"}\n',
    );
  });

  it('hands the run a warrant for this grant only, until its time, and no token [SEC-13]', async () => {
    const { start, machine, sealer, jobToken } = batchesAtNoon();
    const { body } = await start();
    const { sealedWarrant = '' } = machine.started[0] ?? {};
    const plaintext = await sealer.open('warrant', '-', sealedWarrant);
    expect(plaintext).not.toContain(jobToken.split('.')[2]);
    expect(JSON.parse(plaintext)).toEqual({
      format: 1,
      batchId: body.batchId,
      client: 'batch',
      clientSub: userPool.clients['batch'],
      issuerAlias: 'users',
      scopes: ['stepkey/act-as'],
      tokenId: 'jti-1',
      authTimeEpochSeconds: noonEpochSeconds - 300,
      expiresAtEpochSeconds: noonEpochSeconds + warrantSeconds,
      grant: 'reports',
    });
    for (const other of ['caller-token', 'credentials', 'openid-token'] as const) {
      await expect(sealer.open(other, '-', sealedWarrant)).rejects.toMatchObject({
        name: 'Sealing.Failed',
      });
    }
    const last = noonEpochSeconds + warrantSeconds - 1;
    expect(callerOfWarrant(plaintext, 'reports', last)).toMatchObject({ client: 'batch' });
  });

  it.each([
    ['a person, whatever the scopes', 'personToken'],
    ['an auditor', 'auditorToken'],
  ] as const)('is not for %s', async (_, who) => {
    const world = batchesAtNoon();
    const body = { grant: 'reports', subjects: ['alice'] };
    const { status } = await world.ask('POST /v1/batches', { token: world[who], body });
    expect(status).toBe(403);
    expect(await world.isUntouched(firstId)).toBe(true);
  });

  it.each([
    ['that is not there', 'nothing'],
    ['that is not for acting', 'own-files'],
    ['for acting by another client', 'strangers'],
  ])('is refused for a grant %s, recorded, and begins nothing', async (_, grant) => {
    const { start, table, isUntouched } = batchesAtNoon();
    expect((await start({ grant, subjects: ['alice'] })).status).toBe(403);
    expect(table.denials).toMatchObject([{ error: 'Grant.Refused', grant, client: 'batch' }]);
    expect(await isUntouched(firstId)).toBe(true);
  });

  it.each(['CLIENT#batch', 'GRANT#reports', 'EVERYTHING'] as const)(
    'is refused while %s is revoked, and begins nothing',
    async (key) => {
      const { start, table, isUntouched } = batchesAtNoon();
      table.putRevocation(key, { epoch: 1, suspensions: 1 });
      expect((await start()).status).toBe(403);
      expect(table.denials).toMatchObject([{ error: 'Subject.Revoked' }]);
      expect(await isUntouched(firstId)).toBe(true);
    },
  );

  it('is refused with a token of before a revocation', async () => {
    const { start, table } = batchesAtNoon();
    table.putRevocation('CLIENT#batch', {
      epoch: 1,
      revokedBeforeEpochSeconds: noonEpochSeconds - 300,
    });
    expect((await start()).status).toBe(403);
  });

  it.each([
    'batches/service/a.csv',
    'batches/batch/../service/a.csv',
    'batches/batch/./a.csv',
    'batches/batch//a.csv',
    'batches/batchx/a.csv',
    '/batches/batch/a.csv',
    'private/a.csv',
    'batches/batch/%2e%2e/a.csv',
  ])('never reads a list at %s [SEC-12]', async (key) => {
    const { start, isUntouched, manifests } = batchesAtNoon();
    const { status } = await start({ grant: 'reports', manifest: { key } });
    expect(status).toBe(403);
    expect(await isUntouched(firstId)).toBe(true);
    expect(manifests.reads).toEqual([]);
  });

  it('takes a list that lies there already, and writes none', async () => {
    const { start, machine, manifests } = batchesAtNoon();
    const manifest = { key: 'batches/batch/today.csv' };
    expect((await start({ grant: 'reports', manifest })).status).toBe(202);
    expect(machine.started).toMatchObject([{ manifest: { ...manifest, format: 'csv' } }]);
    expect(manifests.texts.size).toBe(0);
  });
});

describe('an idempotency key', () => {
  it('makes the same request the same batch, started once, however it has ended', async () => {
    const { start, machine, batches } = batchesAtNoon();
    const first = await start(undefined, 'nightly');
    await batches.end(
      { batchId: first.body.batchId, run: 1 },
      { status: 'CANCELLED', reason: null, endedAtEpochSeconds: noonEpochSeconds, counts: null },
    );
    const again = await start(undefined, 'nightly');
    expect(again.status).toBe(202);
    expect(again.body).toMatchObject({ batchId: first.body.batchId, status: 'cancelled' });
    expect(machine.started).toHaveLength(1);
  });

  it.each([
    ['other subjects', { grant: 'reports', subjects: ['alice', 'carol'] }],
    ['the same in another order', { grant: 'reports', subjects: ['bob', 'alice'] }],
    ['another grant', { grant: 'other-reports', subjects: ['alice', 'bob'] }],
    ['a manifest', { grant: 'reports', manifest: { key: 'batches/batch/today.csv' } }],
  ])('is not good for %s, and the batch stays as it was', async (_, other) => {
    const { start, machine, manifests } = batchesAtNoon();
    await start(undefined, 'nightly');
    const lists = [...manifests.texts];
    expect((await start(other, 'nightly')).status).toBe(422);
    expect(machine.started).toHaveLength(1);
    const { key = '' } = machine.started[0]?.manifest ?? {};
    expect(manifests.texts.get(key)).toBe(new Map(lists).get(key));
  });

  it('is the client’s own: another client’s is another batch', async () => {
    const { start, ask, present } = batchesAtNoon();
    const first = await start(undefined, 'nightly');
    const body = { grant: 'strangers', subjects: ['alice', 'bob'] };
    const other = await ask('POST /v1/batches', {
      token: present(machineClaimsOf('service', { scope: 'stepkey/act-as' })),
      body,
      headers: { 'Idempotency-Key': 'nightly' },
    });
    expect([first.status, other.status]).toEqual([202, 202]);
    expect(other.body.batchId).not.toBe(first.body.batchId);
  });

  it.each(['', ' ', 'a b', 'é', 'a'.repeat(256)])(
    'of another shape is refused: %j',
    async (key) => {
      const { start, isUntouched } = batchesAtNoon();
      expect((await start(undefined, key)).status).toBe(400);
      expect(await isUntouched(firstId)).toBe(true);
    },
  );
});

describe('a batch that could not be started', () => {
  it.each(['sealer', 'machine'] as const)(
    'for want of the %s has failed, and can be resumed',
    async (port) => {
      const world = batchesAtNoon();
      world[port].failWith('Upstream.Unavailable');
      expect((await world.start(undefined, 'nightly')).status).toBe(503);
      world[port].failWith(null);
      const { body } = await world.start(undefined, 'nightly');
      expect(body).toMatchObject({
        status: 'failed',
        partial: true,
        reason: 'Upstream.Unavailable',
      });
      const resumed = await world.ask('POST /v1/batches/{id}/resume', { id: body.batchId });
      expect(resumed.status).toBe(202);
      const [run] = world.machine.started;
      expect(run).toMatchObject({ run: 2 });
      expect(world.manifests.texts.has(run?.manifest.key ?? '')).toBe(true);
    },
  );

  it('for want of the bucket leaves nothing behind: the same request starts it', async () => {
    const { start, manifests, machine } = batchesAtNoon();
    manifests.failWith('Upstream.Unavailable');
    expect((await start(undefined, 'nightly')).status).toBe(503);
    manifests.failWith(null);
    const again = await start(undefined, 'nightly');
    expect(again.body).toMatchObject({ status: 'running' });
    expect(machine.started).toHaveLength(1);
    expect(manifests.texts.has(machine.started[0]?.manifest.key ?? '')).toBe(true);
  });
});
