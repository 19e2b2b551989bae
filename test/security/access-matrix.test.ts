import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { Credentials } from '../../core/contracts/session.ts';
import type { IssueInput } from '../../core/contracts/issue.ts';
import type { Sealer } from '../../core/ports.ts';
import { startOpenTwin, type OpenTwin } from '../../local/twin.ts';
import { callApi } from '../support/twin/api.ts';
import { tokenOfMachine } from '../support/twin/machines.ts';
import { runMachine, sealerOf } from '../support/twin/machine.ts';
import { signIn } from '../support/twin/people.ts';

const grants = ['own-files', 'team-read', 'by-role', 'reports', 'service-self'] as const;

/**
 * Who may have what at the access door, written down by hand. `dave` is disabled and `erin` has never signed in; both
 * are readers here, so that nothing else decides; so are `Google_1234`, whom an external provider knows, `ursula`, who
 * signed up and confirmed nothing, and `derek`, who is deleted. Scope: the token may not ask this at all.
 */
const table = `
  actor    subject  own-files    team-read    by-role      reports      service-self
  google   -        yes          refused      refused      refused      refused
  alice    -        yes          refused      refused      refused      refused
  bob      -        yes          yes          refused      refused      refused
  carol    -        refused      refused      no-role      refused      refused
  frank    -        refused      refused      refused      refused      refused
  service  -        refused      refused      refused      refused      yes
  batch    -        scope        scope        scope        scope        scope
  batch    alice    refused      refused      refused      yes          refused
  batch    bob      refused      refused      refused      yes          refused
  batch    erin     refused      refused      refused      yes          refused
  batch    google   refused      refused      refused      yes          refused
  batch    carol    refused      refused      refused      refused      refused
  batch    frank    refused      refused      refused      refused      refused
  batch    dave     unavailable  unavailable  unavailable  unavailable  unavailable
  batch    derek    unavailable  unavailable  unavailable  unavailable  unavailable
  batch    ursula   unavailable  unavailable  unavailable  unavailable  unavailable
  batch    nobody   unavailable  unavailable  unavailable  unavailable  unavailable
  batch    batch    unavailable  unavailable  unavailable  unavailable  unavailable
  batch    users:x  unavailable  unavailable  unavailable  unavailable  unavailable
  service  alice    scope        scope        scope        scope        scope
  alice    bob      scope        scope        scope        scope        scope
  alice    alice    scope        scope        scope        scope        scope
`;
const federated = 'Google_1234';
const errorOf: Readonly<Record<string, string>> = {
  refused: 'Grant.Refused',
  'no-role': 'Role.NotMapped',
  scope: 'Token.ScopeMissing',
  unavailable: 'Subject.Unavailable',
};
const cells = table
  .trim()
  .split('\n')
  .slice(1)
  .flatMap((line) => {
    const [actor = '', subject = '', ...answers] = line.trim().split(/\s+/);
    return grants.map((grant, index) => ({
      actor,
      subject: subject === '-' ? null : subject.replace('google', federated),
      grant,
      expected: answers[index] ?? '',
    }));
  });
const allowed = cells.filter(({ expected }) => expected === 'yes');
const denied = cells.filter(({ expected }) => expected !== 'yes');

describe('[SEC-09] who may have what at the access door', () => {
  let twin: OpenTwin;
  let googlesIdToken: string;
  let sealer: Sealer;
  let tokens: Readonly<Record<string, string>>;
  const upstream: string[] = [];

  beforeAll(async () => {
    twin = await startOpenTwin({
      ...{ stateDirectory: null, port: 0, awsPort: 0, users: 'demo' },
      interceptor: ({ service, operation }) => {
        if (['cognito-identity', 'sts', 'kms'].includes(service)) {
          upstream.push(`${service}:${operation}`);
        }
      },
    });
    sealer = await sealerOf(twin);
    const { userPoolId: UserPoolId } = twin.endpoints;
    for (const Username of ['dave', 'erin']) {
      await twin.call('cognito-idp', 'AdminAddUserToGroup', {
        ...{ UserPoolId, Username },
        GroupName: 'readers',
      });
    }
    const { cognitoIdp } = twin.services;
    const reader = { password: null, temporary: false, enabled: true, groups: ['readers'] };
    const identities = JSON.stringify([
      { userId: '1234', providerName: 'Google', providerType: 'Google', primary: 'true' },
    ]);
    const importReader = (
      username: string,
      status: 'EXTERNAL_PROVIDER' | 'UNCONFIRMED',
      attributes: Record<string, string> = {},
    ) => cognitoIdp.importUser(UserPoolId, { ...reader, username, status, attributes });
    await importReader(federated, 'EXTERNAL_PROVIDER', { identities });
    await importReader('ursula', 'UNCONFIRMED');
    await importReader('derek', 'EXTERNAL_PROVIDER');
    await twin.call('cognito-idp', 'AdminDeleteUser', { UserPoolId, Username: 'derek' });
    const google = await cognitoIdp.signInFederated(twin.endpoints.clients.cli.clientId, federated);
    googlesIdToken = google.IdToken;
    const people = ['alice', 'bob', 'carol', 'frank'];
    tokens = Object.fromEntries([
      ...(await Promise.all(
        people.map(async (name) => [name, (await signIn(twin, name)).accessToken] as const),
      )),
      ['google', google.AccessToken],
      ['service', await tokenOfMachine(twin, 'service')],
      ['batch', await tokenOfMachine(twin, 'batch')],
    ]);
  });
  beforeEach(() => {
    upstream.length = 0;
  });
  afterAll(async () => {
    await twin.stop();
  });

  const tokenOf = (actor: string): string => tokens[actor] ?? '';
  const ask = (actor: string, subject: string | null, grant: string) =>
    callApi(twin, 'POST', '/v1/exchange/credentials', {
      token: tokenOf(actor),
      body: { grant, ...(subject === null ? {} : { subject }) },
    });

  it('is a table of every grant for each actor and subject', () => {
    expect(cells).toHaveLength(22 * grants.length);
    expect(cells.every(({ expected }) => expected === 'yes' || expected in errorOf)).toBe(true);
    expect(allowed).toHaveLength(9);
  });

  it.each(denied)(
    '$actor for $subject does not get $grant, and nothing upstream is called',
    async ({ actor, subject, grant, expected }) => {
      const { status, body } = await ask(actor, subject, grant);
      expect(status).toBe(403);
      expect(body['credentials']).toBeUndefined();
      expect(upstream).toEqual([]);
      // The name of the refusal is told where an SDK reads it.
      const query = subject === null ? '' : `?subject=${encodeURIComponent(subject)}`;
      const container = await callApi(
        twin,
        'GET',
        `/v1/exchange/container-credentials/${grant}${query}`,
        { token: tokenOf(actor) },
      );
      const told = expected === 'unavailable' ? 'Grant.Refused' : errorOf[expected];
      expect([container.status, container.body['code']]).toEqual([403, told]);
      expect(upstream).toEqual([]);
    },
  );

  it.each(allowed)('$actor for $subject gets $grant', async ({ actor, subject, grant }) => {
    const { status, body } = await ask(actor, subject, grant);
    expect([status, body['grant']]).toEqual([200, grant]);
    expect(body['credentials']).toBeDefined();
  });

  it.each(denied)(
    'the machine by itself does not give $actor for $subject $grant either',
    async ({ actor, subject, grant, expected }) => {
      const input: Partial<IssueInput> = { door: 'access', onBehalfOf: subject, grant };
      const sealedToken = await sealer.seal('caller-token', '-', tokenOf(actor));
      upstream.length = 0;
      const { error } = await runMachine(twin, { ...input, sealedToken });
      expect(error).toBe(errorOf[expected]);
      // It opens the sealed token, and calls nothing beyond that.
      expect(upstream.filter((call) => call !== 'kms:Decrypt')).toEqual([]);
    },
  );

  it('[SEC-22] tells an actor at no door whether a subject is unknown, disabled, or beyond the grant', async () => {
    const token = tokenOf('batch');
    const ofDoor = (method: 'GET' | 'POST', path: string) => async (subject: string) => {
      const query = method === 'GET' ? `?subject=${encodeURIComponent(subject)}` : '';
      const { status, body } = await callApi(twin, method, `/v1/exchange/${path}${query}`, {
        token,
        ...(method === 'POST' ? { body: { grant: 'reports', subject } } : {}),
      });
      // The request's own id.
      const { instance, ...told } = body;
      expect(typeof instance).toBe(path === 'decisions' ? 'undefined' : 'string');
      return JSON.stringify([status, told]);
    };
    const doors = [
      ofDoor('POST', 'credentials'),
      ofDoor('GET', 'container-credentials/reports'),
      ofDoor('POST', 'decisions'),
    ];
    for (const tell of doors) {
      const answers = await Promise.all(['dave', 'nobody', 'users:x', 'frank', 'carol'].map(tell));
      expect(new Set(answers).size).toBe(1);
      expect(answers[0]).toMatch(/Grant\.Refused|No such grant/);
    }
  });

  const subjectOf = async (actor: string) =>
    String(
      (
        await callApi(twin, 'POST', '/v1/exchange/decisions', {
          token: tokenOf(actor),
          body: {},
        })
      ).body['subject'],
    );

  it('records each denial with the subject as far as it is known', async () => {
    const scan = async () =>
      (
        (await twin.call('dynamodb', 'Scan', {
          TableName: twin.endpoints.table,
          FilterExpression: 'sk = :sk',
          ExpressionAttributeValues: { ':sk': { S: 'DENIAL' } },
        })) as { Items: Record<string, { S?: string }>[] }
      ).Items;
    const before = new Set((await scan()).map(({ pk }) => pk?.S));
    await ask('batch', 'dave', 'reports');
    await ask('batch', 'carol', 'reports');
    const rows = (await scan()).filter(({ pk }) => !before.has(pk?.S));
    expect(rows.map(({ error, subject }) => [error?.S, subject?.S]).sort()).toEqual([
      ['Grant.Refused', await subjectOf('carol')],
      ['Subject.Unavailable', '-'],
    ]);
  });

  const forged = (sub: string): readonly string[] => [
    ...['users:x', 'users:', `partners:${sub}`, `:${sub}`, `users:users:${sub}`],
    ...[`" or sub = "${sub}`, `alice" or ""="`, `${sub}"`, 'alice*', "alice'--", '*', '%'],
    ...['__proto__', 'constructor', 'toString', 'hasOwnProperty'],
    ...['alice\u0000', 'alice\n', ' alice', 'alice ', '\u202ealice', 'a'.repeat(129)],
  ];

  it('[SEC-21] takes no forged subject for anybody', async () => {
    const sub = (await subjectOf('alice')).replace('users:', '');
    upstream.length = 0;
    for (const subject of forged(sub)) {
      const { status } = await ask('batch', subject, 'reports');
      expect([subject, status]).toEqual([subject, 403]);
    }
    expect(upstream).toEqual([]);
  });

  it('takes the same subject in each spelling, as one cache entry', async () => {
    const subject = await subjectOf('alice');
    const first = await ask('batch', 'alice', 'reports');
    for (const spelled of [subject, subject.replace('users:', ''), 'ALICE']) {
      const { body } = await ask('batch', spelled, 'reports');
      expect(body).toMatchObject({ subject, source: 'cache', sessionId: first.body['sessionId'] });
    }
  });

  it('[SEC-05] knows somebody of an external provider as one: by the ID token, the access token, and a job, in each spelling', async () => {
    const own = await callApi(twin, 'POST', '/v1/credentials', {
      token: googlesIdToken,
      body: { grant: 'own-files' },
    });
    expect(own.body).toMatchObject({ source: 'cache', grant: 'own-files' });
    const { subject, identityId } = own.body;
    for (const spelled of [federated, String(subject), String(subject).replace('users:', '')]) {
      const { body } = await ask('batch', spelled, 'reports');
      expect(body).toMatchObject({ subject, identityId, grant: 'reports' });
    }
  });

  it('lets an act-as session do what the job and the subject may both do, and nothing else', async () => {
    const own = (await ask('alice', null, 'own-files')).body;
    const acting = (await ask('batch', 'alice', 'reports')).body;
    const other = (await ask('batch', 'bob', 'reports')).body;
    expect(acting['identityId']).toBe(own['identityId']);
    expect(acting['sessionId']).not.toBe(own['sessionId']);
    expect(String(acting['assumedRoleArn'])).toMatch(
      /stepkey-reports\/[0-9a-f-]{36}\+[0-9a-f]{8}$/,
    );
    // The ledger tells them apart: one subject, but whose request it was.
    const actorsOf = async ({ sessionId }: Record<string, unknown>) => {
      const { Items = [] } = (await twin.call('dynamodb', 'Query', {
        TableName: twin.endpoints.table,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': { S: `SESSION#${String(sessionId)}` } },
      })) as { Items?: Record<string, { S?: string }>[] };
      return Items.map(({ subject, actor }) => `${subject?.S ?? ''} by ${actor?.S ?? ''}`);
    };
    const subject = String(own['subject']);
    expect(new Set(await actorsOf(own))).toEqual(new Set([`${subject} by -`]));
    expect(new Set(await actorsOf(acting))).toEqual(new Set([`${subject} by batch`]));
    const s3Of = (body: Record<string, unknown>) => {
      const { accessKeyId, secretAccessKey, sessionToken } = body['credentials'] as Credentials;
      return new S3Client({
        region: twin.endpoints.region,
        endpoint: twin.endpoints.aws,
        forcePathStyle: true,
        credentials: { accessKeyId, secretAccessKey, sessionToken },
        maxAttempts: 1,
      });
    };
    const { bucket: Bucket } = twin.endpoints;
    const keyOf = (body: Record<string, unknown>) => `private/${String(body['identityId'])}/a.txt`;
    const tried = async (call: Promise<unknown>) =>
      call.then(
        () => 'yes',
        (error: unknown) => (error as Error).name,
      );
    const [person, job] = [s3Of(own), s3Of(acting)];
    const put = { Bucket, Key: keyOf(own), Body: 'hers' };
    expect(await tried(person.send(new PutObjectCommand(put)))).toBe('yes');
    expect(await tried(job.send(new GetObjectCommand({ Bucket, Key: keyOf(own) })))).toBe('yes');
    const beyond = [
      () => job.send(new PutObjectCommand(put)),
      () => job.send(new GetObjectCommand({ Bucket, Key: keyOf(other) })),
      () => job.send(new GetObjectCommand({ Bucket, Key: 'team/a.txt' })),
      () => job.send(new GetObjectCommand({ Bucket, Key: 'shared/service/a.txt' })),
    ];
    for (const call of beyond) expect(await tried(call())).toBe('AccessDenied');
  });

  it('tells every rule to tokens with the scope for audits, and to no other', async () => {
    const audrey = (await signIn(twin, 'audrey')).accessToken;
    const explain = async (token: string, subject?: string) =>
      (
        await callApi(twin, 'POST', '/v1/exchange/decisions', {
          token,
          body: subject === undefined ? {} : { subject },
        })
      ).body;
    expect((await explain(audrey))['trace']).toHaveLength(grants.length);
    expect((await explain(tokenOf('alice')))['trace']).toBeUndefined();
    upstream.length = 0;
    expect(await explain(tokenOf('batch'), 'alice')).toMatchObject({
      outcome: 'allowed',
      subject: await subjectOf('alice'),
      actor: 'batch',
      grant: 'reports',
      tags: { 'stepkey-actor': 'batch', 'stepkey-client': 'batch' },
    });
    expect(await explain(tokenOf('batch'), 'nobody')).toEqual({
      outcome: 'refused',
      subject: null,
      client: 'batch',
      actor: 'batch',
      error: 'Grant.Refused',
    });
    expect(upstream).toEqual([]);
  });
});
