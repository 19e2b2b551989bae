import { describe, expect, it } from '@jest/globals';
import { diffGrants } from '../../../../core/grants/diff.ts';
import type { Grant } from '../../../../core/grants/grant.ts';
import { pairsOf } from '../../../../core/grants/pairs.ts';
import { grantOf } from '../../../support/grants.ts';

const context = { mappedRoleArnPrefix: 'stepkey-', templateValues: { bucket: 'files' } };
const inGroups = (...anyOf: string[]) => ({
  effect: 'allow' as const,
  when: { groups: { anyOf } },
});
const statement = { Effect: 'Allow' as const, Action: 's3:Get', Resource: 'a' };
const shared: Grant = {
  ...grantOf({ clients: ['cli', 'app'], tags: { team: 'red' } }),
  rules: [inGroups('writers', 'readers'), { effect: 'allow', when: { kind: 'machine' } }],
  role: { permissions: [statement] },
};
const diff = (before: Grant[], after: Grant[]) => diffGrants(before, after, context);
/** Of a changed grant: each pair with its parts, and whether anything is widened. */
const changesOf = (changes: Partial<Grant>) => {
  const { pairs, widened } = diff([shared], [{ ...shared, ...changes }]);
  return { parts: [...new Set(pairs.flatMap(({ parts }) => parts))], widened };
};

describe('the pairs of a grant', () => {
  it('are its groups, whoever needs none, and its clients, with all that they can get', () => {
    const rights = {
      grant: 'shared',
      use: 'self',
      roles: ['stepkey-shared'],
      permissions: ['s3:Get on a'],
      narrowedTo: null,
      tags: ['team=red'],
      durationSeconds: 3600,
      minTtlSeconds: 1200,
    };
    expect(pairsOf([shared], context)).toEqual([
      { kind: 'group', name: 'writers', rules: ['Anyone in writers.'], ...rights },
      { kind: 'group', name: 'readers', rules: ['Anyone in readers.'], ...rights },
      { kind: 'anyone', name: 'any machine', rules: ['Any machine.'], ...rights },
      { kind: 'client', name: 'cli', rules: [], ...rights },
      { kind: 'client', name: 'app', rules: [], ...rights },
    ]);
  });

  it('have what narrows them, and every condition beside the group', () => {
    const grant: Grant = {
      ...shared,
      clients: ['app', 'app'],
      sessionPolicy: [{ ...statement, Resource: '{{bucket}}' }],
      rules: [
        { effect: 'refuse', when: { groups: { anyOf: ['left'] } } },
        { effect: 'allow', when: { groups: { allOf: ['a', 'b'], noneOf: ['c'] }, kind: 'person' } },
        { effect: 'refuse', when: { kind: 'machine' } },
      ],
    };
    const pairs = pairsOf([grant], context);
    const rules = ['No one in left.', 'Any person in a and b, not in c.'];
    expect(pairs.map(({ kind, name, rules: of }) => [kind, name, of])).toEqual([
      ['group', 'a', rules],
      ['group', 'b', rules],
      ['client', 'app', []],
    ]);
    expect(pairs[0]?.narrowedTo).toEqual(['s3:Get on files']);
  });

  it('leave out whom another rule refuses, and are none where nobody is let in', () => {
    const refused = (...groups: string[]) => ({
      effect: 'refuse' as const,
      when: { groups: { anyOf: groups } },
    });
    const some = { ...shared, rules: [refused('a'), inGroups('a', 'b')] };
    expect(pairsOf([some], context).map(({ name }) => name)).toEqual(['b', 'cli', 'app']);
    const none = { ...shared, rules: [refused('a'), inGroups('a')] };
    expect(pairsOf([none], context)).toEqual([]);
    const anybody: Grant = {
      ...shared,
      rules: [
        { effect: 'allow', when: { groups: { noneOf: ['x'] } } },
        { effect: 'allow', when: { kind: 'person', groups: { noneOf: ['x'] } } },
      ],
    };
    expect(pairsOf([anybody], context).map(({ kind, name }) => [kind, name])).toEqual([
      ['anyone', 'anyone'],
      ['anyone', 'any person'],
      ['client', 'cli'],
      ['client', 'app'],
    ]);
  });
});

describe('the difference between two sets of grants', () => {
  it('is each pair of a grant that comes or goes, groups before clients, by name', () => {
    const names = ['any machine', 'readers', 'writers', 'app', 'cli'];
    const [come, gone] = [diff([], [shared]), diff([shared], [])];
    expect(come.pairs.map(({ name }) => name).sort()).toEqual([...names].sort());
    expect(come.pairs.slice(3).map(({ name }) => name)).toEqual(['app', 'cli']);
    expect(come.pairs.every((pair) => pair.change === 'appears' && pair.widened)).toBe(true);
    expect(come).toMatchObject({ widened: true });
    expect(come.pairs[0]).toMatchObject({ before: null, after: { grant: 'shared' }, parts: [] });
    expect(gone.pairs.every((pair) => pair.change === 'vanishes' && !pair.widened)).toBe(true);
    expect(gone).toMatchObject({ widened: false });
    expect(gone.pairs[0]).toMatchObject({ before: { grant: 'shared' }, after: null, parts: [] });
  });

  it('is of one grant, and not of those beside it', () => {
    const other = { ...grantOf({}, 'other'), rules: [inGroups('readers')] };
    const { pairs } = diff([shared, other], [shared, { ...other, use: 'act-as' }]);
    expect(new Set(pairs.map(({ grant }) => grant))).toEqual(new Set(['other']));
  });

  it('is none where only words, order or repetition differ', () => {
    const { pairs } = diff(
      [shared],
      [
        {
          ...shared,
          description: 'In other words.',
          clients: ['app', 'cli'],
          rules: [...shared.rules].reverse(),
          role: { permissions: [statement, statement] },
        },
      ],
    );
    expect(pairs).toEqual([]);
  });

  it.each<[string, Partial<Grant>, string[], boolean]>([
    ['for whom it is', { use: 'act-as' }, ['use'], true],
    [
      'its role',
      { role: { arn: 'arn:aws:iam::123456789012:role/r' } },
      ['role', 'permissions'],
      true,
    ],
    [
      'more permissions',
      { role: { permissions: [statement, { ...statement, Action: 's3:Put' }] } },
      ['permissions'],
      true,
    ],
    [
      'other permissions',
      { role: { permissions: [{ ...statement, Resource: 'b' }] } },
      ['permissions'],
      true,
    ],
    ['a session policy that narrows', { sessionPolicy: [statement] }, ['permissions'], false],
    ['a tag', { tags: { team: 'blue' } }, ['tags'], true],
    ['a tag less', { tags: {} }, ['tags'], true],
    [
      'a longer life',
      { session: { durationSeconds: 3601, minTtlSeconds: 1200 } },
      ['limits'],
      true,
    ],
    [
      'a shorter life',
      { session: { durationSeconds: 3599, minTtlSeconds: 1200 } },
      ['limits'],
      false,
    ],
    [
      'the least that is left',
      { session: { durationSeconds: 3600, minTtlSeconds: 1300 } },
      ['limits'],
      false,
    ],
  ])('is %s', (_, changes, parts, widened) => {
    expect(changesOf(changes)).toEqual({ parts, widened });
  });

  it('says of a session policy that goes, or says another thing', () => {
    const narrowed = { ...shared, sessionPolicy: [{ ...statement, Resource: 'a/b' }] };
    const to = (after: Grant) => diff([narrowed], [after]);
    expect(to(shared)).toMatchObject({ widened: true });
    expect(to({ ...shared, sessionPolicy: [{ ...statement, Resource: 'a/c' }] }).pairs).not.toEqual(
      [],
    );
    expect(to(shared).pairs.every(({ parts }) => parts.join() === 'permissions')).toBe(true);
  });

  it('is of the rules only for those whom they decide otherwise', () => {
    const staff = {
      effect: 'allow' as const,
      when: { groups: { anyOf: ['readers'], noneOf: ['x'] } },
    };
    const stricter = { ...shared, rules: [staff, inGroups('writers')] };
    const { pairs, widened } = diff(
      [{ ...shared, rules: [inGroups('readers', 'writers')] }],
      [stricter],
    );
    expect(pairs.map(({ name, parts }) => [name, parts])).toEqual([['readers', ['rules']]]);
    expect(widened).toBe(false);
    const back = diff([stricter], [{ ...shared, rules: [inGroups('readers', 'writers')] }]);
    expect(back).toMatchObject({ widened: true, pairs: [{ name: 'readers', widened: true }] });
  });

  it('is wider for a client that appears, and not for a group that another rule let in', () => {
    const more = diff([shared], [{ ...shared, clients: ['app', 'cli', 'batch'] }]);
    expect(more.pairs).toMatchObject([{ name: 'batch', change: 'appears', widened: true }]);
    const anybody: Grant = {
      ...shared,
      rules: [{ effect: 'allow', when: { groups: { noneOf: ['x'] } } }],
    };
    const named = { ...anybody, rules: [...anybody.rules, inGroups('staff')] };
    const group = diff([anybody], [named]).pairs.find(({ name }) => name === 'staff');
    // Who is in staff and in x was refused.
    expect(group).toMatchObject({ change: 'appears', widened: true });
    const inside: Grant = {
      ...anybody,
      rules: [
        ...anybody.rules,
        { effect: 'allow', when: { groups: { anyOf: ['staff'], noneOf: ['x'] } } },
      ],
    };
    const inner = diff([anybody], [inside]);
    expect(inner.pairs).toMatchObject([{ name: 'staff', change: 'appears', widened: false }]);
    expect(inner.widened).toBe(false);
  });
});
