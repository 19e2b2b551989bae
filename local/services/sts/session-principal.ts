/** The principal that a role session is, with its role's policies as they stand now. */
import type { Principal } from '../../aws.ts';
import type { PolicyDocument } from '../../iam/policy.ts';
import type { IamStore } from '../../iam/roles.ts';
import type { SessionFacts } from './session-tokens.ts';

const accountOf = (arn: string): string => arn.split(':')[4] ?? '';
const nameOf = (roleArn: string): string => roleArn.slice(roleArn.lastIndexOf('/') + 1);

export const assumedRoleArn = (roleArn: string, sessionName: string): string =>
  `arn:${roleArn.split(':')[1] ?? 'aws'}:sts::${accountOf(roleArn)}:assumed-role/${nameOf(roleArn)}/${sessionName}`;

/** A session tag replaces the role's tag of the same key, whatever their case. */
const principalTags = (
  roleTags: Readonly<Record<string, string>>,
  sessionTags: Readonly<Record<string, string>>,
): Record<string, string> => {
  const byLowerCaseKey = new Map<string, readonly [string, string]>();
  for (const [key, value] of [...Object.entries(roleTags), ...Object.entries(sessionTags)])
    byLowerCaseKey.set(key.toLowerCase(), [`aws:PrincipalTag/${key}`, value]);
  return Object.fromEntries(byLowerCaseKey.values());
};

const nothing: PolicyDocument = { Version: '2012-10-17', Statement: [] };

/** A session whose role is gone, or was made again under the same name, has no permissions left. */
export const principalOfSession = (session: SessionFacts, iam: IamStore): Principal => {
  const stored = iam.getRole(session.roleArn);
  const role = stored?.roleId === session.roleId ? stored : undefined;
  const policies = role === undefined ? undefined : iam.policiesOf(role);
  const userId = `${session.roleId}:${session.sessionName}`;
  return {
    kind: 'role-session',
    arn: assumedRoleArn(session.roleArn, session.sessionName),
    accountId: accountOf(session.roleArn),
    userId,
    identityPolicies: policies?.identity ?? [],
    permissionsBoundary: policies?.boundary ?? null,
    sessionPolicies: [
      ...session.sessionPolicies,
      ...session.sessionPolicyArns.map((arn) => iam.managedDocument(arn) ?? nothing),
    ],
    conditionKeys: {
      ...session.conditionKeys,
      ...principalTags(role?.tags ?? {}, session.tags),
      'aws:PrincipalArn': session.roleArn,
      'aws:PrincipalAccount': accountOf(session.roleArn),
      'aws:PrincipalType': 'AssumedRole',
      'aws:userid': userId,
      'aws:TokenIssueTime': new Date(session.issuedAtEpochSeconds * 1000).toISOString(),
      'sts:RoleSessionName': session.sessionName,
    },
  };
};
