import { describe, expect, it } from '@jest/globals';
import type { GrantRule } from '../../../../core/grants/grant.ts';
import { contradictionOf } from '../../../../core/revocations/compare-session.ts';
import { rita } from '../../../support/fakes/fake-user-directory.ts';
import { grantOf } from '../../../support/grants.ts';

const compare = (
  groups: NonNullable<GrantRule['when']['groups']>,
  { rested, now, rule = 0 }: { rested: string[]; now: string[]; rule?: number },
  comparesGroups = true,
) =>
  contradictionOf(
    { grant: 'shared', rule, evidence: { groups: rested } },
    { ...rita, groups: now },
    { grants: [grantOf({ rules: [{ when: { groups } }] })], comparesGroups },
  );

describe('[SEC-35] a live session and the user directory', () => {
  const session = { grant: 'gone', rule: 0, evidence: {} };
  const context = { grants: [], comparesGroups: true };

  it.each([
    ['nobody', null, 'unknown'],
    ['somebody who is disabled', { ...rita, enabled: false }, 'inactive'],
    ['somebody who is compromised', { ...rita, status: 'COMPROMISED' }, 'inactive'],
    ['somebody in good standing', rita, null],
  ])('of %s', (_, user, expected) => {
    expect(contradictionOf(session, user, context)).toBe(expected);
  });

  it.each([
    ['one of several is left', { anyOf: ['a', 'b'] }, { rested: ['a', 'b'], now: ['b'] }, null],
    ['none is left', { anyOf: ['a', 'b'] }, { rested: ['a'], now: [] }, 'groups'],
    ['another came instead', { anyOf: ['a', 'b'] }, { rested: ['a'], now: ['b'] }, 'groups'],
    ['one of all is gone', { allOf: ['a', 'b'] }, { rested: ['a', 'b'], now: ['a'] }, 'groups'],
    ['all are left', { allOf: ['a', 'b'] }, { rested: ['a', 'b'], now: ['b', 'a', 'c'] }, null],
    ['a group that excludes came', { noneOf: ['x'] }, { rested: [], now: ['x'] }, 'groups'],
    ['one that excludes came', { noneOf: ['x', 'y'] }, { rested: [], now: ['y'] }, 'groups'],
    ['none that excludes came', { noneOf: ['x', 'y'] }, { rested: [], now: ['a'] }, null],
    ['an idle group went', { anyOf: ['a'] }, { rested: ['a'], now: ['a'] }, null],
  ])('of whose groups %s', (_, groups, { rested, now }, expected) => {
    expect(compare(groups, { rested, now })).toBe(expected);
  });

  it('is compared with the rule of its own grant', () => {
    const grants = [
      grantOf({ rules: [{ when: { groups: { anyOf: ['a'] } } }] }, 'other'),
      grantOf({ rules: [{ when: { groups: { anyOf: ['b'] } } }] }, 'own'),
    ];
    const resting = { grant: 'own', rule: 0, evidence: { groups: ['b'] } };
    const of = (groups: readonly string[]) =>
      contradictionOf(resting, { ...rita, groups }, { grants, comparesGroups: true });
    expect([of(['a']), of(['b'])]).toEqual(['groups', null]);
  });

  it('is left alone where the rule that it rests on is gone, or groups are not compared', () => {
    expect(compare({ anyOf: ['a'] }, { rested: ['a'], now: [], rule: 1 })).toBeNull();
    expect(compare({ anyOf: ['a'] }, { rested: ['a'], now: [] }, false)).toBeNull();
  });
});
