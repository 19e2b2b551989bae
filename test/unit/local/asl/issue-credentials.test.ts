import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parseDefinition } from '../../../../local/asl/parse.ts';
import { refuseResource } from '../../../../local/services/states/task-resources.ts';
import { runScripted, visited } from './scripted-run.ts';
import type { ScriptedAnswer } from './scripted-run.ts';
import { startOfTestEpochMillis } from './virtual-timers.ts';

// One file, though long: all its stories run one text of the machine with one set of answers.

const substitutions: Readonly<Record<string, string>> = {
  Partition: 'aws',
  DecideFunctionArn: 'arn:aws:lambda:us-east-1:123456789012:function:decide',
  IdentityFunctionArn: 'arn:aws:lambda:us-east-1:123456789012:function:identity',
  ExchangeFunctionArn: 'arn:aws:lambda:us-east-1:123456789012:function:exchange',
  TableName: 'stepkey',
  IdentityMode: 'linked',
  DeveloperIdentityCallsPerSecond: '50',
  BatchCallsPerSecond: '30',
  StsCallsPerSecond: '300',
  KmsCallsPerSecond: '2000',
  ClientShares: "{'slow': 7}",
};

const source = readFileSync(
  new URL('../../../../statemachines/issue-credentials.asl.json', import.meta.url),
  'utf8',
);
const definition = source.replace(
  /\$\{(\w+)\}/g,
  (whole, name: string) => substitutions[name] ?? whole,
);

const nowEpochSeconds = startOfTestEpochMillis / 1_000;

const input = {
  kind: 'credentials',
  door: 'id',
  sealedToken: 'sealed-caller-token',
  onBehalfOf: null,
  grant: 'own-files',
  roleArn: null,
  class: 'interactive',
  refreshAheadSeconds: 0,
  unusableSessionId: '-',
};

const caller = {
  subject: 'users:alice',
  client: 'app',
  actor: null,
  tokenId: null,
  authTimeEpochSeconds: nowEpochSeconds - 60,
};

const decision = {
  grant: 'own-files',
  roleArn: 'arn:aws:iam::123456789012:role/stepkey/stepkey-own-files',
  sessionName: 'alice',
  durationSeconds: 3_600,
  minTtlSeconds: 1_200,
  tags: { 'stepkey-subject': 'users:alice' },
  sessionPolicyTemplate: '{}',
  cacheKey: 'abc',
  traceEveryRequest: false,
  rule: 0,
  evidence: { groups: ['readers'] },
};

const rows = (...items: unknown[]): ScriptedAnswer => ({
  result: { Responses: { stepkey: items }, UnprocessedKeys: {} },
});

const subjectRow = {
  pk: { S: 'SUBJECT#users:alice' },
  sk: { S: 'SUBJECT' },
  identityId: { S: 'us-east-1:id' },
  linked: { N: '1' },
};

const entry = (overrides: Record<string, unknown> = {}): ScriptedAnswer => ({
  result: {
    Item: {
      sealedSession: { S: 'sealed-old' },
      sessionId: { S: 'old-session' },
      identityId: { S: 'us-east-1:id' },
      expiresAtEpochSeconds: { N: String(nowEpochSeconds + 3_000) },
      epochs: {
        M: { subject: { N: '0' }, client: { N: '0' }, grant: { N: '0' }, everything: { N: '0' } },
      },
      ...overrides,
    },
  },
});

const nothing: ScriptedAnswer = { result: {} };
const payload = (value: unknown): ScriptedAnswer => ({
  result: { ExecutedVersion: '$LATEST', Payload: value, StatusCode: 200 },
});

const paid = (secondsAhead: number): ScriptedAnswer => ({
  result: { Attributes: { sk: { S: String(nowEpochSeconds + secondsAhead) } } },
});
const refused: ScriptedAnswer = { error: 'DynamoDb.ConditionalCheckFailedException' };

const script: Readonly<Record<string, readonly ScriptedAnswer[]>> = {
  WarmExchange: [{ result: { StatusCode: 202 } }],
  ValidateToken: [payload(caller)],
  MapRole: [payload(decision)],
  ResolveIdentity: [rows(subjectRow)],
  LookUpCredentials: [nothing],
  TakeLease: [nothing],
  TakeQuota: [paid(0)],
  RegisterIdentity: [payload({ identityId: 'us-east-1:new', linked: true })],
  RecordIntent: [nothing],
  ObtainOpenIdToken: [payload({ sealedOpenIdToken: 'sealed-open-id' })],
  ObtainOpenIdTokenWithLogin: [payload({ sealedOpenIdToken: 'sealed-open-id-2' })],
  AssumeMappedRole: [
    payload({
      sealedSession: 'sealed-new',
      accessKeyId: 'ASIAEXAMPLE',
      assumedRoleArn: 'arn:aws:sts::123456789012:assumed-role/stepkey-own-files/alice',
      expiresAtEpochSeconds: nowEpochSeconds + 3_600,
      sessionPolicySha256: 'f00d',
      sessionPolicy: '{"Version":"2012-10-17"}',
      packedPolicySizePercent: 7,
    }),
  ],
  RecordSession: [nothing],
  RecordIssuance: [nothing],
  CacheCredentials: [nothing],
  ConfirmNotRevoked: [rows(subjectRow)],
  WithdrawEntry: [nothing],
  WithdrawSession: [nothing],
  RecordFailure: [nothing],
  ReleaseLease: [nothing],
  ExplainDenial: [payload({ basis: '{}' })],
  RecordDenial: [nothing],
};

const run = (
  changes: Readonly<Record<string, readonly ScriptedAnswer[]>> = {},
  changedInput: Record<string, unknown> = {},
) => runScripted(definition, { ...input, ...changedInput }, { ...script, ...changes });

const upToEntry = [
  'IsAfterIdle',
  'ValidateToken',
  'IsActing',
  'MapRole',
  'ResolveIdentity',
  'WeighRevocation',
  'IsAllowed',
];
const toLease = [...upToEntry, 'LookUpCredentials', 'IsEntryFresh', 'TakeLease'];
const paying = ['TakeQuota', 'AwaitPaidSecond', 'NeedsRegistration'];
const minting = [
  ...[...toLease, ...paying, 'RecordIntent', 'ObtainOpenIdToken'],
  ...['AssumeMappedRole', 'RecordSession', 'RecordIssuance', 'IsMinted', 'CacheCredentials'],
  ...['ConfirmNotRevoked', 'IsUnchanged'],
];

describe('statemachines/issue-credentials.asl.json', () => {
  it('is a definition that the interpreter takes, every task resource included', () => {
    expect(parseDefinition(definition, { refuseResource }).diagnostics).toEqual([]);
  });

  it('names no placeholder that the stack does not fill in', () => {
    const named = [...source.matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name);

    expect(new Set(named)).toEqual(new Set(Object.keys(substitutions)));
  });

  it('mints where there is no entry', async () => {
    const { events, outcome, requests } = await run();

    expect(visited(events)).toEqual([...minting, 'Issued']);
    expect(JSON.parse('output' in outcome ? outcome.output : '')).toEqual({
      outcome: 'issued',
      source: 'minted',
      sessionId: 'run',
      issuanceId: 'run',
      sealedSession: 'sealed-new',
    });
    const quota = requests.find(({ context }) => context.State.Name === 'TakeQuota');
    expect(quota?.arguments).toMatchObject({
      Key: { sk: { S: String(nowEpochSeconds) } },
      ExpressionAttributeNames: { '#class': 'interactive', '#client': 'client:app' },
      ExpressionAttributeValues: {
        ':room': { N: '49' },
        ':classRoom': { N: '49' },
        ':clientRoom': { N: '49' },
        ':sts': { N: '1' },
      },
    });
    const cached = requests.find(({ context }) => context.State.Name === 'CacheCredentials');
    expect(cached?.arguments).toMatchObject({
      ExpressionAttributeValues: {
        ':epochs': { M: { subject: { N: '0' }, everything: { N: '0' } } },
        ':expiresAt': { N: String(nowEpochSeconds + 3_600) },
      },
    });
  });

  it('registers a subject that is unknown, and pays for each of the two calls', async () => {
    const { events, requests } = await run({
      ResolveIdentity: [rows()],
      ConfirmNotRevoked: [rows()],
    });

    expect(visited(events)).toEqual([
      ...toLease,
      ...[...paying, 'RegisterIdentity', 'IsIdentityAsked'],
      ...minting.slice(minting.indexOf('TakeQuota')),
      'Issued',
    ]);
    const obtained = requests.find(({ context }) => context.State.Name === 'ObtainOpenIdToken');
    expect(obtained?.arguments).toMatchObject({ Payload: { identityId: 'us-east-1:new' } });
  });

  it.each([
    ['a subject that is known', {}, ['DecideFunctionArn', 'ExchangeFunctionArn']],
    [
      'a new subject',
      { ResolveIdentity: [rows()], ConfirmNotRevoked: [rows()] },
      ['DecideFunctionArn', 'ExchangeFunctionArn', 'IdentityFunctionArn'],
    ],
  ])(
    'needs, behind the front, few functions for %s, also after idle',
    async (_, changes, functions) => {
      const { requests } = await run(changes, { isAfterIdle: true });

      const invoked = requests.flatMap(({ arguments: given }) => {
        const { FunctionName: name } = given as { FunctionName?: string };
        return name === undefined ? [] : [name];
      });
      expect([...new Set(invoked)].sort()).toEqual(
        functions.map((name) => substitutions[name]).sort(),
      );
    },
  );

  it('hands out an entry that is fresh', async () => {
    const { events, outcome, requests } = await run({
      LookUpCredentials: [entry({ accessKeyId: { S: 'ASIAOLD' } })],
    });

    expect(visited(events)).toEqual([
      ...[...upToEntry, 'LookUpCredentials', 'IsEntryFresh', 'RecordIssuance', 'IsMinted'],
      ...['ConfirmNotRevoked', 'IsUnchanged', 'Issued'],
    ]);
    expect(JSON.parse('output' in outcome ? outcome.output : '')).toMatchObject({
      source: 'cache',
      sessionId: 'old-session',
      sealedSession: 'sealed-old',
    });
    const recorded = requests.find(({ context }) => context.State.Name === 'RecordIssuance');
    expect(recorded?.arguments).toMatchObject({
      Item: {
        source: { S: 'cache' },
        accessKeyId: { S: 'ASIAOLD' },
        expiresAtEpochSeconds: { N: String(nowEpochSeconds + 3_000) },
      },
    });
  });

  it.each([
    [
      'has too little time left',
      entry({ expiresAtEpochSeconds: { N: String(nowEpochSeconds + 1_199) } }),
    ],
    ['is of another identity', entry({ identityId: { S: 'us-east-1:other' } })],
    [
      'was minted under an epoch that has passed',
      entry({
        epochs: {
          M: { subject: { N: '0' }, client: { N: '0' }, grant: { N: '1' }, everything: { N: '0' } },
        },
      }),
    ],
  ])('mints where the entry %s', async (_, old) => {
    const { events, requests } = await run({ LookUpCredentials: [old] });

    expect(visited(events)).toEqual([...minting, 'Issued']);
    const lease = requests.find(({ context }) => context.State.Name === 'TakeLease');
    expect(lease?.arguments).toMatchObject({
      ExpressionAttributeValues: {
        ':seen': { S: 'old-session' },
        ':now': { N: String(startOfTestEpochMillis) },
        ':until': { N: String(startOfTestEpochMillis + 25_000) },
      },
    });
  });

  it('mints where the front could not open the entry', async () => {
    const { events } = await run(
      { LookUpCredentials: [entry()] },
      { unusableSessionId: 'old-session' },
    );

    expect(visited(events)).toEqual([...minting, 'Issued']);
  });

  it('records decision, session, key and policy of what it mints, and the same again when a write is repeated', async () => {
    // Each repetition waits, so that the clock is in another second by the third attempt.
    const failed = { error: 'DynamoDb.SdkClientException' };
    const lost = [failed, failed, nothing];
    const { requests } = await run({ RecordIntent: lost, RecordIssuance: lost });

    const written = (state: string) =>
      requests
        .filter(({ context }) => context.State.Name === state)
        .map((request) => request.arguments as { Item: Record<string, unknown> });
    const [intent, ...intentAgain] = written('RecordIntent');
    expect(intentAgain).toEqual([intent, intent]);
    expect(intent?.Item).toMatchObject({
      rule: { N: '0' },
      evidence: { S: '{"groups":["readers"]}' },
      actor: { S: '-' },
      startedAtEpochSeconds: { N: String(nowEpochSeconds) },
    });
    const [issuance, ...issuanceAgain] = written('RecordIssuance');
    expect(issuanceAgain).toEqual([issuance, issuance]);
    expect(issuance?.Item).toMatchObject({
      evidence: { S: '{"groups":["readers"]}' },
      actor: { S: '-' },
      accessKeyId: { S: 'ASIAEXAMPLE' },
      identityId: { S: 'us-east-1:id' },
      sessionName: { S: 'alice' },
      expiresAtEpochSeconds: { N: String(nowEpochSeconds + 3_600) },
      // Later than the intent, whose repetitions waited; no later for its own.
      atEpochSeconds: { N: String(nowEpochSeconds + 1) },
    });
    expect(written('RecordSession')[0]).toMatchObject({
      ExpressionAttributeValues: { ':policy': { S: '{"Version":"2012-10-17"}' } },
    });
  });

  it('has exchange start before anything else where the front has been idle, and tells it nothing', async () => {
    const { events, requests } = await run({}, { isAfterIdle: true });

    expect(visited(events)).toEqual(['IsAfterIdle', 'WarmExchange', ...minting.slice(1), 'Issued']);
    expect(requests[0]?.arguments).toEqual({
      FunctionName: substitutions['ExchangeFunctionArn'],
      InvocationType: 'Event',
      Payload: { task: 'warm-up' },
    });
    const entered = events.find(({ details }) => details['name'] === 'WarmExchange');
    expect(entered?.details['input']).toBe('{}');
  });

  it.each([undefined, false, null, 'true', 1, [], {}])(
    'starts nothing ahead where the front says %p of having been idle',
    async (isAfterIdle) => {
      const { events } = await run({}, { isAfterIdle });

      expect(visited(events)).toEqual([...minting, 'Issued']);
    },
  );

  it.each<[string, ScriptedAnswer]>([
    ['is throttled', { error: 'Lambda.TooManyRequestsException' }],
    ['fails', { error: 'Lambda.ServiceException' }],
    ['is not allowed', { error: 'Lambda.AWSLambdaException' }],
    ['is not answered', { takesMillis: 60_000, result: { StatusCode: 202 } }],
    ['is answered with rubbish', { result: 'rubbish' }],
  ])('mints all the same, and tries once only, where that %s', async (_, answer) => {
    const { events, requests, elapsedMillis } = await run(
      { WarmExchange: [answer] },
      { isAfterIdle: true },
    );

    expect(visited(events)).toEqual(['IsAfterIdle', 'WarmExchange', ...minting.slice(1), 'Issued']);
    const ofWarmUp = requests.filter(({ context }) => context.State.Name === 'WarmExchange');
    expect(ofWarmUp).toHaveLength(1);
    expect(elapsedMillis).toBe(answer.takesMillis === undefined ? 0 : 1_000);
  });

  it('ends as in progress where another holds the lease', async () => {
    const { events, outcome } = await run({
      TakeLease: [{ error: 'DynamoDb.ConditionalCheckFailedException' }],
    });

    expect(visited(events)).toEqual([...toLease, 'InProgress']);
    expect(outcome).toEqual({ status: 'SUCCEEDED', output: '{"outcome":"in-progress"}' });
  });

  it('records a denial in MapRole, and ends as denied', async () => {
    const { events, outcome, requests } = await run({ MapRole: [{ error: 'Grant.Refused' }] });

    expect(visited(events)).toEqual([
      'IsAfterIdle',
      'ValidateToken',
      'IsActing',
      'MapRole',
      'IsDenial',
      'ExplainDenial',
      'RecordDenial',
      'Denied',
    ]);
    expect(outcome).toMatchObject({ status: 'FAILED', error: 'Grant.Refused' });
    expect(requests.at(-1)?.arguments).toMatchObject({
      Item: { error: { S: 'Grant.Refused' }, grant: { S: 'own-files' }, tokenId: { S: '-' } },
    });
  });

  it('records the rules that were tried, as the function says them; a refusal stands without', async () => {
    const refusing = { MapRole: [{ error: 'Grant.Refused' }] };
    const explained = await run({ ...refusing, ExplainDenial: [payload({ basis: '{"rule":0}' })] });
    expect(explained.requests.at(-2)?.arguments).toMatchObject({
      Payload: { task: 'explain-denial', caller, grant: 'own-files', kind: 'credentials' },
    });
    expect(explained.requests.at(-1)?.arguments).toMatchObject({
      Item: { basis: { S: '{"rule":0}' } },
    });
    const silent = await run({ ...refusing, ExplainDenial: [{ error: 'Config.Invalid' }] });
    expect(silent.outcome).toMatchObject({ status: 'FAILED', error: 'Grant.Refused' });
    expect(silent.requests.at(-1)?.arguments).toMatchObject({ Item: { basis: { S: '-' } } });
  });

  it('records a denial of a token that names nobody', async () => {
    const { events, requests } = await run(
      { ValidateToken: [{ error: 'Token.Invalid' }] },
      { grant: null },
    );

    expect(visited(events)).toEqual([
      'IsAfterIdle',
      'ValidateToken',
      'IsDenial',
      'ExplainDenial',
      'RecordDenial',
      'Denied',
    ]);
    expect(requests.at(-1)?.arguments).toMatchObject({
      Item: { subject: { S: '-' }, client: { S: '-' }, grant: { S: '-' }, tokenId: { S: '-' } },
    });
  });

  it.each([
    ['suspended', { ...subjectRow, suspended: { N: '1' } }],
    ['suspended twice', { ...subjectRow, suspended: { N: '2' } }],
    [
      'revoked after the sign-in',
      { ...subjectRow, revokedBeforeEpochSeconds: { N: String(caller.authTimeEpochSeconds) } },
    ],
  ])('refuses a subject that is %s, before the entry is read', async (_, row) => {
    const { events, outcome } = await run({ ResolveIdentity: [rows(row)] });

    expect(visited(events)).toEqual([
      ...upToEntry,
      'IsDenial',
      'ExplainDenial',
      'RecordDenial',
      'Denied',
    ]);
    expect(outcome).toMatchObject({ status: 'FAILED', error: 'Subject.Revoked' });
  });

  it('takes back what was revoked while it was minted', async () => {
    const { events, outcome, requests } = await run({
      ConfirmNotRevoked: [rows({ ...subjectRow, epoch: { N: '1' } })],
    });

    expect(visited(events)).toEqual([
      ...minting,
      ...[
        'WithdrawEntry',
        'WithdrawSession',
        'IsDenial',
        'ExplainDenial',
        'RecordDenial',
        'Denied',
      ],
    ]);
    expect(outcome).toMatchObject({ error: 'Subject.Revoked' });
    const withdrawn = requests.find(({ context }) => context.State.Name === 'WithdrawEntry');
    expect(withdrawn?.arguments).toMatchObject({
      ExpressionAttributeValues: { ':sessionId': { S: 'run' } },
    });
  });

  it('fails where a revocation row could not be read', async () => {
    const unread = {
      result: { Responses: { stepkey: [subjectRow] }, UnprocessedKeys: { stepkey: { Keys: [] } } },
    };
    const { events, outcome } = await run({ ResolveIdentity: [unread] });

    expect(visited(events)).toEqual([...upToEntry, 'IsDenial', 'Failed']);
    expect(outcome).toMatchObject({ error: 'Upstream.Throttled' });
  });

  it.each([
    ['interactive', 2],
    ['batch', 6],
  ])('queues for a later second, of class %s for at most %d more', async (budget, ahead) => {
    const { requests, outcome } = await run({ TakeQuota: [refused] }, { class: budget });

    const quota = requests.filter(({ context }) => context.State.Name === 'TakeQuota');
    const keys = quota.map((request) => request.arguments as { Key: { sk: { S: string } } });
    expect(keys.map(({ Key }) => Number(Key.sk.S))).toEqual(
      Array.from({ length: ahead + 1 }, (_, index) => nowEpochSeconds + index),
    );
    expect(outcome).toMatchObject({ error: 'Quota.Exhausted' });
  });

  it('waits until half a second before the second that it could pay for', async () => {
    const { elapsedMillis, events } = await run({ TakeQuota: [refused, paid(1)] });

    expect(visited(events)).toEqual([
      ...toLease,
      ...['TakeQuota', 'IsLaterSecondOpen'],
      ...minting.slice(minting.indexOf('TakeQuota')),
      'Issued',
    ]);
    expect(elapsedMillis).toBe(500);
  });

  it.each([
    [0, 500],
    [0.5, 800],
    [0.999, 1_099],
  ])('spreads a batch over its second: by chance %d after %d ms', async (chance, millis) => {
    const { elapsedMillis } = await runScripted(
      definition,
      { ...input, class: 'batch' },
      { ...script, TakeQuota: [refused, paid(1)] },
      { random: () => chance },
    );

    expect(elapsedMillis).toBe(millis);
  });

  it('keeps a batch to its share and a listed client to its own', async () => {
    const { requests } = await run(
      { ValidateToken: [payload({ ...caller, client: 'slow' })] },
      { class: 'batch' },
    );

    const quota = requests.find(({ context }) => context.State.Name === 'TakeQuota');
    expect(quota?.arguments).toMatchObject({
      ExpressionAttributeNames: { '#class': 'batch', '#client': 'client:slow' },
      ExpressionAttributeValues: {
        ':room': { N: '49' },
        ':classRoom': { N: '29' },
        ':clientRoom': { N: '6' },
      },
    });
  });

  it.each([
    ['Quota.Elapsed', 5],
    ['Upstream.Throttled', 2],
    ['Lambda.ServiceException', 2],
  ])(
    'pays for each further attempt at a call after %s, of which there are %d [SEC-11]',
    async (error, attempts) => {
      const { events, outcome, requests } = await run({
        ObtainOpenIdToken: [{ error }],
      });

      expect(visited(events).filter((name) => name === 'TakeQuota')).toHaveLength(attempts);
      expect(
        requests.filter(({ context }) => context.State.Name === 'ObtainOpenIdToken'),
      ).toHaveLength(attempts);
      expect(visited(events).slice(-6)).toEqual([
        ...['IsQuotaAttemptLeft', 'IsIntentRecorded', 'RecordFailure', 'ReleaseLease'],
        ...['IsDenial', 'Failed'],
      ]);
      expect(outcome).toMatchObject({ error });
    },
  );

  it.each([
    ['Quota.Elapsed', [0, 0, 1, 1, 1]],
    ['Upstream.Throttled', [0, 1]],
  ])('pays after %s for seconds that are %j after the nearest', async (error, ahead) => {
    const { requests } = await run({ ObtainOpenIdToken: [{ error }] });

    const payments = requests.filter(({ context }) => context.State.Name === 'TakeQuota');
    expect(
      payments.map(({ arguments: input, context }) => {
        const { Key } = input as { readonly Key: { readonly sk: { readonly S: string } } };
        const nearest = Math.floor((Date.parse(context.State.EnteredTime) + 150) / 1000);
        return Number(Key.sk.S) - nearest;
      }),
    ).toEqual(ahead);
  });

  it('goes on after a second attempt that came in time', async () => {
    const { events } = await run({
      ResolveIdentity: [rows()],
      ConfirmNotRevoked: [rows()],
      RegisterIdentity: [
        { error: 'Quota.Elapsed' },
        payload({ identityId: 'us-east-1:new', linked: true }),
      ],
    });

    expect(visited(events)).toEqual([
      ...toLease,
      ...[...paying, 'RegisterIdentity', 'IsQuotaAttemptLeft'],
      ...[...paying, 'RegisterIdentity', 'IsIdentityAsked'],
      ...minting.slice(minting.indexOf('TakeQuota')),
      'Issued',
    ]);
  });

  it('releases the lease where the quota is spent', async () => {
    const { events, outcome } = await run({ TakeQuota: [refused] });

    expect(visited(events)).toEqual([
      ...toLease,
      ...['TakeQuota', 'IsLaterSecondOpen', 'TakeQuota', 'IsLaterSecondOpen'],
      ...['TakeQuota', 'IsLaterSecondOpen', 'IsIntentRecorded'],
      'ReleaseLease',
      'IsDenial',
      'Failed',
    ]);
    expect(outcome).toMatchObject({ error: 'Quota.Exhausted' });
  });

  it('records the failure and releases the lease where STS stays unavailable', async () => {
    const { elapsedMillis, events, outcome } = await run({
      AssumeMappedRole: [{ error: 'Upstream.Unavailable' }],
    });

    expect(visited(events)).toEqual([
      ...minting.slice(0, minting.indexOf('RecordSession')),
      ...['RecordFailure', 'ReleaseLease', 'IsDenial', 'Failed'],
    ]);
    expect(outcome).toMatchObject({ error: 'Upstream.Unavailable' });
    expect(elapsedMillis).toBe(500);
  });

  it('makes the call again with the person’s login where the pool asks for it', async () => {
    const { events } = await run({ ObtainOpenIdToken: [{ error: 'Identity.LoginRequired' }] });

    const next = minting.indexOf('AssumeMappedRole');
    expect(visited(events)).toEqual([
      ...minting.slice(0, next),
      ...['IsLoginAtHand', ...paying, 'ObtainOpenIdTokenWithLogin'],
      ...minting.slice(next),
      'Issued',
    ]);
  });

  it('answers with the identity alone where only that is asked for', async () => {
    const asked = { kind: 'identity', grant: null };
    const known = await run({ MapRole: [payload({ grant: '-' })] }, asked);
    const unknown = await run(
      { MapRole: [payload({ grant: '-' })], ResolveIdentity: [rows()] },
      asked,
    );

    expect(visited(known.events)).toEqual([...upToEntry, 'IdentityResolved']);
    expect(visited(unknown.events)).toEqual([
      ...upToEntry,
      ...[...paying, 'RegisterIdentity', 'IsIdentityAsked', 'IdentityResolved'],
    ]);
    expect(unknown.outcome).toMatchObject({
      output: '{"outcome":"identity","identityId":"us-east-1:new","linked":true}',
    });
  });
});
