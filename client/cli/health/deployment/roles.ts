import {
  GetPolicyCommand,
  GetRoleCommand,
  ListAttachedRolePoliciesCommand,
  paginateListRoles,
  type Role,
} from '@aws-sdk/client-iam';
import type { Finding } from '../finding.ts';
import type { Aws } from './aws.ts';
import type { Deployed } from './deployed.ts';
import { look, orNull } from './look.ts';
import { trustFaultOf } from './trust.ts';

/** Where the deployment makes the roles of grants, and the two policies that all of them have. */
const path = '/stepkey/';

interface MappedRole {
  readonly role: Role;
  readonly attachedArns: readonly string[];
}

const rolesOf = async (aws: Aws, { name }: Deployed): Promise<readonly MappedRole[]> => {
  const roles: MappedRole[] = [];
  for await (const page of paginateListRoles({ client: aws.iam }, { PathPrefix: path })) {
    for (const { RoleName = '' } of page.Roles ?? []) {
      if (!RoleName.startsWith(`${name}-`)) continue;
      // The list leaves out boundaries.
      const { Role: role } = await aws.iam.send(new GetRoleCommand({ RoleName }));
      const { AttachedPolicies } = await aws.iam.send(
        new ListAttachedRolePoliciesCommand({ RoleName }),
      );
      if (role === undefined) continue;
      roles.push({
        role,
        attachedArns: AttachedPolicies?.map(({ PolicyArn }) => PolicyArn ?? '') ?? [],
      });
    }
  }
  return roles;
};

/** @param decidedRoleArn the role that the broker would give this login; null where it would give none */
export const checkRoles = (
  aws: Aws,
  deployed: Deployed,
  decidedRoleArn: string | null,
): Promise<Finding>[] => {
  const { name, partition, accountId } = deployed;
  const policyArn = (policy: string): string =>
    `arn:${partition}:iam::${accountId}:policy${path}${name}-${policy}`;
  const roles = rolesOf(aws, deployed);
  // Each check tells of a failure for itself.
  roles.catch(() => undefined);
  const isOurs = (arn: string): boolean => arn.includes(`:role${path}${name}-`);
  const withPolicy = async (
    what: string,
    policy: string,
    has: (role: MappedRole, arn: string) => boolean,
  ): Promise<readonly string[]> => {
    const arn = policyArn(policy);
    const isThere = (await orNull(aws.iam.send(new GetPolicyCommand({ PolicyArn: arn })))) !== null;
    return [
      ...(isThere ? [] : [`there is no policy ${arn}`]),
      ...(await roles)
        .filter((role) => !has(role, arn))
        .map(({ role }) => `${role.RoleName ?? ''} ${what}`),
    ];
  };
  return [
    look('mapped-roles', async () => {
      const arns = (await roles).map(({ role }) => role.Arn);
      const isAway =
        decidedRoleArn !== null && isOurs(decidedRoleArn) && !arns.includes(decidedRoleArn);
      return {
        said: `${String(arns.length)} roles below ${path}${name}-`,
        faults: [
          ...(arns.length === 0 ? [`there is no role below ${path}${name}-`] : []),
          ...(isAway ? [`the role of this login's grant is gone: ${decidedRoleArn}`] : []),
        ],
      };
    }),
    look('role-trust', async () => ({
      said: 'each trusts the broker’s logins of one grant, and nothing else',
      faults: (await roles).flatMap(({ role }) => {
        const fault = trustFaultOf(
          role as { RoleName: string; AssumeRolePolicyDocument: string },
          deployed,
        );
        return fault === null ? [] : [`${role.RoleName ?? ''} ${fault}`];
      }),
    })),
    look('role-boundary', async () => ({
      said: "each has the deployment's boundary",
      faults: await withPolicy(
        'has no boundary of the deployment',
        'boundary',
        ({ role }, arn) => role.PermissionsBoundary?.PermissionsBoundaryArn === arn,
      ),
    })),
    look('role-denials', async () => ({
      said: 'each has the policy that denies what was revoked',
      faults: await withPolicy('is not reached by revocations', 'revocations', (role, arn) =>
        role.attachedArns.includes(arn),
      ),
    })),
  ];
};
