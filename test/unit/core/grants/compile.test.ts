import { describe, expect, it } from '@jest/globals';

import { compileGrants, type GrantText } from '../../../../core/grants/compile.ts';
import { GrantFilesError } from '../../../../core/grants/fault.ts';
import { byRole, grantContext, grantFileOf, grantOf, ownFiles } from '../../../support/grants.ts';

// One file, though long: each fault differs from one sound grant in one field.

const faultsOf = (...files: readonly GrantText[]): GrantFilesError['faults'] => {
  try {
    compileGrants(files, grantContext);
  } catch (error) {
    if (error instanceof GrantFilesError) return error.faults;
    throw error;
  }
  return [];
};
const fileOf = (changes: Record<string, unknown> = {}, file = 'shared.json'): GrantText => ({
  file,
  text: JSON.stringify(grantFileOf(changes)),
});
const pathsOf = (changes: Record<string, unknown>) =>
  faultsOf(fileOf(changes)).map(({ path }) => path);
const without = (name: string): GrantText => ({
  file: 'shared.json',
  text: JSON.stringify(
    Object.fromEntries(Object.entries(grantFileOf()).filter(([key]) => key !== name)),
  ),
});

describe('a grant file', () => {
  it('gives the grant of its name, with what it leaves out filled in', () => {
    expect(grantOf({}, 'a-2')).toMatchObject({
      name: 'a-2',
      rules: [{ effect: 'allow' }],
      session: { durationSeconds: 3600, minTtlSeconds: 1200 },
      tags: {},
      trace: 'mints',
    });
  });

  it('may fill in half of the session', () => {
    expect(grantOf({ session: { durationSeconds: 7200 } }).session).toEqual({
      durationSeconds: 7200,
      minTtlSeconds: 1200,
    });
  });

  it.each([ownFiles, byRole])('of this repository has no fault: $name', (grant) => {
    expect(grant.description).not.toBe('');
  });

  it.each([
    ['one letter', 'a.json', true],
    ['32 characters', `${'a'.repeat(32)}.json`, true],
    ['33 characters', `${'a'.repeat(33)}.json`, false],
    ['a capital', 'Shared.json', false],
    ['a digit first', '1a.json', false],
    ['a hyphen first', '-.json', false],
    ['a dot', 'a.b.json', false],
    ['a blank', 'a b.json', false],
    ['a directory', 'a/b.json', false],
    ['no name', '.json', false],
    ['another ending', 'a.yaml', false],
    ['a newline after it', 'a.json\n', false],
  ])('has a name of %s: %s', (_, file, isGood) => {
    const faults = faultsOf(fileOf({}, file));
    expect(faults.map((fault) => [fault.file, fault.path])).toEqual(isGood ? [] : [[file, '']]);
  });

  it.each([
    ['no JSON', '{'],
    ['nothing', ''],
    ['a key twice', '{"description":"a","description":"b"}'],
    ['a key twice in two spellings', '{"description":"a","\\u0064escription":"b"}'],
    ['nesting without end', '['.repeat(33) + ']'.repeat(33)],
  ])('is refused as a whole with %s', (_, text) => {
    expect(faultsOf({ file: 'shared.json', text })).toEqual([
      { file: 'shared.json', path: '', reason: 'is not JSON, or repeats a key' },
    ]);
  });

  it.each(['description', 'clients', 'rules', 'role'])('must have %s', (name) => {
    expect(faultsOf(without(name)).map(({ path }) => path)).toEqual([name]);
  });
});

describe('a fault of a grant', () => {
  it.each<[string, Record<string, unknown>, string]>([
    ['an unknown field', { extra: 1 }, ''],
    ['an empty description', { description: '' }, 'description'],
    ['no client', { clients: [] }, 'clients'],
    ['a client that is no name', { clients: ['App'] }, 'clients.0'],
    ['a client that nobody knows', { clients: ['app', 'web'] }, 'clients.1'],
    ['no rule', { rules: [] }, 'rules'],
    ['a rule without conditions', { rules: [{}] }, 'rules.0.when'],
    ['an empty condition', { rules: [{ when: {} }] }, 'rules.0.when'],
    ['an empty condition on groups', { rules: [{ when: { groups: {} } }] }, 'rules.0.when.groups'],
    ['an empty condition on claims', { rules: [{ when: { claims: {} } }] }, 'rules.0.when.claims'],
    [
      'an empty list of groups',
      { rules: [{ when: { groups: { anyOf: [] } } }] },
      'rules.0.when.groups.anyOf',
    ],
    [
      'an empty list of groups that must all be',
      { rules: [{ when: { groups: { allOf: [] } } }] },
      'rules.0.when.groups.allOf',
    ],
    [
      'an unknown kind of condition',
      { rules: [{ when: { groups: { anyOf: ['a'], notAnyOf: ['a'] } } }] },
      'rules.0.when.groups',
    ],
    [
      'an unknown subject of conditions',
      { rules: [{ when: { groups: { anyOf: ['a'] }, roles: {} } }] },
      'rules.0.when',
    ],
    [
      'a group that is no text',
      { rules: [{ when: { groups: { anyOf: [1] } } }] },
      'rules.0.when.groups.anyOf.0',
    ],
    [
      'a claim without values',
      { rules: [{ when: { claims: { team: { anyOf: [] } } } }] },
      'rules.0.when.claims.team.anyOf',
    ],
    [
      'an unknown effect',
      { rules: [{ effect: 'deny', when: { groups: { anyOf: ['a'] } } }] },
      'rules.0.effect',
    ],
    ['a role that is no ARN', { role: { arn: 'admin' } }, 'role.arn'],
    ['a role of any name', { role: { arn: 'arn:aws:iam::123456789012:role/*' } }, 'role.arn'],
    ['a user for a role', { role: { arn: 'arn:aws:iam::123456789012:user/a' } }, 'role.arn'],
    [
      'a role of the token that is no ARN',
      { role: { fromToken: { red: { arn: 'admin' } } } },
      'role.fromToken.red.arn',
    ],
    ['no role to choose from', { role: { fromToken: {} } }, 'role.fromToken'],
    [
      'a statement without a resource',
      { role: { permissions: [{ Effect: 'Allow', Action: 's3:GetObject' }] } },
      'role.permissions.0.Resource',
    ],
    [
      'a role of the token under no name',
      { role: { fromToken: { Red: grantFileOf()['role'] } } },
      'role.fromToken.Red',
    ],
    ['no way to a role', { role: {} }, 'role'],
    [
      'two ways to a role',
      { role: { ...(grantFileOf()['role'] as object), arn: 'arn:aws:iam::123456789012:role/a' } },
      'role',
    ],
    ['too short a session', { session: { durationSeconds: 899 } }, 'session.durationSeconds'],
    ['too long a session', { session: { durationSeconds: 43_201 } }, 'session.durationSeconds'],
    ['half a second', { session: { durationSeconds: 3600.5 } }, 'session.durationSeconds'],
    ['a duration in words', { session: { durationSeconds: '3600' } }, 'session.durationSeconds'],
    ['too little life', { session: { minTtlSeconds: 299 } }, 'session.minTtlSeconds'],
    [
      'life that is refreshed at every hand-out',
      { session: { minTtlSeconds: 3300 } },
      'session.minTtlSeconds',
    ],
    ['tags that differ only in case', { tags: { Team: 'a', team: 'b' } }, 'tags.team'],
    [
      'more tags than STS takes',
      {
        tags: Object.fromEntries(
          Array.from({ length: 47 }, (_, index) => [`t${String(index)}`, 'x']),
        ),
      },
      'tags',
    ],
    ['as much life as there is', { session: { minTtlSeconds: 3600 } }, 'session.minTtlSeconds'],
    ['an empty session policy', { sessionPolicy: [] }, 'sessionPolicy'],
    ['an unknown trace', { trace: 'always' }, 'trace'],
    ['a tag key with a blank', { tags: { 'a b': 'x' } }, 'tags.a b'],
    ['a tag with a brace that nothing closes', { tags: { team: '{{sub}' } }, 'tags.team'],
    ['an empty tag', { tags: { team: '' } }, 'tags.team'],
    ['a tag of the broker', { tags: { 'stepkey-subject': 'x' } }, 'tags.stepkey-subject'],
    ['a tag of the broker in other case', { tags: { 'Stepkey-Grant': 'x' } }, 'tags.Stepkey-Grant'],
    ['a tag of AWS', { tags: { 'aws:team': 'x' } }, 'tags.aws:team'],
  ])('is told with its place: %s', (_, changes, path) => {
    expect(pathsOf(changes)).toEqual([path]);
  });

  it.each(['NotAction', 'NotResource', 'Principal', 'NotPrincipal'])(
    'is a statement with %s, which could allow what nobody listed',
    (name) => {
      const statement = { Effect: 'Allow', Action: 's3:GetObject', Resource: '*', [name]: 'x' };
      expect(pathsOf({ sessionPolicy: [statement] })).toEqual(['sessionPolicy.0']);
    },
  );

  it('is a role name of more than 64 characters, and 64 are none', () => {
    const name = 'a'.repeat(32);
    const roleOf = (key: string) => ({ role: { fromToken: { [key]: grantFileOf()['role'] } } });
    const taken = `stepkey-${name}-`.length;
    expect(faultsOf(fileOf(roleOf('b'.repeat(64 - taken)), `${name}.json`))).toEqual([]);
    expect(faultsOf(fileOf(roleOf('b'.repeat(65 - taken)), `${name}.json`))).toMatchObject([
      { path: 'role' },
    ]);
  });
});

describe('the faults of all files', () => {
  it('are two roles of one name', () => {
    const { role } = grantFileOf();
    const files = [fileOf({ role: { fromToken: { b: role } } }, 'a.json'), fileOf({}, 'a-b.json')];
    expect(faultsOf(...files)).toMatchObject([{ file: 'a-b.json', path: 'role' }]);
  });

  it("are a deployment's value with the name of a caller's", () => {
    const context = { ...grantContext, templateValues: [...grantContext.templateValues, 'sub'] };
    expect(() => compileGrants([fileOf()], context)).toThrow(/\{\{sub\}\} has the name/);
  });

  it('are told together, each with its file, place and reason', () => {
    const files = [
      fileOf({ clients: ['web'], session: { minTtlSeconds: 3600 } }, 'a.json'),
      fileOf({}, 'good.json'),
      { file: 'b.json', text: 'no' },
      fileOf({}, 'C.json'),
    ];
    const faults = faultsOf(...files);
    expect(faults.map(({ file, path }) => [file, path])).toEqual([
      ['a.json', 'clients.0'],
      ['a.json', 'session.minTtlSeconds'],
      ['b.json', ''],
      ['C.json', ''],
    ]);
    expect(new GrantFilesError(faults).message.split('\n')).toEqual([
      'The grants have 4 faults:',
      ...faults.map(
        ({ file, path, reason }) => `  ${file}: ${path === '' ? '' : `${path}: `}${reason}`,
      ),
    ]);
  });

  it('of shape and of meaning are told together', () => {
    expect(pathsOf({ trace: 'always', clients: ['web'], tags: { 'aws:a': 'x' } })).toEqual([
      'trace',
      'clients.0',
      'tags.aws:a',
    ]);
  });

  it('include that there is no file', () => {
    expect(faultsOf()).toEqual([{ file: '*.json', path: '', reason: 'there is no grant' }]);
  });

  it('keep their name when classes are renamed', () => {
    expect(new GrantFilesError([])).toMatchObject({ name: 'GrantFilesError' });
  });
});

describe('a fault', () => {
  it.each<[string, Record<string, unknown>, string]>([
    ['an unknown client', { clients: ['nobody'] }, 'no app client is called "nobody"'],
    [
      'too little room for a refresh',
      { session: { durationSeconds: 1800, minTtlSeconds: 1500 } },
      'must be more than 300 s below durationSeconds, or most hand-outs would be mints',
    ],
    ['a tag twice', { tags: { team: 'a', Team: 'b' } }, 'differs from another tag only in case'],
    ['a tag of AWS', { tags: { 'aws:x': 'a' } }, 'this tag is set by the broker or by AWS'],
  ])('says in words what is wrong with %s', (_, changes, reason) => {
    expect(faultsOf(fileOf(changes)).map((fault) => fault.reason)).toContain(reason);
  });

  it('says which role another grant has already', () => {
    const role = { permissions: [{ Effect: 'Allow', Action: 's3:Get', Resource: '*' }] };
    const reasons = faultsOf(
      fileOf({ role: { fromToken: { b: role } } }, 'a.json'),
      fileOf({ role }, 'a-b.json'),
    ).map((fault) => fault.reason);
    expect(reasons).toContain("another grant's role is already called stepkey-a-b");
  });
});
