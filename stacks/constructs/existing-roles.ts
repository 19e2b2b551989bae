import { Annotations } from 'aws-cdk-lib';
import { ManagedPolicy, PolicyStatement, Role } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { Grant } from '../../core/grants/grant.ts';
import { mappedRolesOf } from '../../core/grants/mapped-role.ts';
import type { ExistingRole } from '../credential-broker-props.ts';
import { sessionTrustStatement, type SessionTrust } from '../session-trust.ts';

export interface ExistingRolesProps {
  readonly roles: readonly ExistingRole[];
  readonly grants: readonly Grant[];
  readonly trust: Omit<SessionTrust, 'grant'>;
  readonly denyPolicyArn: string;
}

/**
 * Opens roles that were there before to the sessions of their grants, and has them deny what was revoked.
 * @throws Error for a role whose grant names no role by its ARN
 */
export class ExistingRoles extends Construct {
  constructor(scope: Construct, id: string, props: ExistingRolesProps) {
    super(scope, id);
    const denyPolicy = ManagedPolicy.fromManagedPolicyArn(this, 'DenyPolicy', props.denyPolicyArn);
    for (const { grant, role } of props.roles) {
      const named = props.grants.find(({ name }) => name === grant);
      if (!named || mappedRolesOf(named).every((mapped) => mapped.role.arn === undefined)) {
        throw new Error(`The grant ${grant} names no role that is already there.`);
      }
      if (!(role instanceof Role)) {
        Annotations.of(this).addWarningV2(
          `stepkey:imported-role:${grant}`,
          `The role of the grant ${grant} is not of this app. Give it the trust policy of docs/adoption.md, and run: ` +
            `aws iam attach-role-policy --role-name ${role.roleName} --policy-arn <output DenyPolicyArn>`,
        );
        continue;
      }
      role.assumeRolePolicy?.addStatements(
        PolicyStatement.fromJson(sessionTrustStatement({ ...props.trust, grant })),
      );
      role.addManagedPolicy(denyPolicy);
    }
  }
}
