import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { nodeDigest } from '../../adapters/digest.ts';
import { apiRoutes } from '../../core/contracts/api-routes.ts';
import {
  issuancesAnswer,
  ledgerHeadsAnswer,
  ledgerPageAnswer,
  ledgerRecord,
  ledgerSession,
  ledgerSubject,
  sessionStepsAnswer,
  type LedgerRecord,
} from '../../core/contracts/ledger-answers.ts';
import { reachAnswer } from '../../core/contracts/reach-answer.ts';
import { createChainVerifier } from '../../core/ledger/verify.ts';
import type { Twin } from '../../local/twin.ts';
import { callApi, type ApiAnswer } from '../support/twin/api.ts';
import { startDemoTwin } from '../support/twin/demo-twin.ts';
import { tokenOfMachine } from '../support/twin/machines.ts';
import { signIn } from '../support/twin/people.ts';

// One file, though long: its stories share one twin.

describe('the ledger, on the twin', () => {
  let twin: Twin;
  let auditor = '';
  const ask = (path: string, headers: Record<string, string> = {}): Promise<ApiAnswer> =>
    callApi(twin, 'GET', path, { token: auditor, headers });
  /** The stream is followed within moments; the wait is for the consumer, not for a time. */
  const listed = async (query: string, atLeast: number): Promise<readonly LedgerRecord[]> => {
    for (;;) {
      const { body, status } = await ask(`/v1/issuances?${query}`);
      expect(status).toBe(200);
      const { records } = issuancesAnswer.parse(body);
      if (records.length >= atLeast) return records;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  let minted: Record<string, unknown> = {};
  let alice = '';

  beforeAll(async () => {
    twin = await startDemoTwin();
    auditor = (await signIn(twin, 'audrey')).accessToken;
    const { idToken } = await signIn(twin, 'alice');
    const first = await callApi(twin, 'POST', '/v1/credentials', { token: idToken });
    minted = first.body;
    alice = String(minted['subject']);
    await callApi(twin, 'POST', '/v1/credentials', { token: idToken });
    const refused = await callApi(twin, 'POST', '/v1/credentials', {
      token: idToken,
      body: { grant: 'team-read' },
    });
    expect([first.status, refused.status]).toEqual([200, 403]);
    await listed(`subject=${alice}`, 3);
  });
  afterAll(() => twin.stop());

  it('has each hand-out and each refusal, newest first, with what it rested on', async () => {
    const [denied, cached, first, ...others] = await listed(`subject=${alice}`, 3);
    expect(others).toEqual([]);
    const common = { subject: alice, client: 'cli', actor: null };
    expect(denied).toMatchObject({
      ...common,
      outcome: 'denied',
      error: 'Grant.Refused',
      grant: 'team-read',
      rule: null,
      tried: [
        {
          grant: 'team-read',
          clientListed: true,
          useFits: true,
          rules: [{ rule: 0, effect: 'allow', matched: false, failedCondition: 'groups.anyOf' }],
          allowedBy: null,
        },
      ],
    });
    expect(cached).toMatchObject({
      ...common,
      outcome: 'cache',
      grant: 'own-files',
      rule: 0,
      evidence: { groups: ['readers'] },
      sessionId: minted['sessionId'],
      executionArn: minted['executionArn'],
    });
    expect(first).toMatchObject({
      ...common,
      id: minted['issuanceId'],
      outcome: 'minted',
      sessionId: minted['sessionId'],
      roleArn: minted['roleArn'],
      identityId: minted['identityId'],
      executionArn: minted['executionArn'],
    });
    expect(first?.tokenId).not.toBeNull();
    expect(first?.executionUrl).toContain('console.aws.amazon.com/states/home');
    const policy = first?.sessionPolicy ?? '';
    expect(policy).toContain(`private/${String(minted['identityId'])}/*`);
    expect(first?.sessionPolicySha256).toBe(nodeDigest.sha256Hex(policy));
  });

  it('leads from an access key id to the record and its session', async () => {
    const { accessKeyId } = minted['credentials'] as { accessKeyId: string };
    const records = await listed(`accessKeyId=${accessKeyId}&outcome=minted`, 1);
    expect(records.map(({ id }) => id)).toEqual([minted['issuanceId']]);
    const one = ledgerRecord.parse(
      (await ask(`/v1/issuances/${String(minted['issuanceId'])}`)).body,
    );
    expect(one).toEqual(records[0]);
    const session = ledgerSession.parse(
      (await ask(`/v1/sessions/${String(minted['sessionId'])}`)).body,
    );
    expect(session).toMatchObject({ status: 'minted', accessKeyId, durationSeconds: 3600 });
    expect(session.tags['stepkey-subject']).toBe(alice);
    expect(session.issuances.map(({ outcome }) => outcome)).toEqual(['minted', 'cache']);
  });

  it('shows the steps of the execution, whole', async () => {
    const { body } = await ask(`/v1/sessions/${String(minted['sessionId'])}/steps`);
    const steps = sessionStepsAnswer.parse(body);
    expect(steps).toMatchObject({ complete: true, reason: null, status: 'succeeded' });
    const names = steps.steps.map(({ state }) => state);
    expect([names[0], names.at(-1)]).toEqual(['IsAfterIdle', 'Issued']);
    expect(names).toContain('AssumeMappedRole');
    const policy = steps.steps.find(({ state }) => state === 'AssumeMappedRole');
    expect(policy).toMatchObject({ type: 'Task', retries: 0, error: null });
    expect(policy?.durationMillis).toBeGreaterThan(0);
  });

  it('shows a subject with what lives', async () => {
    const subject = ledgerSubject.parse((await ask(`/v1/subjects/${alice}`)).body);
    expect(subject).toMatchObject({
      identityId: minted['identityId'],
      linked: true,
      liveSessionsComplete: true,
      revocation: { epoch: 0, revokedBefore: null, suspended: false },
    });
    expect(subject.liveSessions.map(({ sessionId }) => sessionId)).toEqual([minted['sessionId']]);
    expect(subject.recent).toHaveLength(3);
  });

  it('gives chains that verify, down to the byte, and shows a row that was tampered with [SEC-40]', async () => {
    const { heads } = ledgerHeadsAnswer.parse((await ask('/v1/ledger')).body);
    expect(heads.reduce((sum, { sequence }) => sum + sequence, 0)).toBeGreaterThanOrEqual(6);
    const verify = async () => {
      const faults = [];
      for (const head of heads) {
        const verifier = createChainVerifier(head.shard, nodeDigest, [head]);
        const { body } = await ask(`/v1/ledger/${String(head.shard)}?limit=500`);
        const { links } = ledgerPageAnswer.parse(body);
        const fault = links.map((link) => verifier.take(link)).find((found) => found !== null);
        faults.push(fault ?? verifier.finish());
      }
      return faults.filter((fault) => fault !== null);
    };
    expect(await verify()).toEqual([]);
    const head = heads.find(({ sequence }) => sequence > 1);
    const key = {
      pk: { S: `LEDGER#${String(head?.shard)}` },
      sk: { S: '1'.padStart(12, '0') },
    };
    const { Item } = (await twin.call('dynamodb', 'GetItem', {
      TableName: twin.endpoints.table,
      Key: key,
    })) as { Item: { record: { S: string } } };
    await twin.call('dynamodb', 'PutItem', {
      TableName: twin.endpoints.table,
      Item: { ...Item, record: { S: Item.record.S.replace('users:', 'users;') } },
    });
    expect(await verify()).toEqual([{ shard: head?.shard, sequence: 1, fault: 'changed' }]);
    await twin.call('dynamodb', 'PutItem', { TableName: twin.endpoints.table, Item });
    expect(await verify()).toEqual([]);
  });

  it('says who can get what, by the grants of the deployment', async () => {
    const { status, body } = await ask('/v1/grants');
    expect(status).toBe(200);
    const { grants } = reachAnswer.parse(body);
    expect(grants.map(({ grant }) => grant)).toEqual([
      'by-role',
      'own-files',
      'reports',
      'service-self',
      'team-read',
    ]);
    const bucket = twin.endpoints.bucket;
    expect(grants[1]).toMatchObject({ who: ['Anyone in readers.'], roles: [minted['roleArn']] });
    expect(grants[1]?.actions).toContain(
      `s3:GetObject on arn:aws:s3:::${bucket}/private/\${cognito-identity.amazonaws.com:sub}/*`,
    );
  });

  it('says who can get to one object, and whose own it is', async () => {
    const object = encodeURIComponent(`private/${String(minted['identityId'])}/notes.txt`);
    const { body } = await ask(`/v1/grants?object=${object}`);
    expect(
      reachAnswer.parse(body).grants.map(({ grant, onlyIdentityId }) => [grant, onlyIdentityId]),
    ).toEqual([
      ['own-files', minted['identityId']],
      ['reports', minted['identityId']],
    ]);
    const elsewhere = await ask('/v1/grants?object=s3://elsewhere/notes.txt');
    expect(elsewhere.body).toEqual({ grants: [] });
  });

  it('finds a person by the name that CloudTrail has of their role’s session', async () => {
    const { body } = await ask(`/v1/subjects/${alice.slice('users:'.length)}`);
    expect(ledgerSubject.parse(body).subject).toBe(alice);
  });

  it('is exported as JSON lines and as CSV, page by page', async () => {
    const fetchText = async (query: string, accept: string) => {
      const answer = await fetch(`${twin.endpoints.api}/v1/issuances?${query}`, {
        headers: { authorization: `Bearer ${auditor}`, accept },
      });
      return {
        type: answer.headers.get('content-type'),
        cursor: answer.headers.get('stepkey-next-cursor'),
        text: await answer.text(),
      };
    };
    const jsonl = await fetchText(`subject=${alice}&limit=2`, 'application/jsonl');
    expect(jsonl.type).toBe('application/jsonl');
    const lines = jsonl.text.trimEnd().split('\n');
    expect(lines.map((line) => ledgerRecord.parse(JSON.parse(line)).outcome)).toEqual([
      'denied',
      'cache',
    ]);
    const rest = await fetchText(
      `subject=${alice}&limit=2&cursor=${jsonl.cursor ?? ''}`,
      'text/csv',
    );
    expect(rest.cursor).toBeNull();
    expect(rest.text).toMatch(new RegExp(`^[^,]+,minted,${String(minted['issuanceId'])},`));
    const csv = await fetchText(`subject=${alice}&format=csv`, '*/*');
    expect(csv.text.split('\r\n')[0]).toMatch(/^at,outcome,id,subject,.*,shard,sequence,hash$/);
    expect(csv.text.trimEnd().split('\r\n')).toHaveLength(4);
  });

  it.each([
    ['/v1/issuances?limit=0', 'limit'],
    ['/v1/issuances?limit=101', 'limit'],
    ['/v1/issuances?from=yesterday', 'from'],
    ['/v1/issuances?outcome=perhaps', 'outcome'],
    ['/v1/issuances?grnat=own-files', 'grnat'],
    ['/v1/issuances?grant=own-files&grant=team-read', 'grant: may be given once'],
    ['/v1/grants?grant=own-files', 'grant'],
    ['/v1/grants?object=s3://only-a-bucket', 'object'],
    ['/v1/issuances?cursor=1.00.00', 'cursor'],
    ['/v1/ledger/8', 'shard'],
    ['/v1/ledger/0?after=-1', 'after'],
  ])('refuses %s, naming the parameter', async (path, parameter) => {
    const { status, body } = await ask(path);
    expect(status).toBe(400);
    expect(JSON.stringify(body['faults'])).toContain(parameter);
  });

  it.each([
    '/v1/issuances/no-such-record',
    '/v1/sessions/no-such-session',
    '/v1/sessions/no-such-session/steps',
    '/v1/subjects/users:nobody',
  ])('answers %s with 404', async (path) => {
    expect((await ask(path)).status).toBe(404);
  });

  it('is for auditors only', async () => {
    const { accessToken, idToken } = await signIn(twin, 'alice');
    for (const token of [accessToken, idToken, undefined]) {
      const { status } = await callApi(
        twin,
        'GET',
        '/v1/issuances',
        token === undefined ? {} : { token },
      );
      expect([401, 403]).toContain(status);
    }
    const own = await callApi(twin, 'GET', `/v1/subjects/${alice}`, { token: accessToken });
    expect([401, 403]).toContain(own.status);
  });

  it('notes who reads what', async () => {
    const lines = await twin.readLog('/aws/lambda/stepkey-audit');
    const notes = lines.filter(({ message }) => message.includes('ledger read'));
    expect(notes.length).toBeGreaterThan(5);
    expect(notes.every(({ message }) => message.includes('"reader":"users:'))).toBe(true);
  });

  it('is closed to an auditor who was revoked, on every route [SEC-33]', async () => {
    const token = await tokenOfMachine(twin, 'audit');
    const paths = apiRoutes
      .filter(({ handler }) => handler === 'audit')
      .map(({ path }) => path.replace('{shard}', '0').replace(/\{\w+\}/, 'something'));
    const refusedOf = async () =>
      Promise.all(
        paths.map(async (path) => {
          const { body } = await callApi(twin, 'GET', path, { token });
          return String(body['type']).endsWith('/revoked');
        }),
      );
    const suspend = (suspended: string) =>
      twin.call('dynamodb', 'PutItem', {
        TableName: twin.endpoints.table,
        Item: {
          ...{ pk: { S: 'CLIENT#audit' }, sk: { S: 'REVOCATION' } },
          ...{ epoch: { N: '1' }, suspended: { N: suspended } },
        },
      });
    expect(await refusedOf()).toEqual(paths.map(() => false));
    await suspend('1');
    expect(await refusedOf()).toEqual(paths.map(() => true));
    await suspend('0');
  });
});
