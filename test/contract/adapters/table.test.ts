import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';

import { clientSettings } from '../../../adapters/aws-clients.ts';
import { dynamoCredentialStore } from '../../../adapters/credential-store.ts';
import { mendingRegistry } from '../../../adapters/identity-mending.ts';
import { dynamoIdentityRegistry } from '../../../adapters/identity-registry.ts';
import { dynamoRoleWideCutOff } from '../../../adapters/role-wide-cut-off.ts';
import { dynamoUsernameRegistry } from '../../../adapters/username-registry.ts';
import { dynamoLedger } from '../../../adapters/ledger.ts';
import type { CacheEntry, RevocationState } from '../../../core/ports.ts';
import type { RoleWideCutOff } from '../../../core/revocations/ports.ts';
import { AwsError } from '../../../local/aws.ts';
import { wireCredentials } from '../../support/fakes/aws-wire.ts';
import { nameOfFailure } from '../../support/fakes/expect-failure.ts';
import { fakeDenyPolicy } from '../../support/fakes/fake-deny-policy.ts';
import { fakeTable, type FakeTable } from '../../support/fakes/fake-table.ts';
import { fakeClock } from '../../support/fakes/fixed-clock.ts';
import { dynamoDbOnWire, tableName, type WireService } from '../../support/fakes/wire-services.ts';

// One file, though long: each adapter of the table is held to its port, on one table.

let dynamo: WireService;
let serial = 0;
const timer = fakeClock();

beforeAll(async () => {
  dynamo = await dynamoDbOnWire();
});
afterEach(() => {
  dynamo.mend();
  dynamo.wire.calls.length = 0;
});
afterAll(() => dynamo.close());

const client = (maxAttempts = 1) =>
  new DynamoDBClient({
    ...clientSettings('dynamodb', { region: 'us-east-1', endpoint: dynamo.wire.endpoint }),
    requestHandler: { requestTimeout: 1_000, throwOnRequestTimeout: true },
    credentials: wireCredentials,
    maxAttempts,
  });

const put = (item: Record<string, unknown>) =>
  dynamo.call('PutItem', { TableName: tableName, Item: item });
const get = async (pk: string, sk: string) => {
  const { Item } = await dynamo.call('GetItem', {
    TableName: tableName,
    Key: { pk: { S: pk }, sk: { S: sk } },
  });
  return Item as Record<string, unknown> | undefined;
};

const s = (value: string) => ({ S: value });
const n = (value: number) => ({ N: String(value) });

const mendingRecord = {
  operation: 'adopt',
  reason: 'case 4711',
  by: 'arn:aws:sts::123456789012:assumed-role/operator/oscar',
  atEpochSeconds: 1_800_000_000,
} as const;

type Table = Omit<
  FakeTable,
  | 'issuances'
  | 'denials'
  | 'failWith'
  | 'putEntry'
  | 'putLease'
  | 'putRevocation'
  | 'awaitLogin'
  | 'denyAllBefore'
> & {
  readonly denyAllBefore: (epochSeconds: number) => unknown;
  readonly awaitLogin: (subject: string) => unknown;
  readonly putEntry: (subject: string, cacheKey: string, entry: CacheEntry) => unknown;
  readonly putLease: (subject: string, cacheKey: string, until: number) => unknown;
  readonly putRevocation: (
    key: Parameters<FakeTable['putRevocation']>[0],
    state: Partial<RevocationState>,
  ) => unknown;
};

const realTable = (maxAttempts = 1): Table => {
  const options = { client: client(maxAttempts), tableName };
  return {
    ...dynamoCredentialStore({ ...options, timer }),
    ...dynamoIdentityRegistry(options),
    ...dynamoUsernameRegistry(options),
    ...dynamoLedger({ ...options, timer }),
    awaitLogin: async (subject) => {
      const rows = mendingRegistry(options);
      await rows.correct(subject, await rows.find(subject), null, mendingRecord);
    },
    denyAllBefore: (epochSeconds) => dynamoRoleWideCutOff(options).set(epochSeconds),
    // As the state machine writes them.
    putEntry: (subject, cacheKey, entry) =>
      put({
        pk: s(`SUBJECT#${subject}`),
        sk: s(`ENTRY#${cacheKey}`),
        sealedSession: s(entry.sealedSession),
        sessionId: s(entry.sessionId),
        identityId: s(entry.identityId),
        expiresAtEpochSeconds: n(entry.expiresAtEpochSeconds),
        deleteAfterEpochSeconds: n(entry.expiresAtEpochSeconds),
        epochs: {
          M: Object.fromEntries(
            (['subject', 'client', 'grant', 'everything'] as const).map((key) => [
              key,
              n(entry.epochs[key]),
            ]),
          ),
        },
      }),
    putLease: (subject, cacheKey, until) =>
      put({
        pk: s(`SUBJECT#${subject}`),
        sk: s(`ENTRY#${cacheKey}`),
        leaseOwner: s('another'),
        leaseUntilEpochMillis: n(until),
      }),
    putRevocation: (key, state) =>
      put({
        pk: s(key),
        sk: s(key.startsWith('SUBJECT#') ? 'SUBJECT' : 'REVOCATION'),
        ...(state.epoch === undefined ? {} : { epoch: n(state.epoch) }),
        ...(state.revokedBeforeEpochSeconds === undefined
          ? {}
          : { revokedBeforeEpochSeconds: n(state.revokedBeforeEpochSeconds) }),
        ...(state.suspensions === undefined ? {} : { suspended: n(state.suspensions) }),
      }),
  };
};

const scope = () => {
  serial += 1;
  const suffix = String(serial);
  return { subject: `users:s${suffix}`, client: `app-${suffix}`, grant: `grant-${suffix}` };
};
const cacheKey = 'c'.repeat(64);
const nothing: RevocationState = { epoch: 0, revokedBeforeEpochSeconds: 0, suspensions: 0 };
const entry: CacheEntry = {
  sealedSession: 'c2VhbGVk',
  sessionId: 'session-1',
  identityId: 'us-east-1:aaaa',
  expiresAtEpochSeconds: 1_800_000_000,
  epochs: { subject: 1, client: 2, grant: 3, everything: 4 },
};
const issuance = () => {
  const { subject, client: clientName, grant } = scope();
  return {
    issuanceId: `issuance-${String(serial)}`,
    sessionId: `session-${String(serial)}`,
    subject,
    client: clientName,
    actor: 'batch',
    grant,
    rule: 1,
    evidence: { groups: ['readers'], 'claims.custom:tenant': 'red' },
    roleArn: 'arn:aws:iam::123456789012:role/stepkey/stepkey-own-files',
    sessionName: 'someone',
    identityId: 'us-east-1:aaaa',
    accessKeyId: 'ASIAEXAMPLE00000001',
    expiresAtEpochSeconds: 1_800_003_600,
    tokenId: null,
    source: 'cache' as const,
    stale: false,
    atEpochSeconds: 1_800_000_000,
  };
};
const denial = () => ({
  denialId: `denial-${String((serial += 1))}`,
  error: 'Token.Invalid',
  subject: null,
  client: null,
  actor: null,
  grant: null,
  tokenId: null,
  basis: { rule: null, evidence: null, tried: [], triedLeftOut: 0 },
  atEpochSeconds: 1_800_000_000,
});

describe.each([
  ['the fake', (): Table => fakeTable()],
  ['DynamoDB', realTable],
] as const)('%s, as the table', (_name, newTable) => {
  it('knows nothing of a new subject', async () => {
    expect(await newTable().read(scope(), cacheKey)).toEqual({
      identity: null,
      revocation: { subject: nothing, client: nothing, grant: nothing, everything: nothing },
      entry: null,
      allDeniedBeforeEpochSeconds: 0,
      leaseUntilEpochMillis: null,
    });
  });

  it('reads an identity that was remembered', async () => {
    const table = newTable();
    const at = scope();
    await table.remember(at.subject, { identityId: 'us-east-1:aaaa', linked: false });
    expect((await table.read(at, null)).identity).toEqual({
      identityId: 'us-east-1:aaaa',
      linked: false,
    });
  });

  it('never forgets a link', async () => {
    const table = newTable();
    const at = scope();
    for (const linked of [false, true, false]) {
      await table.remember(at.subject, { identityId: 'us-east-1:aaaa', linked });
    }
    expect((await table.read(at, null)).identity?.linked).toBe(true);
  });

  it('keeps the first identity and refuses another', async () => {
    const table = newTable();
    const at = scope();
    await table.remember(at.subject, { identityId: 'us-east-1:aaaa', linked: false });
    expect(
      await nameOfFailure(
        table.remember(at.subject, { identityId: 'us-east-1:bbbb', linked: true }),
      ),
    ).toBe('Identity.Conflict');
    expect((await table.read(at, null)).identity).toEqual({
      identityId: 'us-east-1:aaaa',
      linked: false,
    });
  });

  it('knows of a registration that began, until it is remembered', async () => {
    const table = newTable();
    const { subject } = scope();
    const empty = { identity: null, wasBegun: false, awaitsLogin: false };
    expect(await table.lookUp(subject)).toEqual(empty);
    await table.begin(subject);
    expect(await table.lookUp(subject)).toEqual({ ...empty, wasBegun: true });
    const identity = { identityId: 'us-east-1:aaaa', linked: false };
    await table.remember(subject, identity);
    expect(await table.lookUp(subject)).toEqual({ ...empty, identity });
  });

  it('recalls a username once it is known, and keeps it', async () => {
    const table = newTable();
    const { subject } = scope();
    const identity = { identityId: 'us-east-1:aaaa', linked: false };
    expect(await table.recall(subject)).toBeNull();
    await table.remember(subject, identity, { username: 'alice' });
    expect(await table.recall(subject)).toBe('alice');
    await table.remember(subject, identity);
    expect(await table.recall(subject)).toBe('alice');
  });

  it('lets nobody but the person decide once the person’s login is awaited', async () => {
    const table = newTable();
    const { subject } = scope();
    await table.remember(subject, { identityId: 'us-east-1:aaaa', linked: false });
    await table.awaitLogin(subject);
    const awaiting = { identity: null, wasBegun: false, awaitsLogin: true };
    expect(await table.lookUp(subject)).toEqual(awaiting);
    for (const identityId of ['us-east-1:aaaa', 'us-east-1:bbbb']) {
      expect(await nameOfFailure(table.remember(subject, { identityId, linked: false }))).toBe(
        'Identity.Conflict',
      );
    }
    expect(await table.lookUp(subject)).toEqual(awaiting);
    const identity = { identityId: 'us-east-1:bbbb', linked: true };
    await table.remember(subject, identity);
    expect(await table.lookUp(subject)).toEqual({ identity, wasBegun: false, awaitsLogin: false });
  });

  it('waits no longer once the person came, though no login was linked', async () => {
    const table = newTable();
    const { subject } = scope();
    await table.awaitLogin(subject);
    const identity = { identityId: 'us-east-1:bbbb', linked: false };
    await table.remember(subject, identity, { personCame: true });
    expect(await table.lookUp(subject)).toEqual({ identity, wasBegun: false, awaitsLogin: false });
  });

  it('reads each of the four revocation rows as its own', async () => {
    const table = newTable();
    const at = scope();
    await table.putRevocation(`SUBJECT#${at.subject}`, { epoch: 1, suspensions: 1 });
    await table.putRevocation(`CLIENT#${at.client}`, { epoch: 2 });
    await table.putRevocation(`GRANT#${at.grant}`, { epoch: 3, revokedBeforeEpochSeconds: 99 });
    await table.putRevocation('EVERYTHING', { epoch: 4, revokedBeforeEpochSeconds: 7 });
    const { revocation, identity } = await table.read(at, cacheKey);
    expect(revocation).toEqual({
      subject: { epoch: 1, revokedBeforeEpochSeconds: 0, suspensions: 1 },
      client: { epoch: 2, revokedBeforeEpochSeconds: 0, suspensions: 0 },
      grant: { epoch: 3, revokedBeforeEpochSeconds: 99, suspensions: 0 },
      everything: { epoch: 4, revokedBeforeEpochSeconds: 7, suspensions: 0 },
    });
    expect(identity).toBeNull();
    await table.putRevocation('EVERYTHING', { epoch: 0, revokedBeforeEpochSeconds: 0 });
  });

  it('reads before when AWS denies every session, beside what was revoked', async () => {
    const table = newTable();
    const at = scope();
    await table.putRevocation('EVERYTHING', { epoch: 0 });
    expect((await table.read(at, null)).allDeniedBeforeEpochSeconds).toBe(0);
    await table.denyAllBefore(1_795_262_550);
    const { allDeniedBeforeEpochSeconds, revocation } = await table.read(at, null);
    expect([allDeniedBeforeEpochSeconds, revocation.everything]).toEqual([1_795_262_550, nothing]);
    await table.denyAllBefore(0);
    expect((await table.read(at, null)).allDeniedBeforeEpochSeconds).toBe(0);
  });

  it('remembers an identity beside a revocation of the same subject', async () => {
    const table = newTable();
    const at = scope();
    await table.putRevocation(`SUBJECT#${at.subject}`, { epoch: 5 });
    await table.remember(at.subject, { identityId: 'us-east-1:aaaa', linked: true });
    const known = await table.read(at, null);
    expect([known.identity?.linked, known.revocation.subject.epoch]).toEqual([true, 5]);
  });

  it('reads the entry that was asked for, and none when none was', async () => {
    const table = newTable();
    const at = scope();
    await table.putEntry(at.subject, cacheKey, entry);
    expect((await table.read(at, cacheKey)).entry).toEqual(entry);
    expect((await table.read(at, 'd'.repeat(64))).entry).toBeNull();
    expect((await table.read(at, null)).entry).toBeNull();
  });

  it('tells a lease without an entry from an entry', async () => {
    const table = newTable();
    const at = scope();
    await table.putLease(at.subject, cacheKey, 1_800_000_000_000);
    expect(await table.read(at, cacheKey)).toMatchObject({
      entry: null,
      leaseUntilEpochMillis: 1_800_000_000_000,
    });
  });

  it('takes the same record twice, as a repeated attempt does', async () => {
    const table = newTable();
    const [issued, denied] = [issuance(), denial()];
    for (let times = 0; times < 2; times += 1) {
      await table.recordIssuance(issued);
      await table.recordDenial(denied);
    }
  });

  it('never replaces a record by another', async () => {
    const table = newTable();
    const [issued, denied] = [issuance(), denial()];
    await table.recordIssuance(issued);
    await table.recordDenial(denied);
    expect(await nameOfFailure(table.recordIssuance({ ...issued, stale: true }))).toBe(
      'Config.Invalid',
    );
    expect(await nameOfFailure(table.recordDenial({ ...denied, error: 'Token.Expired' }))).toBe(
      'Config.Invalid',
    );
  });
});

describe('the adapters of the table', () => {
  it('read everything in one strongly consistent call', async () => {
    await realTable().read(scope(), cacheKey);
    const [call, ...others] = dynamo.wire.calls;
    expect([call?.operation, others]).toEqual(['BatchGetItem', []]);
    const items = call?.input['RequestItems'] as Record<string, { Keys: unknown[] }>;
    expect(items[tableName]).toMatchObject({ ConsistentRead: true });
    expect(items[tableName]?.Keys).toHaveLength(5);
  });

  it('read again what DynamoDB left unread, and find it', async () => {
    const at = scope();
    const table = realTable();
    await table.putRevocation(`CLIENT#${at.client}`, { epoch: 8 });
    let first = true;
    dynamo.wire.respond = async ({ operation, input }) => {
      if (!first) return dynamo.call(operation, input);
      first = false;
      return { Responses: { [tableName]: [] }, UnprocessedKeys: input['RequestItems'] };
    };
    expect((await table.read(at, null)).revocation.client.epoch).toBe(8);
  });

  it('refuse rather than take an unread revocation for none', async () => {
    dynamo.wire.respond = ({ input }) => {
      const { Keys } = (input['RequestItems'] as Record<string, { Keys: unknown[] }>)[
        tableName
      ] ?? { Keys: [] };
      return {
        Responses: { [tableName]: [] },
        UnprocessedKeys: { [tableName]: { Keys: Keys.slice(-1), ConsistentRead: true } },
      };
    };
    expect(await nameOfFailure(realTable().read(scope(), cacheKey))).toBe('Upstream.Throttled');
    expect(dynamo.wire.calls.length).toBeLessThanOrEqual(5);
  });

  it.each([
    ['an epoch that is no number', 'CLIENT', { epoch: s('1') }],
    ['a count of suspensions that is no number', 'GRANT', { suspended: s('false') }],
    ['an identity that is no text', 'SUBJECT', { identityId: n(1) }],
  ])('refuse %s', async (_fault, kind, attributes) => {
    const at = scope();
    const name = { CLIENT: at.client, GRANT: at.grant, SUBJECT: at.subject }[kind] ?? '';
    const sk = kind === 'SUBJECT' ? 'SUBJECT' : 'REVOCATION';
    await put({ pk: s(`${kind}#${name}`), sk: s(sk), ...attributes });
    expect(await nameOfFailure(realTable().read(at, null))).toBe('Config.Invalid');
  });

  it('write an issuance in the shape of RecordIssuance', async () => {
    const issued = issuance();
    await realTable().recordIssuance(issued);
    expect(await get(`SESSION#${issued.sessionId}`, `ISSUANCE#${issued.issuanceId}`)).toEqual({
      pk: s(`SESSION#${issued.sessionId}`),
      sk: s(`ISSUANCE#${issued.issuanceId}`),
      issuanceId: s(issued.issuanceId),
      sessionId: s(issued.sessionId),
      subject: s(issued.subject),
      client: s(issued.client),
      actor: s('batch'),
      grant: s(issued.grant),
      rule: n(1),
      evidence: s('{"groups":["readers"],"claims.custom:tenant":"red"}'),
      roleArn: s(issued.roleArn),
      sessionName: s('someone'),
      identityId: s('us-east-1:aaaa'),
      accessKeyId: s('ASIAEXAMPLE00000001'),
      expiresAtEpochSeconds: n(1_800_003_600),
      executionArn: s('-'),
      tokenId: s('-'),
      source: s('cache'),
      stale: { N: '0' },
      atEpochSeconds: n(issued.atEpochSeconds),
    });
  });

  it('write a denial in the shape of RecordDenial', async () => {
    const denied = denial();
    await realTable().recordDenial(denied);
    expect(await get(`DENIAL#${denied.denialId}`, 'DENIAL')).toEqual({
      pk: s(`DENIAL#${denied.denialId}`),
      sk: s('DENIAL'),
      denialId: s(denied.denialId),
      error: s('Token.Invalid'),
      subject: s('-'),
      client: s('-'),
      actor: s('-'),
      grant: s('-'),
      tokenId: s('-'),
      basis: s('{"rule":null,"evidence":null,"tried":[],"triedLeftOut":0}'),
      executionArn: s('-'),
      atEpochSeconds: n(denied.atEpochSeconds),
    });
  });

  it('record once though the answer of the first attempt was lost', async () => {
    const issued = issuance();
    let attempts = 0;
    dynamo.wire.respond = async ({ operation, input }) => {
      attempts += 1;
      const output = await dynamo.call(operation, input);
      if (attempts === 1) throw new AwsError('InternalServerError', 'lost', { statusCode: 500 });
      return output;
    };
    await realTable(2).recordIssuance(issued);
    expect(attempts).toBe(2);
  });

  it.each([
    ['ThrottlingException', 400, 'Upstream.Throttled'],
    ['ProvisionedThroughputExceededException', 400, 'Upstream.Throttled'],
    ['RequestLimitExceeded', 400, 'Upstream.Throttled'],
    ['InternalServerError', 500, 'Upstream.Unavailable'],
    ['hang', 500, 'Upstream.Unavailable'],
    ['AccessDeniedException', 400, 'Upstream.Misconfigured'],
    ['ResourceNotFoundException', 400, 'Upstream.Misconfigured'],
    ['ValidationException', 400, 'Upstream.Misconfigured'],
  ])('translate %s of status %i to %s', async (code, statusCode, name) => {
    dynamo.wire.respond = () => {
      throw new AwsError(code, 'refused', { statusCode });
    };
    const table = realTable();
    for (const work of [
      () => table.read(scope(), null),
      () => table.remember('users:x', { identityId: 'us-east-1:aaaa', linked: false }),
      () => table.recordIssuance(issuance()),
      () => table.recordDenial(denial()),
    ]) {
      expect(await nameOfFailure(work())).toBe(name);
    }
  });
});

describe.each<[string, () => RoleWideCutOff & { now: () => Promise<number> }]>([
  [
    'the fake cut-off of whole roles',
    () => {
      const fake = fakeDenyPolicy('', () => 0);
      return { ...fake.roleWide, now: () => Promise.resolve(fake.allDeniedBefore()) };
    },
  ],
  [
    'the cut-off of whole roles in DynamoDB',
    () => {
      const table = realTable();
      return {
        ...dynamoRoleWideCutOff({ client: client(), tableName }),
        now: async () => (await table.read(scope(), null)).allDeniedBeforeEpochSeconds,
      };
    },
  ],
])('%s', (_, newCutOff) => {
  it('is raised, never lowered, unless it is set', async () => {
    const cutOff = newCutOff();
    await cutOff.set(0);
    const seen: number[] = [];
    for (const step of [
      () => cutOff.raise(200),
      () => cutOff.raise(100),
      () => cutOff.raise(300),
      () => cutOff.set(100),
      () => cutOff.set(0),
    ]) {
      await step();
      seen.push(await cutOff.now());
    }
    expect(seen).toEqual([200, 200, 300, 100, 0]);
  });
});
