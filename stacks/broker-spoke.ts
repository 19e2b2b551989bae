import { Token } from 'aws-cdk-lib';
import { CfnManagedPolicy, CfnRole } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { emptyDenyPolicy } from '../core/revocations/deny-policy.ts';
import { acknowledge } from './constructs/acknowledge.ts';
import { ownDeveloperProvider } from './constructs/identity-pool.ts';
import { iamPath, leastMaxSessionSeconds } from './constructs/mapped-roles.ts';
import { sessionTrustPolicy } from './session-trust.ts';
import { spokeDenyPolicyName, spokeWriterRoleName } from './spoke-names.ts';

/** A role of this account that a grant of the broker names by its ARN. */
export interface SpokeRole {
  readonly roleName: string;
  /** The grant whose sessions it opens to. */
  readonly grant: string;
  /** A managed policy of this account with what the role may do. */
  readonly permissionsPolicyArn: string;
  /** Every action that the role may ever have: its permissions boundary, whatever policies somebody gives it. */
  readonly actions: readonly string[];
  /** Not less than the grant's `durationSeconds`. Default 3,600. */
  readonly maxSessionSeconds?: number;
}

export interface BrokerSpokeProps {
  /** Of the broker; default `stepkey`. */
  readonly deploymentName?: string;
  /** The broker's identity pool, whose OpenID tokens are taken. */
  readonly identityPoolId: string;
  /** Default `login.stepkey`. */
  readonly developerProvider?: string;
  /** `denyPolicyWriterArn` of the broker: who may say here what was revoked. */
  readonly denyPolicyWriterArn: string;
  /** Endpoints of STS in the broker's network, where it has one; ids. */
  readonly stsEndpointIds?: readonly string[];
  readonly roles: readonly SpokeRole[];
}

/**
 * Prepares roles of another account than the broker's: the trust that only sessions of one grant pass, a permissions
 * boundary, and the policy that denies what was revoked, with the one role that may write it. Once for an account and broker.
 */
export class BrokerSpoke extends Construct {
  constructor(scope: Construct, id: string, props: BrokerSpokeProps) {
    super(scope, id);
    const { deploymentName = 'stepkey' } = props;
    const denyPolicy = new CfnManagedPolicy(this, 'DenyPolicy', {
      managedPolicyName: spokeDenyPolicyName(deploymentName),
      path: iamPath,
      description: 'Denies sessions that were revoked; written by Stepkey',
      policyDocument: JSON.parse(emptyDenyPolicy()) as object,
    });
    this.#addWriter(deploymentName, props.denyPolicyWriterArn, denyPolicy.ref);
    for (const role of props.roles) this.#addRole(props, role, denyPolicy.ref);
  }

  /** Who takes this role can write that one policy, which denies and, as everything in a boundary, gives nobody more. */
  #addWriter(deploymentName: string, writerArn: string, denyPolicyArn: string): void {
    new CfnRole(this, 'Writer', {
      roleName: spokeWriterRoleName(deploymentName),
      path: iamPath,
      description: 'Writes the policy that denies what was revoked, and nothing else',
      assumeRolePolicyDocument: {
        Version: '2012-10-17',
        Statement: [
          {
            Sid: 'BrokerRevokes',
            Effect: 'Allow',
            Principal: { AWS: writerArn },
            Action: 'sts:AssumeRole',
          },
        ],
      },
      policies: [
        {
          policyName: 'deny-policy',
          policyDocument: {
            Version: '2012-10-17',
            Statement: [
              {
                Sid: 'WriteDenyPolicy',
                Effect: 'Allow',
                Action: [
                  'iam:CreatePolicyVersion',
                  'iam:DeletePolicyVersion',
                  'iam:GetPolicy',
                  'iam:GetPolicyVersion',
                  'iam:ListPolicyVersions',
                ],
                Resource: denyPolicyArn,
              },
            ],
          },
        },
      ],
    });
  }

  #addRole(props: BrokerSpokeProps, spoke: SpokeRole, denyPolicyArn: string): void {
    // The plain template has the name as a parameter, and one role.
    const id = Token.isUnresolved(spoke.grant) ? 'Role' : spoke.grant;
    const boundary = new CfnManagedPolicy(this, `${id}-boundary`, {
      path: iamPath,
      description: 'Permissions boundary of a role that Stepkey gives credentials for',
      policyDocument: {
        Version: '2012-10-17',
        Statement: [
          { Sid: 'ActionsOfRole', Effect: 'Allow', Action: [...spoke.actions], Resource: '*' },
        ],
      },
    });
    acknowledge(
      boundary,
      'A boundary grants nothing: the resources are narrowed by the role, the actions by this list.',
      'IAM5[Resource::*]',
      ...spoke.actions
        .filter((action) => action.includes('*'))
        .map((action) => `IAM5[Action::${action}]`),
    );
    new CfnRole(this, id, {
      roleName: spoke.roleName,
      description: `Sessions of the grant ${spoke.grant}`,
      permissionsBoundary: boundary.ref,
      managedPolicyArns: [denyPolicyArn, spoke.permissionsPolicyArn],
      maxSessionDuration: spoke.maxSessionSeconds ?? leastMaxSessionSeconds,
      assumeRolePolicyDocument: sessionTrustPolicy({
        identityPoolId: props.identityPoolId,
        developerProvider: props.developerProvider ?? ownDeveloperProvider,
        grant: spoke.grant,
        stsEndpointIds: props.stsEndpointIds ?? [],
      }),
    });
  }
}
