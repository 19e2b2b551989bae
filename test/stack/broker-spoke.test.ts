import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks } from 'cdk-nag';
import { describe, expect, it } from '@jest/globals';
import { BrokerSpoke } from '../../stacks/broker-spoke.ts';
import { spokeDenyPolicy } from '../../stacks/spoke-names.ts';
import { spokeTemplate } from '../../tools/spoke-template.ts';
import { embed, variablesOf } from './embedded-broker.ts';
import { flatten, policyLines, type TemplatePolicy } from './policy-lines.ts';
import { createApp, repository } from './stepkey-templates.ts';

const app = createApp();
const stack = new Stack(app, 'Spoke', {
  env: { account: '111122223333', region: 'eu-central-1' },
});
const hubRole = 'arn:aws:iam::210987654321:role/acme-revoke';
new BrokerSpoke(stack, 'Roles', {
  deploymentName: 'acme',
  identityPoolId: 'eu-central-1:11111111-2222-3333-4444-555555555555',
  denyPolicyWriterArn: hubRole,
  stsEndpointIds: ['vpce-sts'],
  roles: [
    {
      roleName: 'reporting',
      grant: 'reports',
      permissionsPolicyArn: 'arn:aws:iam::111122223333:policy/reporting',
      actions: ['s3:GetObject'],
    },
    {
      roleName: 'billing',
      grant: 'bills',
      permissionsPolicyArn: 'arn:aws:iam::111122223333:policy/billing',
      actions: ['dynamodb:Query'],
      maxSessionSeconds: 7200,
    },
  ],
});
const template = Template.fromStack(stack);

interface RoleProperties {
  readonly RoleName: string;
  readonly MaxSessionDuration?: number;
  readonly PermissionsBoundary?: unknown;
  readonly ManagedPolicyArns?: readonly unknown[];
  readonly AssumeRolePolicyDocument: TemplatePolicy;
  readonly Policies?: readonly { readonly PolicyDocument: TemplatePolicy }[];
}

const roleNamed = (name: string): RoleProperties | undefined =>
  Object.values(template.findResources('AWS::IAM::Role'))
    .map((resource) => resource['Properties'] as RoleProperties)
    .find(({ RoleName }) => RoleName === name);

describe('a role in another account', () => {
  it.each([
    ['reporting', 'reports', 's3:GetObject', 3600],
    ['billing', 'bills', 'dynamodb:Query', 7200],
  ])('%s opens to the sessions of %s and to no other', (roleName, grant, action, seconds) => {
    const role = roleNamed(roleName);
    expect(role?.MaxSessionDuration).toBe(seconds);
    expect(role?.AssumeRolePolicyDocument.Statement).toEqual([
      {
        Sid: 'BrokerSessionsOfThisGrant',
        Effect: 'Allow',
        Principal: { Federated: 'cognito-identity.amazonaws.com' },
        Action: ['sts:AssumeRoleWithWebIdentity', 'sts:TagSession'],
        Condition: {
          StringEquals: {
            'cognito-identity.amazonaws.com:aud':
              'eu-central-1:11111111-2222-3333-4444-555555555555',
            'aws:RequestTag/stepkey-grant': grant,
            'aws:SourceVpce': ['vpce-sts'],
          },
          'ForAnyValue:StringLike': { 'cognito-identity.amazonaws.com:amr': 'login.stepkey' },
        },
      },
    ]);
    const boundaryId = (role?.PermissionsBoundary as { Ref: string }).Ref;
    const boundary = template.findResources('AWS::IAM::ManagedPolicy')[boundaryId];
    expect(
      policyLines((boundary?.['Properties'] as { PolicyDocument: TemplatePolicy }).PolicyDocument),
    ).toEqual([`${action} on *`]);
  });

  it.each(['reporting', 'billing'])('%s has the policy that denies what was revoked', (name) => {
    expect(roleNamed(name)?.ManagedPolicyArns?.map(flatten)).toContain('<RolesDenyPolicy>');
  });

  it('lets the broker write that policy, and nobody else anything [SEC-31]', () => {
    const writer = roleNamed('acme-revoker');
    expect(writer?.AssumeRolePolicyDocument.Statement).toEqual([
      {
        Sid: 'BrokerRevokes',
        Effect: 'Allow',
        Principal: { AWS: hubRole },
        Action: 'sts:AssumeRole',
      },
    ]);
    expect(writer?.Policies?.flatMap(({ PolicyDocument }) => policyLines(PolicyDocument))).toEqual([
      'iam:CreatePolicyVersion,iam:DeletePolicyVersion,iam:GetPolicy,iam:GetPolicyVersion,iam:ListPolicyVersions on <RolesDenyPolicy>',
    ]);
  });

  it('is found where the broker looks for it', () => {
    const { policyArn, writerRoleArn } = spokeDenyPolicy({
      partition: 'aws',
      account: '111122223333',
      deploymentName: 'acme',
    });
    template.hasResourceProperties('AWS::IAM::ManagedPolicy', {
      ManagedPolicyName: policyArn.split('/').at(-1),
      Path: '/stepkey/',
    });
    template.hasResourceProperties('AWS::IAM::Role', {
      RoleName: writerRoleArn.split('/').at(-1),
      Path: '/stepkey/',
    });
  });

  it('passes cdk-nag’s AWS Solutions rules', () => {
    expect(new AwsSolutionsChecks().validateScope(app).violations).toEqual([]);
  });

  it('is the same in the template of CloudFormation alone', () => {
    const file = join(repository, 'stacks', 'spoke.template.json');
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(
      JSON.parse(JSON.stringify(spokeTemplate())),
    );
  });
});

describe('a broker with other accounts', () => {
  const hub = embed({ spokeAccounts: ['111122223333', '444455556666'] });
  const writers = ['111122223333', '444455556666'].map(
    (account) => `arn:aws:iam::${account}:role/stepkey/acme-revoker`,
  );

  it('tells the function revoke which policies to write, and as whom', () => {
    const told = JSON.parse(flatten(variablesOf(hub, 'acme-revoke')['SPOKE_DENY_POLICIES'])) as {
      policyArn: string;
      writerRoleArn: string;
    }[];
    expect(told.map(({ writerRoleArn }) => writerRoleArn)).toEqual(writers);
    expect(told[0]?.policyArn).toBe('arn:aws:iam::111122223333:policy/stepkey/acme-revocations');
  });

  it('lets that function become those roles and no other', () => {
    const statements = Object.values(hub.findResources('AWS::IAM::Role'))
      .flatMap((resource) => (resource['Properties'] as RoleProperties).Policies ?? [])
      .flatMap(({ PolicyDocument }) => PolicyDocument.Statement)
      .filter(({ Action }) => [Action].flat().includes('sts:AssumeRole'));
    expect(statements.map(({ Resource }) => Resource)).toEqual([writers]);
  });

  it('refuses what is no account', () => {
    expect(() => embed({ spokeAccounts: ['*'] })).toThrow(/12 digits/);
  });
});
