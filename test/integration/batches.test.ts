import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { Twin } from '../../local/twin.ts';
import { callApi, type ApiAnswer } from '../support/twin/api.ts';
import { startDemoTwin } from '../support/twin/demo-twin.ts';
import { tokenOfMachine } from '../support/twin/machines.ts';

// One file, though long: its stories share one twin.

interface Report {
  readonly batchId: string;
  readonly status: string;
  readonly partial: boolean;
  readonly reason?: string;
  readonly progress: { readonly total: number | null; readonly done: number };
  readonly counts: Readonly<Record<string, number>>;
  readonly outcomes: readonly {
    readonly subject: string;
    readonly outcome: string;
    readonly reason?: string;
    readonly sessionId?: string;
  }[];
  readonly nextCursor?: string;
}

let twin: Twin;
let token: string;
beforeAll(async () => {
  twin = await startDemoTwin();
  token = await tokenOfMachine(twin, 'batch');
});
afterAll(async () => {
  await twin.stop();
});

const start = (body: object, headers: Record<string, string> = {}): Promise<ApiAnswer> =>
  callApi(twin, 'POST', '/v1/batches', { token, body, headers });
const reportOf = async (batchId: string, query = '', asking = token): Promise<Report> =>
  (await callApi(twin, 'GET', `/v1/batches/${batchId}${query}`, { token: asking }))
    .body as unknown as Report;
const ended = async (started: ApiAnswer, asking = token): Promise<Report> => {
  expect({ status: started.status, body: started.body }).toMatchObject({ status: 202 });
  const { batchId } = started.body as unknown as Report;
  for (;;) {
    const report = await reportOf(batchId, '', asking);
    if (report.status !== 'running') return report;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
};
const putManifest = async (key: string, text: string): Promise<void> => {
  const s3 = new S3Client({
    region: twin.endpoints.region,
    endpoint: twin.endpoints.aws,
    forcePathStyle: true,
    credentials: twin.endpoints.adminCredentials,
  });
  await s3.send(new PutObjectCommand({ Bucket: twin.endpoints.bucket, Key: key, Body: text }));
  s3.destroy();
};

describe('a batch, on the twin', () => {
  it('[SEC-22] has an outcome for each subject, and never credentials or who exists', async () => {
    const report = await ended(
      await start({
        grant: 'reports',
        subjects: ['alice', 'bob', 'dave', 'nobody', 'frank', 'alice'],
      }),
    );
    expect(report).toMatchObject({
      status: 'succeeded',
      partial: false,
      progress: { total: 5, done: 5 },
      counts: { minted: 2, cached: 0, denied: 3, failed: 0 },
    });
    expect(
      report.outcomes.map(({ subject, outcome, reason }) => [subject, outcome, reason ?? null]),
    ).toEqual([
      ['alice', 'minted', null],
      ['bob', 'minted', null],
      ['dave', 'denied', 'Grant.Refused'],
      ['frank', 'denied', 'Grant.Refused'],
      ['nobody', 'denied', 'Grant.Refused'],
    ]);
    expect(JSON.stringify(report)).not.toMatch(/secret|sealed|ASIA/i);
  });

  it('leaves credentials in the cache, which the job then gets', async () => {
    const got = await callApi(twin, 'POST', '/v1/exchange/credentials', {
      token,
      body: { grant: 'reports', subject: 'alice' },
    });
    expect(got.body).toMatchObject({ source: 'cache', grant: 'reports' });
  });

  it.each([
    ['csv', 'region,subject\nnorth,alice\nsouth,bob\n"a,b",nobody\n'],
    ['jsonl', '{"subject":"alice"}\n{"subject":"bob","region":1}\n\n{"subject":"nobody"}\n'],
  ])(
    'reads a manifest in %s, and takes what lies in the cache from there',
    async (format, text) => {
      const key = `batches/batch/lists/subjects.${format}`;
      await putManifest(key, text);
      const report = await ended(await start({ grant: 'reports', manifest: { key } }));
      expect(report).toMatchObject({
        status: 'succeeded',
        counts: { minted: 0, cached: 2, denied: 1, failed: 0 },
        progress: { total: 3, done: 3 },
      });
    },
  );

  it('reports rows without a usable subject as one that failed, and works through the others', async () => {
    const key = 'batches/batch/lists/rows.csv';
    const rows = ['north,', 'south,alice', 'east', `west,${'x'.repeat(257)}`, 'north,nobody'];
    await putManifest(key, `region,subject\n${rows.join('\n')}\n`);
    const report = await ended(await start({ grant: 'reports', manifest: { key } }));
    expect(report).toMatchObject({
      status: 'succeeded',
      partial: true,
      counts: { minted: 0, cached: 1, denied: 1, failed: 1 },
      progress: { total: 3, done: 3 },
    });
    expect(report.outcomes).toEqual([
      { subject: '-', outcome: 'failed', reason: 'Request.Malformed' },
      { subject: 'alice', outcome: 'cached', sessionId: expect.any(String) },
      { subject: 'nobody', outcome: 'denied', reason: 'Grant.Refused' },
    ]);
  });

  it('takes 300 subjects inline, and reports them in pages', async () => {
    const subjects = Array.from({ length: 300 }, (_, index) => `nobody-${String(index)}`);
    const { batchId, counts } = await ended(await start({ grant: 'reports', subjects }));
    expect(counts).toEqual({ minted: 0, cached: 0, denied: 300, failed: 0 });
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await reportOf(batchId, `?limit=70${cursor ? `&cursor=${cursor}` : ''}`);
      seen.push(...page.outcomes.map(({ subject }) => subject));
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    expect(seen).toEqual([...subjects].sort());
  });

  it('is the same batch under the same key, and refuses another request under it', async () => {
    const headers = { 'idempotency-key': 'nightly-1' };
    const body = { grant: 'reports', subjects: ['alice'] };
    const first = await start(body, headers);
    const again = await start(body, headers);
    expect(again.status).toBe(202);
    expect(again.body['batchId']).toBe(first.body['batchId']);
    expect(again.headers.get('location')).toBe(`/v1/batches/${String(first.body['batchId'])}`);
    const other = await start({ ...body, subjects: ['bob'] }, headers);
    expect(other.status).toBe(422);
    expect(other.body['type']).toContain('key-reused');
    await ended(first);
  });

  it.each([
    ['an unknown field', { grant: 'reports', subjects: ['alice'], minTtlSeconds: 900 }, 400],
    ['both lists', { grant: 'reports', subjects: ['alice'], manifest: { key: 'a.csv' } }, 400],
    ['no list', { grant: 'reports' }, 400],
    ['no subject', { grant: 'reports', subjects: [] }, 400],
    ['301 subjects', { grant: 'reports', subjects: Array(301).fill('a') }, 400],
    ['a grant that is not for acting', { grant: 'own-files', subjects: ['alice'] }, 403],
    ['a grant that is not there', { grant: 'nothing', subjects: ['alice'] }, 403],
    [
      'another client’s manifest [SEC-12]',
      { grant: 'reports', manifest: { key: 'batches/service/a.csv' } },
      403,
    ],
    [
      'a manifest by a detour [SEC-12]',
      { grant: 'reports', manifest: { key: 'batches/batch/../service/a.csv' } },
      403,
    ],
  ])('refuses %s', async (_, body, status) => {
    expect((await start(body)).status).toBe(status);
  });

  it.each([
    ['is not there', null, 'Batch.ManifestMissing'],
    ['has no column subject', 'name\nalice\n', 'Batch.ManifestInvalid'],
  ])('fails before anything is minted where the manifest %s', async (_, text, reason) => {
    const key = `batches/batch/${reason}.csv`;
    if (text !== null) await putManifest(key, text);
    const report = await ended(await start({ grant: 'reports', manifest: { key } }));
    expect(report).toMatchObject({ status: 'failed', partial: true, reason, outcomes: [] });
  });

  it('is not there for another client, but for an auditor, and takes no person’s token', async () => {
    const { batchId } = await ended(await start({ grant: 'reports', subjects: ['alice'] }));
    const asked = async (method: string, path: string, other: string) =>
      (await callApi(twin, method, path, { token: other })).status;
    const path = `/v1/batches/${batchId}`;
    const audit = await tokenOfMachine(twin, 'audit');
    const service = await tokenOfMachine(twin, 'service');
    expect(await asked('GET', path, audit)).toBe(200);
    expect(await asked('DELETE', path, audit)).toBe(401);
    expect(await asked('GET', path, service)).toBe(401);
    expect(await asked('GET', '/v1/batches/00000000-0000-0000-0000-000000000000', token)).toBe(404);
    expect((await callApi(twin, 'POST', `${path}/resume`, { token })).status).toBe(409);
  });

  it('stops when it is cancelled, and goes on when it is resumed, with no subject minted twice', async () => {
    const subjects = Array.from({ length: 200 }, (_, index) => `stranger-${String(index)}`);
    const started = await start({ grant: 'reports', subjects: ['bob', ...subjects] });
    const { batchId } = started.body as unknown as Report;
    const path = `/v1/batches/${batchId}`;
    const cancelled = await callApi(twin, 'DELETE', path, { token });
    expect(cancelled.body).toMatchObject({ status: 'cancelled', partial: true });
    expect((await callApi(twin, 'DELETE', path, { token })).body).toMatchObject({
      status: 'cancelled',
    });
    const report = await ended(await callApi(twin, 'POST', `${path}/resume`, { token }));
    expect(report).toMatchObject({
      status: 'succeeded',
      partial: false,
      progress: { total: 201, done: 201 },
      counts: { minted: 0, cached: 1, denied: 200, failed: 0 },
    });
  });

  it('ends for what is left when its client is revoked in the middle [SEC-13]', async () => {
    const subjects = Array.from({ length: 150 }, (_, index) => `late-${String(index)}`);
    const started = await start({ grant: 'reports', subjects: ['alice', ...subjects] });
    const revoke = (suspended: string) =>
      twin.call('dynamodb', 'PutItem', {
        TableName: twin.endpoints.table,
        Item: {
          pk: { S: 'CLIENT#batch' },
          sk: { S: 'REVOCATION' },
          epoch: { N: '1' },
          suspended: { N: suspended },
        },
      });
    await revoke('1');
    const path = `/v1/batches/${String(started.body['batchId'])}`;
    // Its own reports are none of its business any more, and neither is it to cancel.
    for (const method of ['GET', 'DELETE']) {
      const refused = await callApi(twin, method, path, { token });
      expect(refused.body['type']).toMatch(/revoked$/);
    }
    const audit = await tokenOfMachine(twin, 'audit');
    const report = await ended(started, audit);
    expect(report).toMatchObject({ status: 'succeeded', progress: { done: 151 } });
    const alice = report.outcomes.find(({ subject }) => subject === 'alice');
    expect(['cached', 'denied']).toContain(alice?.outcome);
    expect((await start({ grant: 'reports', subjects: ['alice'] })).status).toBe(403);
    await revoke('0');
    const after = await ended(await start({ grant: 'reports', subjects: ['alice'] }));
    expect(after.outcomes).toMatchObject([{ subject: 'alice', outcome: 'minted' }]);
  });
});
