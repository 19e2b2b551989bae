import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { drawn } from '../support/faults/drawn.ts';
import { faultKinds, type Fault, type FaultKind } from '../support/faults/gate.ts';
import { inProcessBroker, type InProcessBroker } from '../support/faults/in-process-broker.ts';
import { askThroughFaults, expectPromises, intervalMillis } from '../support/faults/promises.ts';
import { allButTheDate } from '../support/faults/virtual-time.ts';
import { inSoak } from '../support/soak.ts';

/** The calls of a request of somebody new, by the front, the machine and its functions, in their order. */
const calls = [
  ...['front verify', 'front dynamodb:BatchGetItem', 'front kms:GenerateDataKey'],
  ...['front StartSyncExecution', 'WarmExchange invoke'],
  ...['ValidateToken invoke', 'decide kms:Decrypt', 'decide verify', 'MapRole invoke'],
  ...['ResolveIdentity dynamodb:BatchGetItem'],
  ...['LookUpCredentials dynamodb:GetItem', 'TakeLease dynamodb:UpdateItem'],
  ...['TakeQuota dynamodb:UpdateItem', 'RegisterIdentity invoke', 'identity dynamodb:PutItem'],
  ...['identity kms:Decrypt', 'identity dynamodb:GetItem', 'identity GetId', 'identity register'],
  ...['identity dynamodb:UpdateItem', 'identity dynamodb:UpdateItem'],
  ...['TakeQuota dynamodb:UpdateItem', 'RecordIntent dynamodb:PutItem'],
  ...['ObtainOpenIdToken invoke', 'exchange obtain', 'exchange kms:GenerateDataKey'],
  ...['AssumeMappedRole invoke', 'exchange kms:Decrypt', 'exchange kms:GenerateDataKey'],
  ...['exchange assumeRole', 'RecordSession dynamodb:UpdateItem'],
  ...['RecordIssuance dynamodb:PutItem', 'CacheCredentials dynamodb:UpdateItem'],
  ...['ConfirmNotRevoked dynamodb:BatchGetItem', 'front kms:Decrypt'],
  'front dynamodb:BatchGetItem',
];

/** Each call with one kind of fault, another for each; in the soak, with every kind. */
const singleFaults = calls.flatMap((name, at) =>
  faultKinds
    .filter((_, index) => inSoak || index === at % faultKinds.length)
    .map((kind) => ({ name, at, kind })),
);

/** The states that are worth a kill: before and after them something is different. */
const states = [
  ...[
    'WarmExchange',
    'ValidateToken',
    'TakeLease',
    'TakeQuota',
    'RegisterIdentity',
    'RecordIntent',
  ],
  ...['ObtainOpenIdToken', 'AssumeMappedRole', 'RecordSession', 'RecordIssuance'],
  ...['CacheCredentials', 'ConfirmNotRevoked', 'IsUnchanged'],
];

describe('[SEC-06] whatever goes wrong', () => {
  let broker: InProcessBroker;
  beforeAll(async () => {
    jest.useFakeTimers({ doNotFake: allButTheDate });
    broker = await inProcessBroker((now) => {
      jest.setSystemTime(now);
    });
  });
  beforeEach(() => {
    broker.gate.reset();
    broker.onEnter(null);
  });
  afterAll(async () => {
    await broker.close();
    jest.useRealTimers();
  });

  it('is tried at every call that a request makes', async () => {
    const answer = await broker.newCase().ask();
    expect([answer.status, answer.body['source']]).toEqual([200, 'minted']);
    expect(broker.gate.passed).toEqual(calls);
  });

  it.each(singleFaults)(
    'call $at, $name, $kind: records first, nothing is lost, and all is well again in 25 s',
    async ({ name, at, kind }) => {
      const { answer, struck } = await askThroughFaults(broker, broker.newCase(), name, [
        { kind, at },
      ]);
      expect(struck).toBe(1);
      // No fault is passed off as a refusal; only rubbish in a token's place is taken for a bad token.
      expect([200, 500, 502, 503]).toContain(name.endsWith('verify') ? 503 : answer.status);
      if (kind !== 'garbage') expect([200, 503]).toContain(answer.status);
    },
  );

  it.each(faultKinds)(
    'a warm-up %s: nothing is held up but for a second, and the session is minted at once',
    async (kind) => {
      const fault = { kind, name: 'WarmExchange invoke', turn: 0 };
      const person = broker.newCase();
      const { answer, struck } = await askThroughFaults(broker, person, fault.name, [fault]);
      expect([struck, answer.status, answer.body['source']]).toEqual([1, 200, 'minted']);
    },
  );

  it.each(
    ['dynamodb', 'kms', 'exchange assumeRole', 'exchange obtain', 'identity', 'invoke'].flatMap(
      (service) =>
        faultKinds
          .filter((kind) => kind === 'fails' || (inSoak && kind !== 'garbage'))
          .map((kind) => ({ service, kind })),
    ),
  )(
    '$service $kind for good: nothing is called more than twice, and all is well 25 s after it ends',
    async ({ service, kind }) => {
      const { answer } = await askThroughFaults(broker, broker.newCase(), service, [
        { kind, service },
      ]);
      expect(answer.status).toBe(503);
    },
  );

  // A quarter of them, another each day; every state on every way is killed by test/soak/kills-mint.test.ts.
  const today = Math.floor(Date.now() / 86_400_000);
  const boundaries = states.flatMap((state) => [
    { state, when: 'enter' as const },
    { state, when: 'exit' as const },
  ]);
  it.each(boundaries.filter((_, index) => inSoak || index % 4 === today % 4))(
    'a machine killed at the $when of $state: what it had is recorded, and the next has its turn in 25 s',
    async ({ state, when }) => {
      const person = broker.newCase();
      broker.killAt(state, when);
      const answer = await person.ask();
      expect(broker.isKilled()).toBe(true);
      // 200 where the entry was there already, which the front may serve by itself.
      expect([200, 503]).toContain(answer.status);
      await expectPromises(broker, answer, state);
      await broker.time.advance(intervalMillis);
      broker.gate.reset();
      const later = await person.ask();
      expect(later.status).toBe(200);
      await expectPromises(broker, later, state);
    },
  );

  /** A revocation that comes while a session is minted, and one call that fails beside it. */
  const revokedMeanwhile = async (faults: readonly Fault[]) => {
    const person = broker.newCase();
    broker.gate.reset(...faults);
    broker.onEnter(async (state) => {
      if (state === 'AssumeMappedRole') await broker.revoke(person.subject);
    });
    return person.ask();
  };

  it('hands out nothing to whom was revoked meanwhile [SEC-08]', async () => {
    expect((await revokedMeanwhile([])).status).toBe(403);
  });

  it.each(
    calls.flatMap((name, at) =>
      faultKinds
        .filter((kind) => at >= 23 && (inSoak || kind === (at % 2 === 0 ? 'garbage' : 'loses')))
        .map((kind) => ({ name, at, kind })),
    ),
  )(
    'a revocation while a session is minted, and call $at, $name, $kind: never an answer with credentials [SEC-08]',
    async ({ at, kind }) => {
      expect([403, 500, 503]).toContain((await revokedMeanwhile([{ at, kind }])).status);
    },
  );

  it('takes no table that says nothing for one in which nothing was revoked: front and machine [SEC-03]', async () => {
    const person = broker.newCase();
    broker.gate.reset(
      { kind: 'garbage', service: 'ResolveIdentity dynamodb' },
      { kind: 'garbage', service: 'ConfirmNotRevoked dynamodb' },
    );
    broker.onEnter(async (state) => {
      if (state === 'ResolveIdentity') await broker.revoke(person.subject);
    });
    // The front, which looks once more before it bridges an outage, sees it.
    expect((await person.ask()).status).toBe(403);
    expect(broker.executions.at(-1)?.states).not.toContain('TakeLease');
    broker.gate.reset({ kind: 'garbage', service: 'front dynamodb' });
    const { length } = broker.executions;
    expect((await person.ask()).status).toBe(503);
    expect(broker.executions).toHaveLength(length);
  });

  it('has no key that is in no row: what seals it fails before there is one', async () => {
    const person = broker.newCase();
    await person.ask();
    const askedOfKms = broker.gate.passed.flatMap((name, at) =>
      name.startsWith('exchange kms') ? [{ name, at }] : [],
    );
    expect(askedOfKms).toHaveLength(3);
    for (const { name, at } of askedOfKms) {
      await askThroughFaults(broker, broker.newCase(), name, [{ kind: 'fails', at }]);
    }
  });

  const pairs = inSoak ? 400 : 12;

  it(`keeps its promises through ${String(pairs)} pairs of faults`, async () => {
    const draw = drawn();
    const numbers = [...calls.keys()];
    for (let pair = 0; pair < pairs; pair += 1) {
      const faults: Fault[] = [draw(numbers), draw(numbers)].map((at) => ({
        at,
        kind: draw<FaultKind>(faultKinds),
      }));
      await askThroughFaults(broker, broker.newCase(), `invoke ${JSON.stringify(faults)}`, faults);
    }
  }, 300_000);
});
