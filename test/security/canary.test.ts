import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { apiRoutes } from '../../core/contracts/api-routes.ts';
import { AwsError } from '../../local/aws.ts';
import type { Twin } from '../../local/twin.ts';
import { startDemoTwin } from '../support/twin/demo-twin.ts';
import { callApi, type ApiAnswer } from '../support/twin/api.ts';
import { tokenOfMachine } from '../support/twin/machines.ts';
import { signIn } from '../support/twin/people.ts';

/** Files that hold the twin's own secrets, by contract and with mode 0600. */
const secretFiles = new Set(['endpoints.json', 'signing-keys.json']);

/** Every secret that was seen, by what it is. */
const secrets = new Map<string, string>();
const twinLog: string[] = [];
let isStsDown = false;

/** The forms in which a secret must not be found: as it is, in base64, and its beginning. */
const formsOf = (secret: string): string[] => [
  secret,
  Buffer.from(secret).toString('base64').replace(/=+$/, ''),
  secret.slice(0, 16),
];

const findIn = (place: string, content: string | Buffer): string[] =>
  [...secrets].flatMap(([what, secret]) =>
    formsOf(secret).some((form) => content.includes(form)) ? [`${what} in ${place}`] : [],
  );

/** The header of a JWT is no secret and alike in all tokens: what must not be found begins after it. */
const withoutHeader = (token: string): string => token.slice(token.indexOf('.') + 1);

describe('no secret is left anywhere', () => {
  let directory: string;
  let twin: Twin;
  const answers: string[] = [];

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'stepkey-canary-'));
    twin = await startDemoTwin({
      stateDirectory: directory,
      context: { 'stepkey:logLevel': 'DEBUG' },
      log: (line) => {
        twinLog.push(line);
      },
      interceptor: ({ operation, input }) => {
        if (operation !== 'AssumeRoleWithWebIdentity') return;
        const token = String(input['WebIdentityToken']);
        secrets.set('an OpenID token', withoutHeader(token));
        if (isStsDown) {
          throw new AwsError('InvalidIdentityToken', `Rejected ${token}`, { statusCode: 400 });
        }
      },
    });
    for (const person of ['alice', 'bob', 'frank']) {
      const tokens = await signIn(twin, person);
      secrets.set(`${person}'s ID token`, withoutHeader(tokens.idToken));
      secrets.set(`${person}'s access token`, withoutHeader(tokens.accessToken));
      secrets.set(`${person}'s refresh token`, tokens.refreshToken);
      const ask = async (body: object) => {
        const answer = await callApi(twin, 'POST', '/v1/credentials', {
          token: tokens.idToken,
          body,
        });
        const { credentials } = answer.body as { credentials?: Record<string, string> };
        if (credentials === undefined) {
          answers.push(answer.text);
          return;
        }
        secrets.set(`${person}'s secret key`, credentials['secretAccessKey'] ?? '');
        secrets.set(`${person}'s session token`, credentials['sessionToken'] ?? '');
      };
      await ask({ grant: 'own-files' });
      await ask({ grant: 'own-files' });
      isStsDown = true;
      await ask({ grant: 'team-read' });
      isStsDown = false;
      await ask({ grant: 'no-such-grant' });
      await ask({ unknown: tokens.idToken });
      answers.push(
        (await callApi(twin, 'GET', `/v1/${tokens.idToken.slice(-40)}`, { token: 'garbage' })).text,
      );
    }
    secrets.set('the password', 'Correct-horse-1');
    await askInSomebodysName();
  });
  /** The ways of jobs and operators: acting, batches, the access door, revoking. */
  const askInSomebodysName = async (): Promise<void> => {
    const job = await tokenOfMachine(twin, 'batch');
    const operator = await tokenOfMachine(twin, 'operator');
    secrets.set("the job's token", withoutHeader(job));
    secrets.set("the operator's token", withoutHeader(operator));
    const keep = (whose: string, { body, text }: ApiAnswer) => {
      const { credentials } = body as { credentials?: Record<string, string> };
      if (credentials === undefined) answers.push(text);
      else {
        secrets.set(`${whose} secret key`, credentials['secretAccessKey'] ?? '');
        secrets.set(`${whose} session token`, credentials['sessionToken'] ?? '');
      }
    };
    const path = '/v1/exchange/credentials';
    for (const body of [
      { grant: 'reports', subject: 'alice' },
      { grant: 'reports', subject: 'nobody' },
      { grant: job.slice(-40), subject: 'alice' },
      { grant: 'reports', subject: job.slice(-120) },
    ]) {
      keep("the job's", await callApi(twin, 'POST', path, { token: job, body }));
    }
    const { accessToken } = await signIn(twin, 'bob');
    secrets.set("bob's other access token", withoutHeader(accessToken));
    const own = { token: accessToken, body: { grant: 'own-files' } };
    keep("bob's other", await callApi(twin, 'POST', path, own));
    const started = await callApi(twin, 'POST', '/v1/batches', {
      token: job,
      body: { grant: 'reports', subjects: ['alice', 'bob', 'nobody'] },
      headers: { 'idempotency-key': job.slice(-100) },
    });
    const batch = `/v1/batches/${String(started.body['batchId'])}`;
    for (;;) {
      const { body, text } = await callApi(twin, 'GET', batch, { token: job });
      if (body['status'] === 'running') continue;
      expect(body).toMatchObject({ counts: { minted: 1, cached: 1, denied: 1 } });
      answers.push(text);
      break;
    }
    const revoked = await callApi(twin, 'POST', '/v1/revocations', {
      token: operator,
      body: { target: { client: 'batch' }, reason: 'a drill' },
      headers: { 'idempotency-key': operator.slice(-100) },
    });
    expect(revoked.status).toBe(202);
    answers.push(revoked.text);
  };
  afterAll(async () => {
    await twin.stop();
    await rm(directory, { recursive: true });
  });

  it('has something to look for', () => {
    // Two people of three get sessions; each has three tokens; then an OpenID token and the password; two machines'
    // tokens, a person's for the access door, and two sessions.
    expect(secrets.size).toBe(3 * 3 + 2 * 2 + 2 + 3 + 2 * 2);
    expect(answers.length).toBeGreaterThanOrEqual(9);
  });

  it('not in error bodies', () => {
    expect(answers.flatMap((text, index) => findIn(`answer ${String(index)}`, text))).toEqual([]);
  });

  it('not in the table, nor in what its stream carries', async () => {
    const { Items } = await twin.call('dynamodb', 'Scan', { TableName: twin.endpoints.table });
    expect((Items as unknown[]).length).toBeGreaterThan(5);
    expect(findIn('the table', JSON.stringify(Items))).toEqual([]);
    expect(findIn('the stream', JSON.stringify(await twin.readTableStream()))).toEqual([]);
  });

  it('not in what auditors are answered, on any route, exports and steps included', async () => {
    const { accessToken } = await signIn(twin, 'audrey');
    const read = async (path: string): Promise<string> => {
      const answer = await fetch(`${twin.endpoints.api}${path}`, {
        headers: { authorization: `Bearer ${accessToken}` },
      });
      return answer.text();
    };
    let records: { id: string; sessionId: string | null; subject: string | null }[] = [];
    // Until the consumer of the stream has got to them.
    while (records.filter(({ sessionId }) => sessionId !== null).length < 4) {
      ({ records } = JSON.parse(await read('/v1/issuances?limit=100')) as {
        records: typeof records;
      });
    }
    const sessions = [...new Set(records.flatMap(({ sessionId }) => sessionId ?? []))];
    const subjects = [...new Set(records.flatMap(({ subject }) => subject ?? []))];
    const idsOf: Readonly<Record<string, readonly string[]>> = {
      issuances: records.map(({ id }) => id),
      sessions,
      subjects,
      ledger: Array.from({ length: 8 }, (_, shard) => String(shard)),
    };
    const queriesOf: Readonly<Record<string, readonly string[]>> = {
      '/v1/issuances': ['json', 'jsonl', 'csv'].map((format) => `?limit=100&format=${format}`),
      '/v1/grants': ['', '?object=team/plan.txt'],
    };
    for (const { path } of apiRoutes.filter(({ handler }) => handler === 'audit')) {
      const ids = path.includes('{') ? (idsOf[path.split('/')[2] ?? ''] ?? []) : [''];
      // A route that this test does not know is one that nobody looked through.
      expect([path, ids.length > 0]).toEqual([path, true]);
      for (const id of ids) {
        const asked = path.replace(/\{\w+\}/, encodeURIComponent(id));
        for (const query of queriesOf[path] ?? ['']) {
          expect(findIn(asked, await read(`${asked}${query}`))).toEqual([]);
        }
      }
    }
    expect(await read(`/v1/sessions/${sessions[0] ?? ''}/steps`)).toContain('sealedToken');
  });

  it('not in what decisions tell, the callers’ own and auditors’', async () => {
    const { idToken, accessToken } = await signIn(twin, 'audrey');
    const claims = { sub: 'newcomer', 'cognito:groups': ['readers'] };
    for (const [path, token, body] of [
      ['/v1/decisions', (await signIn(twin, 'alice')).idToken, {}],
      ['/v1/decisions', idToken, { caller: { claims }, grant: 'own-files' }],
      ['/v1/exchange/decisions', accessToken, { caller: { claims }, grant: 'own-files' }],
    ] as const) {
      secrets.set(`the token of ${path}`, withoutHeader(token));
      const answer = await callApi(twin, 'POST', path, { token, body });
      expect([path, answer.status]).toEqual([path, 200]);
      expect(findIn(path, answer.text)).toEqual([]);
    }
  });

  it('not in what the audit page’s server gives to the browser', async () => {
    const page = twin.endpoints.console;
    const signedIn = await fetch(`${page}/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ username: 'audrey', password: 'Correct-horse-1' }),
    });
    expect(signedIn.status).toBe(200);
    const cookie = (signedIn.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
    for (const path of ['/', '/session', '/v1/issuances?limit=100', '/assets/main.js']) {
      const answer = await fetch(`${page}${path}`, { headers: { cookie } });
      const text = `${JSON.stringify([...answer.headers])}${await answer.text()}`;
      expect([path, answer.status]).toEqual([path, 200]);
      expect(findIn(path, text)).toEqual([]);
      // Nor a token that this test has never seen: that of the page's own sign-in.
      expect([path, /eyJ[\w-]{20,}\.eyJ/.test(text)]).toEqual([path, false]);
    }
  });

  it('not in the copy of the ledger that is kept under Object Lock', async () => {
    await twin.call('lambda', 'Invoke', { FunctionName: 'stepkey-archive' });
    const Bucket = twin.endpoints.ledgerBucket;
    const { Contents } = await twin.call('s3', 'ListObjectsV2', { Bucket });
    const keys = (Contents as { Key: string }[]).map(({ Key }) => Key);
    expect(keys.length).toBeGreaterThan(1);
    for (const Key of keys) {
      const { Body } = await twin.call('s3', 'GetObject', { Bucket, Key });
      expect(findIn(Key, Buffer.from(Body as Uint8Array))).toEqual([]);
    }
  });

  it('not in the execution history', async () => {
    for (const machine of ['issue-credentials', 'issue-batch', 'revoke']) {
      const history = await twin.readLog(`/aws/vendedlogs/states/stepkey-${machine}`);
      expect(history.length).toBeGreaterThan(5);
      expect(findIn(machine, JSON.stringify(history))).toEqual([]);
    }
  });

  it('not in any log, with functions at their most verbose', async () => {
    const { logGroups } = await twin.call('logs', 'DescribeLogGroups', {});
    const names = (logGroups as { logGroupName: string }[]).map((group) => group.logGroupName);
    const written: string[] = [];
    for (const name of names) {
      const lines = await twin.readLog(name);
      if (lines.length > 0) written.push(name);
      expect(findIn(name, JSON.stringify(lines))).toEqual([]);
    }
    const functions = [
      ...['api', 'audit', 'publish', 'batches', 'revocations', 'revoke', 'decide', 'identity'],
      ...['exchange', 'pre-token-generation', 'archive'],
    ];
    expect(written).toEqual(
      expect.arrayContaining(functions.map((name) => `/aws/lambda/stepkey-${name}`)),
    );
  });

  it("not in the twin's own log", () => {
    expect(findIn("the twin's log", twinLog.join('\n'))).toEqual([]);
  });

  it('not in any file of the state directory but the two that hold its keys', async () => {
    const entries = await readdir(directory, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile() && !secretFiles.has(entry.name));
    expect(files.length).toBeGreaterThan(3);
    const found: string[] = [];
    for (const file of files) {
      found.push(...findIn(file.name, await readFile(join(file.parentPath, file.name))));
    }
    expect(found).toEqual([]);
  });
});
