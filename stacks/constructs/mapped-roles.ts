import { Stack, Token } from 'aws-cdk-lib';
import { CfnManagedPolicy, CfnRole } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { Grant, GrantStatement } from '../../core/grants/grant.ts';
import { type MappedRole, mappedRoleName, mappedRolesOf } from '../../core/grants/mapped-role.ts';
import { fillPlaceholders, mapTexts } from '../../core/template.ts';
import { sessionTrustPolicy } from '../session-trust.ts';
import { acknowledge, acknowledgeWildcards } from './acknowledge.ts';

export interface MappedRolesProps {
  readonly deploymentName: string;
  readonly grants: readonly Grant[];
  readonly identityPoolId: string;
  readonly developerProvider: string;
  readonly templateValues: Readonly<Record<string, string>>;
  /** Denies what was revoked; every role has it from its first session on. */
  readonly denyPolicyArn: string;
  /** Endpoints of STS through which sessions are assumed; none for from anywhere. */
  readonly stsEndpointIds: readonly string[];
}

/** Where in IAM everything of a deployment is that sessions are made of. */
export const iamPath = '/stepkey/';

/** IAM's least for a role's longest session, in seconds. */
export const leastMaxSessionSeconds = 3600;

const listed = (value: string | readonly string[]): readonly string[] => [value].flat();

/** The roles that the grants lead to, and the boundary that keeps every one of them from growing. */
export class MappedRoles extends Construct {
  constructor(scope: Construct, id: string, props: MappedRolesProps) {
    super(scope, id);
    const roles = props.grants.flatMap((grant) =>
      mappedRolesOf(grant).flatMap((mappedRole) =>
        mappedRole.role.permissions === undefined
          ? []
          : [{ grant, mappedRole, permissions: mappedRole.role.permissions }],
      ),
    );
    if (roles.length === 0) return;
    const boundary = this.#addBoundary(
      props.deploymentName,
      roles.flatMap(({ permissions }) => permissions),
    );
    for (const { grant, mappedRole, permissions } of roles) {
      this.#addRole(props, grant, mappedRole, permissions, boundary);
    }
  }

  /** Exactly the actions that some grant allows: whoever may write these roles' policies gives nobody more. */
  #addBoundary(deploymentName: string, statements: readonly GrantStatement[]): CfnManagedPolicy {
    const actions = statements
      .filter(({ Effect }) => Effect === 'Allow')
      .flatMap(({ Action }) => listed(Action));
    const boundary = new CfnManagedPolicy(this, 'Boundary', {
      managedPolicyName: `${deploymentName}-boundary`,
      path: iamPath,
      description: 'Permissions boundary of every role that Stepkey gives credentials for',
      policyDocument: {
        Version: '2012-10-17',
        Statement: [
          {
            Sid: 'ActionsOfGrants',
            Effect: 'Allow',
            Action: [...new Set(actions)].sort(),
            Resource: '*',
          },
        ],
      },
    });
    acknowledge(
      boundary,
      'A boundary grants nothing: the resources are narrowed by each role, the actions by this list.',
      'IAM5[Resource::*]',
      ...wildActionFindings(actions),
    );
    return boundary;
  }

  #addRole(
    props: MappedRolesProps,
    grant: Grant,
    mappedRole: MappedRole,
    permissions: readonly GrantStatement[],
    boundary: CfnManagedPolicy,
  ): void {
    const statements = mapTexts(permissions, (text) =>
      fillPlaceholders(text, (name) => props.templateValues[name]),
    );
    const roleName = mappedRoleName(props.deploymentName, mappedRole);
    const role = new CfnRole(this, roleName, {
      roleName,
      path: iamPath,
      description: grant.description,
      permissionsBoundary: boundary.ref,
      managedPolicyArns: [props.denyPolicyArn],
      maxSessionDuration: Math.max(leastMaxSessionSeconds, grant.session.durationSeconds),
      assumeRolePolicyDocument: sessionTrustPolicy({
        identityPoolId: props.identityPoolId,
        developerProvider: props.developerProvider,
        grant: grant.name,
        stsEndpointIds: props.stsEndpointIds,
      }),
      policies: [
        {
          policyName: 'grant',
          policyDocument: { Version: '2012-10-17', Statement: statements },
        },
      ],
    });
    acknowledgeWildcards(
      role,
      'The permissions of a grant file, which was reviewed as such; the boundary holds the actions.',
      statements.flatMap(({ Resource }) => listed(Resource)),
    );
    acknowledge(
      role,
      'The actions of a grant file, which was reviewed as such.',
      ...wildActionFindings(statements.flatMap(({ Action }) => listed(Action))),
    );
  }
}

const wildActionFindings = (actions: readonly string[]): readonly string[] =>
  actions
    .filter((action) => !Token.isUnresolved(action) && action.includes('*'))
    .map((action) => `IAM5[Action::${action}]`);

/** `arn:<partition>:iam::<account>:role/stepkey/<deployment>-`, before the grant's name. */
export const mappedRoleArnPrefix = (scope: Construct, deploymentName: string): string => {
  const { partition, account } = Stack.of(scope);
  return `arn:${partition}:iam::${account}:role${iamPath}${deploymentName}-`;
};
