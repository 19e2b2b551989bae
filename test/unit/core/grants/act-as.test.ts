import { describe, expect, it } from '@jest/globals';

import { compileGrants } from '../../../../core/grants/compile.ts';
import { GrantFilesError } from '../../../../core/grants/fault.ts';
import { grantContext, grantFileOf } from '../../../support/grants.ts';

const faultsOf = (changes: Record<string, unknown>): readonly string[] => {
  const text = JSON.stringify(grantFileOf({ use: 'act-as', clients: ['batch'], ...changes }));
  try {
    compileGrants([{ file: 'acting.json', text }], grantContext);
    return [];
  } catch (error) {
    if (!(error instanceof GrantFilesError)) throw error;
    return error.faults.map(({ path }) => path);
  }
};
const policyWith = (name: string) => [
  { Effect: 'Allow', Action: 's3:GetObject', Resource: `arn:aws:s3:::b/{{${name}}}/*` },
];

describe('[SEC-21] a grant for acting', () => {
  it('may depend on groups and on what the user pool stores', () => {
    expect(
      faultsOf({
        rules: [
          {
            when: {
              groups: { anyOf: ['readers'] },
              claims: { 'custom:tenant': { anyOf: ['acme'] }, email_verified: { anyOf: [true] } },
              kind: 'person',
            },
          },
        ],
        sessionPolicy: policyWith('claim:custom:tenant'),
        tags: { tenant: '{{claim:custom:tenant}}', who: '{{sub}}' },
      }),
    ).toEqual([]);
  });

  it.each([
    'tenant',
    'cognito:username',
    'scope',
    'client_id',
    'auth_time',
    'identities',
    'sub',
    'constructor',
    'custom:',
    'dev:custom:tenant',
  ])('may not depend on a claim that only a token has: %s', (claim) => {
    expect(faultsOf({ rules: [{ when: { claims: { [claim]: { anyOf: ['a'] } } } }] })).toEqual([
      `rules.0.when.claims.${claim}`,
    ]);
    expect(faultsOf({ sessionPolicy: policyWith(`claim:${claim}`) })).toEqual(['sessionPolicy.0']);
    expect(faultsOf({ tags: { own: `{{claim:${claim}}}` } })).toEqual(['tags.own']);
    expect(
      faultsOf({ use: 'self', rules: [{ when: { claims: { [claim]: { anyOf: ['a'] } } } }] }),
    ).toEqual([]);
  });

  it('takes no role from a token', () => {
    expect(
      faultsOf({ role: { fromToken: { red: { arn: 'arn:aws:iam::123456789012:role/red' } } } }),
    ).toEqual(['role.fromToken']);
  });

  it('is about people', () => {
    expect(faultsOf({ rules: [{ when: { kind: 'machine' } }] })).toEqual(['rules.0.when.kind']);
  });

  it('is either for oneself or for acting', () => {
    expect(faultsOf({ use: 'both' })).toEqual(['use']);
  });
});
