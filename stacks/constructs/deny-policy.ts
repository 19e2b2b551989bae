import { CfnManagedPolicy } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { Grant } from '../../core/grants/grant.ts';
import { mappedRolesOf } from '../../core/grants/mapped-role.ts';
import { emptyDenyPolicy } from '../../core/revocations/deny-policy.ts';
import { iamPath, leastMaxSessionSeconds } from './mapped-roles.ts';

/** STS's most. */
const longestOfAll = 43_200;

/**
 * The one policy that denies what was revoked. The deployment writes it once, saying nothing; afterwards only the
 * function `revoke` does. Its text here must stay as it is, or a later deployment would write over the denials.
 */
export class DenyPolicy extends Construct {
  readonly policyArn: string;

  constructor(scope: Construct, id: string, props: { readonly deploymentName: string }) {
    super(scope, id);
    const policy = new CfnManagedPolicy(this, 'Policy', {
      managedPolicyName: `${props.deploymentName}-revocations`,
      path: iamPath,
      description: 'Denies sessions that were revoked; written by Stepkey',
      policyDocument: JSON.parse(emptyDenyPolicy()) as object,
    });
    this.policyArn = policy.ref;
  }
}

/**
 * How long a session may last that anybody got for a grant: whoever holds an OpenID token may ask STS for as much as
 * the role allows. Of a role that is not the deployment's own nobody here knows that, so STS's most counts.
 */
export const longestSessionSeconds = (grants: readonly Grant[]): number =>
  Math.max(
    leastMaxSessionSeconds,
    ...grants.flatMap((grant) =>
      mappedRolesOf(grant).map(({ role }) =>
        role.arn === undefined ? grant.session.durationSeconds : longestOfAll,
      ),
    ),
  );
