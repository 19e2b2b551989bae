import type { Principal } from '../../../../local/aws.ts';
import type { PolicyDocument, PolicyStatement } from '../../../../local/iam/policy.ts';
import type { StoredRole } from '../../../../local/iam/roles.ts';

export const accountId = '123456789012';
export const roleArn = `arn:aws:iam::${accountId}:role/stepkey/reader`;
export const sessionArn = `arn:aws:sts::${accountId}:assumed-role/reader/alice`;

export const policy = (...Statement: readonly PolicyStatement[]): PolicyDocument => ({
  Version: '2012-10-17',
  Statement,
});

export const allow = (Action: string, Resource = '*'): PolicyStatement => ({
  Effect: 'Allow',
  Action,
  Resource,
});

export const deny = (Action: string, Resource = '*'): PolicyStatement => ({
  Effect: 'Deny',
  Action,
  Resource,
});

export const session = (overrides: Partial<Principal> = {}): Principal => ({
  kind: 'role-session',
  arn: sessionArn,
  accountId,
  userId: 'AROAEXAMPLE:alice',
  identityPolicies: [],
  permissionsBoundary: null,
  sessionPolicies: [],
  conditionKeys: { 'aws:PrincipalArn': roleArn, 'aws:PrincipalTag/team': 'blue' },
  ...overrides,
});

/** A role that may do nothing. */
export const readerRole: StoredRole = {
  arn: roleArn,
  name: 'reader',
  path: '/stepkey/',
  roleId: 'AROAEXAMPLE',
  trustPolicy: policy(),
  inlinePolicies: {},
  managedPolicyArns: [],
  permissionsBoundaryArn: null,
  maxSessionDurationSeconds: 3600,
  createdAtEpochMillis: 1_800_000_000_000,
  tags: {},
};
