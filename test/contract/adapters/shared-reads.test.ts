import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import fc from 'fast-check';
import { clientSettings } from '../../../adapters/aws-clients.ts';
import { dynamoCredentialStore } from '../../../adapters/credential-store.ts';
import type { CredentialStore, KnownState } from '../../../core/ports.ts';
import { AwsError } from '../../../local/aws.ts';
import { wireCredentials, type WireCall } from '../../support/fakes/aws-wire.ts';
import { nameOfFailure } from '../../support/fakes/expect-failure.ts';
import { fakeClock } from '../../support/fakes/fixed-clock.ts';
import { dynamoDbOnWire, tableName, type WireService } from '../../support/fakes/wire-services.ts';

type Scope = Parameters<CredentialStore['read']>[0];
type Key = Readonly<Record<'pk' | 'sk', { readonly S: string }>>;

const cacheKey = 'c'.repeat(64);
const timer = fakeClock();
let dynamo: WireService;
let store: CredentialStore;

beforeAll(async () => {
  dynamo = await dynamoDbOnWire();
  store = dynamoCredentialStore({
    client: new DynamoDBClient({
      ...clientSettings('dynamodb', { region: 'us-east-1', endpoint: dynamo.wire.endpoint }),
      credentials: wireCredentials,
      maxAttempts: 1,
    }),
    tableName,
    timer,
  });
});
afterEach(() => {
  dynamo.mend();
  dynamo.wire.calls.length = 0;
});
afterAll(() => dynamo.close());

const scopeOf = (person: number, client = 0): Scope => ({
  subject: `users:person-${String(person)}`,
  client: `client-${String(client)}`,
  grant: 'reports',
});

const keysOf = ({ input }: WireCall): readonly Key[] =>
  (input['RequestItems'] as Record<string, { Keys: readonly Key[] }>)[tableName]?.Keys ?? [];

const suspend = (scope: Scope, epoch: number): Promise<unknown> =>
  dynamo.call('PutItem', {
    TableName: tableName,
    Item: {
      pk: { S: `SUBJECT#${scope.subject}` },
      sk: { S: 'SUBJECT' },
      epoch: { N: String(epoch) },
      identityId: { S: `us-east-1:${scope.subject}` },
    },
  });

const putEntryOf = (scope: Scope): Promise<unknown> =>
  dynamo.call('PutItem', {
    TableName: tableName,
    Item: {
      pk: { S: `SUBJECT#${scope.subject}` },
      sk: { S: `ENTRY#${cacheKey}` },
      sealedSession: { S: `sealed for ${scope.subject}` },
      sessionId: { S: `session of ${scope.subject}` },
      identityId: { S: `us-east-1:${scope.subject}` },
      expiresAtEpochSeconds: { N: '1800000000' },
      epochs: {
        M: { subject: { N: '0' }, client: { N: '0' }, grant: { N: '0' }, everything: { N: '0' } },
      },
    },
  });

const seenOf = ({ entry, identity, revocation }: KnownState) => [
  identity?.identityId,
  entry?.sealedSession,
  revocation.subject.epoch,
];

/** DynamoDB answers all but the keys chosen, and says so. */
const leaveUnread = (isLeft: (key: Key) => boolean): void => {
  dynamo.wire.respond = async (call) => {
    const all = keysOf(call);
    const left = all.filter(isLeft);
    const Keys = all.filter((key) => !left.includes(key));
    const answer =
      Keys.length === 0
        ? { Responses: { [tableName]: [] } }
        : await dynamo.call('BatchGetItem', {
            RequestItems: { [tableName]: { Keys, ConsistentRead: true } },
          });
    const UnprocessedKeys = { [tableName]: { Keys: left, ConsistentRead: true } };
    return { ...answer, UnprocessedKeys: left.length === 0 ? {} : UnprocessedKeys };
  };
};

/** Holds each answer back until it is let go. */
const holdAnswers = (): { readonly letGo: () => void } => {
  let letGo = (): void => undefined;
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  dynamo.wire.respond = async ({ operation, input }) => {
    const answer = await dynamo.call(operation, input);
    await held;
    return answer;
  };
  return { letGo };
};

const untilCalled = async (times: number): Promise<void> => {
  while (dynamo.wire.calls.length < times) await new Promise(setImmediate);
};

describe('reads of one moment', () => {
  it('go in one call that names each key once, and each is told of its own rows', async () => {
    const people = Array.from({ length: 8 }, (_, person) => scopeOf(person));
    for (const [person, scope] of people.entries()) {
      await suspend(scope, person);
      await putEntryOf(scope);
    }
    const read = await Promise.all(people.map((scope) => store.read(scope, cacheKey)));
    expect(read.map(seenOf)).toEqual(
      people.map(({ subject }, person) => [
        `us-east-1:${subject}`,
        `sealed for ${subject}`,
        person,
      ]),
    );
    expect(dynamo.wire.calls.map((call) => keysOf(call).length)).toEqual([2 * people.length + 3]);
  });

  it('are told alike where they ask for the same', async () => {
    await suspend(scopeOf(1), 7);
    const read = await Promise.all([1, 1, 1].map((person) => store.read(scopeOf(person), null)));
    expect(read.map(({ revocation }) => revocation.subject.epoch)).toEqual([7, 7, 7]);
    expect(dynamo.wire.calls).toHaveLength(1);
  });

  it('never ask for more keys in one call than DynamoDB takes', async () => {
    const people = Array.from({ length: 45 }, (_, person) => scopeOf(person, person));
    await Promise.all(
      people.map((scope) => store.read({ ...scope, grant: scope.client }, cacheKey)),
    );
    const counts = dynamo.wire.calls.map((call) => keysOf(call).length);
    expect([counts.length, Math.max(...counts) <= 100]).toEqual([3, true]);
  });

  it.each([
    ['is refused', new AwsError('InternalServerError', 'no', { statusCode: 500 })],
    ['says nothing of any row', null],
  ])('fail together where their call %s, and those after them do not', async (_, failure) => {
    dynamo.wire.respond = () => {
      if (failure !== null) throw failure;
      return {};
    };
    const failed = [1, 2, 3].map((person) => nameOfFailure(store.read(scopeOf(person), cacheKey)));
    expect(await Promise.all(failed)).toEqual(Array(3).fill('Upstream.Unavailable'));
    dynamo.mend();
    await store.read(scopeOf(1), cacheKey);
  });
});

describe('a read', () => {
  it('is never answered by a call that was sent before it was asked for [SEC-08]', async () => {
    await suspend(scopeOf(1), 1);
    const { letGo } = holdAnswers();
    const before = store.read(scopeOf(1), cacheKey);
    await untilCalled(1);
    await suspend(scopeOf(1), 2);
    const after = store.read(scopeOf(1), cacheKey);
    await untilCalled(2);
    letGo();
    const epochs = (await Promise.all([before, after])).map(
      ({ revocation }) => revocation.subject.epoch,
    );
    expect(epochs).toEqual([1, 2]);
  });

  it('is answered at once when it was told everything, also where another’s keys stay unread', async () => {
    const lost = scopeOf(2);
    leaveUnread(({ pk }) => pk.S === `SUBJECT#${lost.subject}`);
    const order: string[] = [];
    const told = async (scope: Scope): Promise<void> => {
      await store.read(scope, cacheKey);
      order.push(scope.subject);
    };
    const refused = nameOfFailure(store.read(lost, cacheKey)).then((name) => order.push(name));
    await Promise.all([refused, told(scopeOf(1)), told(scopeOf(3))]);
    expect(order).toEqual([scopeOf(1).subject, scopeOf(3).subject, 'Upstream.Throttled']);
  });
});

describe('whatever is asked for at a moment, and whatever DynamoDB leaves unread of it', () => {
  it('each read is told what it is told alone', async () => {
    const asked = fc.array(
      fc.record({ person: fc.nat(5), client: fc.nat(2), withEntry: fc.boolean() }),
      // More than one call holds, which fast-check makes only when told.
      { minLength: 1, maxLength: 30, size: 'max' },
    );
    for (let person = 0; person < 4; person += 1) {
      await suspend(scopeOf(person), person);
      if (person % 2 === 0) await putEntryOf(scopeOf(person));
    }
    await fc.assert(
      fc.asyncProperty(asked, fc.infiniteStream(fc.boolean()), async (reads, isLeft) => {
        const read = ({ person, client, withEntry }: (typeof reads)[number]) =>
          store.read(scopeOf(person, client), withEntry ? cacheKey : null);
        dynamo.mend();
        const alone: KnownState[] = [];
        for (const one of reads) alone.push(await read(one));
        const leftBefore = new Set<string>();
        leaveUnread((key) => {
          const place = JSON.stringify(key);
          const isNow = !leftBefore.has(place) && isLeft.next().value === true;
          if (isNow) leftBefore.add(place);
          return isNow;
        });
        expect(await Promise.all(reads.map(read))).toEqual(alone);
      }),
      { numRuns: 60 },
    );
  });
});
