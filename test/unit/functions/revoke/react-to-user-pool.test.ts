import { describe, expect, it } from '@jest/globals';
import { nodeDigest } from '../../../../adapters/digest.ts';
import type { Grant } from '../../../../core/grants/grant.ts';
import type { RevocationRecord, RevokeInput } from '../../../../core/revocations/revocation.ts';
import { revokingCalls } from '../../../../core/revocations/user-pool-event.ts';
import { reactToUserPool } from '../../../../functions/revoke/react-to-user-pool.ts';
import { callerOf } from '../../../support/callers.ts';
import { fakeTable } from '../../../support/fakes/fake-table.ts';
import { fakeClock } from '../../../support/fakes/fixed-clock.ts';
import { decisionContextOf, grantOf, identityId } from '../../../support/grants.ts';

const { sub, subject } = callerOf();

const eventOf = (detail: Record<string, unknown> = {}) => ({
  id: '12345678-1234-1234-1234-123456789012',
  source: 'aws.cognito-idp',
  'detail-type': 'AWS API Call via CloudTrail',
  detail: {
    eventID: 'aaaaaaaa-0000-4000-8000-000000000001',
    eventName: 'AdminDisableUser',
    eventSource: 'cognito-idp.amazonaws.com',
    requestParameters: {
      username: 'HIDDEN_DUE_TO_SECURITY_REASONS',
      userPoolId: 'us-east-1_pool',
    },
    additionalEventData: { sub },
    ...detail,
  },
});

const setUp = (
  grants: readonly Grant[] = decisionContextOf().grants.filter(({ name }) => name !== 'by-role'),
) => {
  const records = new Map<string, RevocationRecord>();
  const started: { input: RevokeInput; name: string }[] = [];
  const table = fakeTable();
  const ports = {
    clock: fakeClock(),
    digest: nodeDigest,
    store: table,
    records: {
      create: (record: RevocationRecord) => {
        const present = records.get(record.revocationId) ?? record;
        records.set(record.revocationId, present);
        return Promise.resolve(present);
      },
    },
    machine: {
      start: (input: RevokeInput, name: string) => {
        if (!started.some((each) => each.name === name)) started.push({ input, name });
        return Promise.resolve();
      },
    },
  };
  const context = {
    grants,
    userPools: [
      { alias: 'users', userPoolId: 'us-east-1_pool' },
      { alias: 'partners', userPoolId: 'us-east-1_other' },
    ],
  };
  return {
    table,
    started,
    records,
    react: (event: unknown) => reactToUserPool(ports, context, event),
  };
};

describe('[SEC-34] what the user pool says', () => {
  it.each(revokingCalls.filter((call) => !call.endsWith('Group')))(
    '%s revokes the subject, in the broker’s own name',
    async (eventName) => {
      const { react, started, records } = setUp();
      await react(eventOf({ eventName }));
      expect(started.map(({ input }) => input)).toMatchObject([
        { action: 'revoke', target: { kind: 'subject', name: subject }, suspends: false },
      ]);
      expect([...records.values()]).toMatchObject([
        {
          requestedBy: 'stepkey',
          requestedByClient: null,
          reason: `user pool: ${eventName}, event aaaaaaaa-0000-4000-8000-000000000001`,
        },
      ]);
    },
  );

  it('is one revocation, however often the event comes', async () => {
    const { react, started } = setUp();
    await Promise.all([react(eventOf()), react(eventOf())]);
    await react(eventOf());
    expect(started).toHaveLength(1);
    await react(eventOf({ eventID: 'aaaaaaaa-0000-4000-8000-000000000002' }));
    expect(started).toHaveLength(2);
  });

  it('of a failed call is of no consequence', async () => {
    const { react, started } = setUp();
    await react(eventOf({ errorCode: 'UserNotFoundException' }));
    expect(started).toEqual([]);
  });

  it('of another pool is of no consequence', async () => {
    const { react, started } = setUp();
    const requestParameters = { userPoolId: 'us-east-1_somewhere' };
    await react(eventOf({ requestParameters }));
    expect(started).toEqual([]);
  });

  it('without a pool may be of any of ours', async () => {
    const { react, started } = setUp();
    await react(eventOf({ eventName: 'GlobalSignOut', requestParameters: null }));
    expect(started.map(({ input }) => input.target.name)).toEqual([subject, `partners:${sub}`]);
  });

  it('needs AWS to deny only where the broker has an identity of the subject', async () => {
    const { react, started, table } = setUp();
    await react(eventOf());
    await table.remember(subject, { identityId, linked: true });
    await react(eventOf({ eventID: 'aaaaaaaa-0000-4000-8000-000000000002' }));
    expect(started.map(({ input }) => input.denies)).toEqual([false, true]);
  });

  it.each([
    ['readers', 1],
    ['nobody-asks-for-it', 0],
    [undefined, 1],
  ])('of the group %s that was left counts %i times', async (groupName, times) => {
    const { react, started } = setUp();
    await react(
      eventOf({
        eventName: 'AdminRemoveUserFromGroup',
        requestParameters: { userPoolId: 'us-east-1_pool', groupName },
      }),
    );
    expect(started).toHaveLength(times);
  });

  it.each([
    ['suspended', 1],
    ['contractors', 1],
    ['readers', 0],
    ['nobody-asks-for-it', 0],
    [undefined, 1],
  ])(
    'of the group %s that was joined counts %i times: whom a rule refuses',
    async (groupName, times) => {
      const rules = [
        { effect: 'refuse', when: { groups: { anyOf: ['suspended'] } } },
        { when: { groups: { anyOf: ['readers'], noneOf: ['contractors'] } } },
      ];
      const { react, started } = setUp([grantOf({ rules }), ...decisionContextOf().grants]);
      await react(
        eventOf({
          eventName: 'AdminAddUserToGroup',
          requestParameters: { userPoolId: 'us-east-1_pool', groupName },
        }),
      );
      expect(started).toHaveLength(times);
    },
  );

  it('of any group counts where a grant takes the role from the token', async () => {
    const { react, started } = setUp(decisionContextOf().grants);
    await react(
      eventOf({
        eventName: 'AdminRemoveUserFromGroup',
        requestParameters: { userPoolId: 'us-east-1_pool', groupName: 'red' },
      }),
    );
    expect(started).toHaveLength(1);
  });

  it('is not passed over where it does not say whom it is about', async () => {
    const { react } = setUp();
    await expect(react(eventOf({ additionalEventData: null }))).rejects.toThrow();
  });
});
