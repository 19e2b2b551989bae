import { describe, expect, it } from '@jest/globals';
import type { Grant, GrantRule } from '../../../../core/grants/grant.ts';
import {
  isGroupRelevant,
  readUserPoolEvent,
  revokingCalls,
} from '../../../../core/revocations/user-pool-event.ts';
import { grantOf } from '../../../support/grants.ts';

const eventOf = (changes: Record<string, unknown> = {}) => ({
  detail: {
    eventID: 'e-1',
    eventName: 'AdminDisableUser',
    requestParameters: { userPoolId: 'us-east-1_pool', username: 'HIDDEN', groupName: 'readers' },
    additionalEventData: { sub: 'sub-1' },
    ...changes,
  },
});

describe('[SEC-34] an event of the user pool', () => {
  it('says whose it is, what was called, and of which pool and group', () => {
    expect(readUserPoolEvent(eventOf())).toEqual({
      eventId: 'e-1',
      call: 'AdminDisableUser',
      userPoolId: 'us-east-1_pool',
      sub: 'sub-1',
      group: 'readers',
    });
  });

  it.each([undefined, null, {}])('of a person’s own call names no pool: %j', (parameters) => {
    expect(readUserPoolEvent(eventOf({ requestParameters: parameters }))).toMatchObject({
      userPoolId: null,
      group: null,
    });
  });

  it('is none of a call that failed', () => {
    expect(readUserPoolEvent(eventOf({ errorCode: 'AccessDenied' }))).toBeNull();
  });

  it('is of these calls', () => {
    expect(revokingCalls).toEqual([
      'AdminAddUserToGroup',
      'AdminDeleteUser',
      'AdminDisableUser',
      'AdminRemoveUserFromGroup',
      'AdminUserGlobalSignOut',
      'DeleteUser',
      'GlobalSignOut',
    ]);
  });

  it.each<[string, Record<string, unknown>]>([
    ['another call', { eventName: 'AdminEnableUser' }],
    ['no id', { eventID: '' }],
    ['nobody', { additionalEventData: { sub: '' } }],
    ['no word about whom', { additionalEventData: undefined }],
    ['a pool that is no text', { requestParameters: { userPoolId: 7 } }],
  ])('is not passed over where it has %s', (_, changes) => {
    expect(() => readUserPoolEvent(eventOf(changes))).toThrow(/./);
  });
});

describe('[SEC-34] a change of groups', () => {
  const grant = grantOf();
  const grantWith = (
    groups: NonNullable<GrantRule['when']['groups']>,
    effect: GrantRule['effect'] = 'allow',
  ): Grant => ({ ...grant, rules: [{ effect, when: { groups } }] });
  const left = (grants: readonly Grant[], group: string | null = 'readers') =>
    isGroupRelevant(grants, { call: 'AdminRemoveUserFromGroup', group });
  const joined = (grants: readonly Grant[], group: string | null = 'readers') =>
    isGroupRelevant(grants, { call: 'AdminAddUserToGroup', group });

  it('matters to who leaves a group that a rule asks for', () => {
    expect(left([grantWith({ anyOf: ['writers', 'readers'] })])).toBe(true);
    expect(left([grantWith({ allOf: ['readers'] })])).toBe(true);
    expect(left([grantWith({ anyOf: ['writers'] }), grantWith({ allOf: ['readers'] })])).toBe(true);
    expect(left([grantWith({ anyOf: ['writers'] })])).toBe(false);
    expect(left([grantWith({ noneOf: ['readers'] })])).toBe(false);
    expect(left([])).toBe(false);
  });

  it('matters to who joins a group whose members a rule refuses, or leaves out', () => {
    expect(joined([grantWith({ anyOf: ['readers'] }, 'refuse')])).toBe(true);
    expect(joined([grantWith({ noneOf: ['readers'] })])).toBe(true);
    expect(joined([grantWith({ anyOf: ['readers'] })])).toBe(false);
    expect(joined([grantWith({ anyOf: ['writers'] }, 'refuse')])).toBe(false);
    expect(joined([grantWith({ noneOf: ['writers'] })])).toBe(false);
  });

  it('matters where a role comes from the token, to who leaves any group', () => {
    const grants = [{ ...grant, role: { fromToken: {} }, rules: [] }];
    expect(left(grants)).toBe(true);
    expect(joined(grants)).toBe(false);
  });

  it('matters where the group is not named, and every other call matters', () => {
    expect([left([], null), joined([], null)]).toEqual([true, true]);
    for (const call of revokingCalls.filter((name) => !name.endsWith('Group'))) {
      expect(isGroupRelevant([], { call, group: 'readers' })).toBe(true);
    }
  });
});
