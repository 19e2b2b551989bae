import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { flatten, policyLines, type TemplatePolicy } from './policy-lines.ts';
import { repository, synthesizeStepkey } from './stepkey-templates.ts';

interface MappedRoleProperties {
  readonly RoleName: string;
  readonly Path: string;
  readonly MaxSessionDuration: number;
  readonly PermissionsBoundary: unknown;
  readonly ManagedPolicyArns: readonly unknown[];
  readonly AssumeRolePolicyDocument: TemplatePolicy;
  readonly Policies: readonly { readonly PolicyDocument: TemplatePolicy }[];
}

const { broker, identity } = synthesizeStepkey();
const mapped = Object.values(broker.findResources('AWS::IAM::Role'))
  .map((resource) => resource['Properties'] as MappedRoleProperties)
  .filter(({ Path }) => Path === '/stepkey/');
const grantOf: Readonly<Record<string, string>> = {
  'stepkey-by-role-red': 'by-role',
  'stepkey-by-role-blue': 'by-role',
  'stepkey-own-files': 'own-files',
  'stepkey-reports': 'reports',
  'stepkey-service-self': 'service-self',
  'stepkey-team-read': 'team-read',
};
const cases = mapped.map((role) => [role.RoleName, role] as const);

describe('the mapped roles', () => {
  it('are those that the grants lead to', () => {
    expect(mapped.map(({ RoleName }) => RoleName).sort()).toEqual(Object.keys(grantOf).sort());
  });

  it.each(cases)('%s opens only to this pool, this provider and its own grant', (name, role) => {
    const [trust, ...others] = role.AssumeRolePolicyDocument.Statement;
    expect(others).toEqual([]);
    expect(trust?.Principal).toEqual({ Federated: 'cognito-identity.amazonaws.com' });
    expect(trust?.Action).toEqual(['sts:AssumeRoleWithWebIdentity', 'sts:TagSession']);
    expect(Object.keys(trust?.Condition ?? {})).toEqual(['StringEquals', 'ForAnyValue:StringLike']);
    const equals = trust?.Condition?.['StringEquals'] ?? {};
    expect(flatten(equals['cognito-identity.amazonaws.com:aud'])).toBe(
      '<StepkeyIdentity:ExportsOutputRefIdentityPool>',
    );
    expect(equals['aws:RequestTag/stepkey-grant']).toBe(grantOf[name]);
    expect(trust?.Condition?.['ForAnyValue:StringLike']).toEqual({
      'cognito-identity.amazonaws.com:amr': 'login.stepkey',
    });
  });

  it.each(cases)('%s has the policy that denies what was revoked [SEC-31]', (_, role) => {
    expect(role.ManagedPolicyArns.map(flatten)).toEqual(['<BrokerDenyPolicy>']);
  });

  it.each(cases)('%s is held by the boundary and lasts as its grant says', (_, role) => {
    expect(flatten(role.PermissionsBoundary)).toBe('<BrokerMappedRolesBoundary>');
    expect(role.MaxSessionDuration).toBe(3600);
  });

  it('may do what the grant file says, with the deployment’s values filled in', () => {
    const role = mapped.find(({ RoleName }) => RoleName === 'stepkey-own-files');
    expect(role?.Policies.flatMap(({ PolicyDocument }) => policyLines(PolicyDocument))).toEqual([
      's3:GetObject,s3:PutObject,s3:DeleteObject on arn:<AWS::Partition>:s3:::<Files>/private/${cognito-identity.amazonaws.com:sub}/*',
      's3:ListBucket on arn:<AWS::Partition>:s3:::<Files> if s3:prefix=private/${cognito-identity.amazonaws.com:sub}/*',
    ]);
  });

  it('hold no placeholder of ours', () => {
    expect(JSON.stringify(mapped)).not.toContain('{{');
  });

  it('are those that the groups name, with equal precedence', () => {
    const groups = Object.values(identity.findResources('AWS::Cognito::UserPoolGroup'))
      .map(
        (resource) =>
          resource['Properties'] as { GroupName: string; Precedence?: number; RoleArn?: unknown },
      )
      .filter(({ RoleArn }) => RoleArn !== undefined);
    expect(
      groups.map(({ GroupName, Precedence, RoleArn }) => [GroupName, Precedence, flatten(RoleArn)]),
    ).toEqual([
      ['red', 10, 'arn:<AWS::Partition>:iam::<AWS::AccountId>:role/stepkey/stepkey-by-role-red'],
      ['blue', 10, 'arn:<AWS::Partition>:iam::<AWS::AccountId>:role/stepkey/stepkey-by-role-blue'],
    ]);
  });
});

const policiesNamed = (name: string): readonly TemplatePolicy[] =>
  Object.values(broker.findResources('AWS::IAM::ManagedPolicy'))
    .map(
      (resource) =>
        resource['Properties'] as { ManagedPolicyName: string; PolicyDocument: TemplatePolicy },
    )
    .filter(({ ManagedPolicyName }) => ManagedPolicyName === name)
    .map(({ PolicyDocument }) => PolicyDocument);

describe('the policy that denies what was revoked', () => {
  it('says nothing at first, in a text that no later deployment may change [SEC-31]', () => {
    expect(policiesNamed('stepkey-revocations')).toEqual([
      {
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Deny',
            Action: '*',
            Resource: '*',
            Condition: { DateLessThan: { 'aws:TokenIssueTime': '1970-01-01T00:00:00Z' } },
          },
        ],
      },
    ]);
  });
});

describe('the permissions boundary', () => {
  it('allows the actions of the grants and no other', () => {
    const statements = ['by-role', 'own-files', 'reports', 'service-self', 'team-read'].flatMap(
      (name) =>
        [
          ...readFileSync(join(repository, 'grants', `${name}.json`), 'utf8').matchAll(
            /"(s3:\w+)"/g,
          ),
        ]
          .map(([, action]) => action ?? '')
          // Condition keys are written like actions, in lower case.
          .filter((action) => /^s3:[A-Z]/.test(action)),
    );
    const boundary = policiesNamed('stepkey-boundary');
    expect(boundary).toHaveLength(1);
    expect(boundary.flatMap(policyLines)).toEqual([
      `${[...new Set(statements)].sort().join(',')} on *`,
    ]);
  });
});
