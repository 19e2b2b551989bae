import { describe, expect, it } from '@jest/globals';

import { compileGrants } from '../../../../core/grants/compile.ts';
import { GrantFilesError } from '../../../../core/grants/fault.ts';
import { claimsReferencedBy } from '../../../../core/grants/placeholders.ts';
import { grantContext, grantFileOf, grantOf, ownFiles } from '../../../support/grants.ts';

const faultsOf = (changes: Record<string, unknown>): readonly string[] => {
  try {
    compileGrants(
      [{ file: 'shared.json', text: JSON.stringify(grantFileOf(changes)) }],
      grantContext,
    );
  } catch (error) {
    if (error instanceof GrantFilesError) return error.faults.map(({ path }) => path);
    throw error;
  }
  return [];
};
const statement = (changes: Record<string, unknown>) => ({
  Effect: 'Allow',
  Action: 's3:GetObject',
  Resource: 'arn:aws:s3:::b/*',
  ...changes,
});
const policy = (changes: Record<string, unknown>) => ({ sessionPolicy: [statement(changes)] });
const permissions = (changes: Record<string, unknown>) => ({
  role: { permissions: [statement(changes)] },
});

describe('[SEC-07] placeholders of a session policy', () => {
  it.each([
    'arn:{{partition}}:s3:::{{bucket}}/private/{{identityId}}/*',
    'arn:aws:s3:::b/{{subject}}/*',
    'arn:aws:s3:::b/{{sub}}/*',
    'arn:aws:s3:::b/{{client}}/{{sub}}/*',
    'arn:aws:s3:::b/{{claim:custom:team}}/*',
    'arn:aws:s3:::b/{{claim:team}}',
    'USER#{{sub}}',
    'arn:aws:s3:::b/${cognito-identity.amazonaws.com:sub}/*',
  ])('may stand in %s', (Resource) => {
    expect(faultsOf(policy({ Resource }))).toEqual([]);
  });

  it.each([
    ['unknown', 'arn:aws:s3:::b/{{tenant}}/*'],
    ['nameless', 'arn:aws:s3:::b/{{}}/*'],
    ['with a blank', 'arn:aws:s3:::b/{{ sub }}/*'],
    ['of other case', 'arn:aws:s3:::b/{{Sub}}/*'],
    ['a property of every object', 'arn:aws:s3:::b/{{constructor}}/*'],
    ['before a wildcard', 'arn:aws:s3:::b/{{sub}}*'],
    ['before a letter', 'arn:aws:s3:::b/{{sub}}x/*'],
    ['after a colon', 'arn:aws:s3:::{{claim:team}}/*'],
    ['after a letter that follows a value', 'arn:aws:s3:::{{bucket}}x{{sub}}/*'],
    ['before a colon', 'arn:aws:sqs:{{claim:region}}:123456789012:q'],
    ['before another value', 'arn:aws:s3:::b/{{sub}}{{client}}/*'],
    ['after a letter', 'arn:aws:s3:::b/x{{sub}}/*'],
    ['after a wildcard', 'arn:aws:s3:::b/*{{sub}}/*'],
    ['after a hyphen', 'arn:aws:s3:::b-{{claim:team}}/*'],
    ['before a line break', 'arn:aws:s3:::b/{{sub}}\n'],
  ])('may not be %s', (_, Resource) => {
    expect(new Set(faultsOf(policy({ Resource })))).toEqual(new Set(['sessionPolicy.0.Resource']));
  });

  it.each([
    ['braces that nothing closes', { Resource: 'arn:aws:s3:::b/{{sub}/*' }, 'Resource'],
    [
      'a condition key',
      { Condition: { StringEquals: { 'aws:PrincipalTag/{{sub}}': 'a' } } },
      'Condition.StringEquals.aws:PrincipalTag/{{sub}}',
    ],
  ])('may not be %s', (_, changes, at) => {
    expect(faultsOf(policy(changes))).toEqual([`sessionPolicy.0.${at}`]);
  });

  it('are looked for in every place of a statement', () => {
    const changes = {
      Action: ['s3:GetObject', 's3:{{claim:verb}}'],
      Resource: ['arn:aws:s3:::b/*', 'arn:aws:s3:::b/{{nobody}}/*'],
      Condition: { StringLike: { 's3:prefix': ['a/*', '{{nobody}}/*'] } },
    };
    expect(faultsOf(policy(changes))).toEqual([
      'sessionPolicy.0.Action.1',
      'sessionPolicy.0.Resource.1',
      'sessionPolicy.0.Condition.StringLike.s3:prefix.1',
    ]);
  });

  it('never stand in an action, known or not', () => {
    expect(faultsOf(policy({ Action: '{{bucket}}:GetObject' }))).toEqual([
      'sessionPolicy.0.Action',
    ]);
  });
});

describe('[SEC-07] placeholders of a role', () => {
  it.each(['partition', 'region', 'accountId', 'bucket'])('may be %s', (name) => {
    expect(faultsOf(permissions({ Resource: `arn:aws:s3:::{{${name}}}/*` }))).toEqual([]);
  });

  it.each(['identityId', 'subject', 'sub', 'client', 'claim:team'])(
    'may not be a caller’s: %s',
    (name) => {
      const Resource = `arn:aws:s3:::b/{{${name}}}/*`;
      expect(faultsOf(permissions({ Resource }))).toEqual(['role.permissions.0.Resource']);
    },
  );

  it('are looked for in each role that a token may name', () => {
    const red = { permissions: [statement({ Resource: 'arn:aws:s3:::b/{{sub}}/*' })] };
    expect(faultsOf({ role: { fromToken: { red } } })).toEqual([
      'role.fromToken.red.permissions.0.Resource',
    ]);
  });
});

describe('[SEC-07] placeholders of a tag', () => {
  it.each(['{{claim:team}}', '{{sub}}', '{{subject}} of {{client}}', '{{bucket}}', 'none'])(
    'may stand in %s',
    (text) => {
      expect(faultsOf({ tags: { team: text } })).toEqual([]);
    },
  );

  it.each(['{{identityId}}', '{{tenant}}'])('may not be %s', (text) => {
    expect(faultsOf({ tags: { team: text } })).toEqual(['tags.team']);
  });
});

describe('the claims that a grant refers to', () => {
  it('are those of its rules, its session policy and its tags', () => {
    const grant = grantOf({
      rules: [{ when: { claims: { inRule: { anyOf: ['a'] } } } }],
      ...policy({
        Resource: 'arn:aws:s3:::b/{{claim:custom:inResource}}/*',
        Condition: { StringLike: { 's3:prefix': ['{{claim:inCondition}}/*'] } },
      }),
      tags: { team: '{{claim:inTag}}' },
    });
    expect([...claimsReferencedBy(grant)].sort()).toEqual([
      'custom:inResource',
      'inCondition',
      'inRule',
      'inTag',
    ]);
  });

  it('are none where it refers to none', () => {
    expect(claimsReferencedBy(ownFiles)).toEqual([]);
  });
});
