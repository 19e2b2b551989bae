import { CfnOutput, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import {
  AccountRecovery,
  CfnUserPoolGroup,
  FeaturePlan,
  Mfa,
  UserPool,
} from 'aws-cdk-lib/aws-cognito';
import type { Construct } from 'constructs';
import { mappedRoleArn } from '../core/grants/mapped-role.ts';
import { acknowledge } from './constructs/acknowledge.ts';
import { addAppClients } from './constructs/app-clients.ts';
import { createIdentityPool, ownDeveloperProvider } from './constructs/identity-pool.ts';
import { mappedRoleArnPrefix } from './constructs/mapped-roles.ts';
import { TokenCustomization } from './constructs/token-customization.ts';
import type { DeploymentSettings } from './settings.ts';
import { issuerOf, type UserPoolSource } from './user-pool-source.ts';

const plainGroups = ['readers', 'writers', 'auditors', 'operators'];

/** Groups that name a role: the keys of the grant `by-role`. Equal precedence, so that a member of both must choose. */
const roleGroups = ['red', 'blue'];

export interface IdentityStackProps extends StackProps {
  readonly settings: DeploymentSettings;
  /** What people's tokens are to say. Checked at synthesis. */
  readonly tokenClaimsFile: string;
  readonly functionsDirectory: string;
  readonly stagingDirectory: string;
}

/** A user pool and an identity pool of the broker's own. A deployment with pools already there leaves this stack out. */
export class IdentityStack extends Stack {
  readonly userPool: UserPoolSource;
  readonly identityPoolId: string;
  readonly developerProvider = ownDeveloperProvider;

  constructor(scope: Construct, id: string, props: IdentityStackProps) {
    super(scope, id, props);
    const userPool = this.#createUserPool(props.settings);
    new TokenCustomization(this, 'TokenCustomization', {
      userPool,
      deploymentName: props.settings.deploymentName,
      tokenClaimsFile: props.tokenClaimsFile,
      functionsDirectory: props.functionsDirectory,
      stagingDirectory: props.stagingDirectory,
      removalPolicy: removalPolicyOf(props.settings),
    });
    const clients = addAppClients(userPool);
    this.#addGroups(userPool, props.settings.deploymentName);
    const domain = userPool.addDomain('Domain', {
      cognitoDomain: { domainPrefix: `${props.settings.deploymentName}-${this.account}` },
    });
    const identityPool = createIdentityPool(this, {
      name: props.settings.deploymentName,
      developerProvider: ownDeveloperProvider,
      logins: [
        { userPool, clientIds: [clients.app, clients.cli].map((one) => one.userPoolClientId) },
      ],
      removalPolicy: removalPolicyOf(props.settings),
    });
    this.identityPoolId = identityPool.ref;
    this.userPool = {
      alias: 'users',
      userPool,
      clients: Object.fromEntries(
        Object.entries(clients).map(([name, client]) => [name, client.userPoolClientId]),
      ),
    };
    this.#addOutputs(clients, domain.domainName);
  }

  #createUserPool(settings: DeploymentSettings): UserPool {
    const userPool = new UserPool(this, 'UserPool', {
      userPoolName: settings.deploymentName,
      featurePlan: FeaturePlan.ESSENTIALS,
      selfSignUpEnabled: false,
      signInAliases: { username: true },
      accountRecovery: AccountRecovery.EMAIL_ONLY,
      mfa: Mfa.OPTIONAL,
      mfaSecondFactor: { sms: false, otp: true },
      passwordPolicy: {
        minLength: 10,
        requireLowercase: true,
        requireUppercase: true,
        requireDigits: true,
        requireSymbols: true,
      },
      deletionProtection: settings.keepData,
      removalPolicy: removalPolicyOf(settings),
    });
    acknowledge(
      userPool,
      'A second factor is offered; whether it is demanded is the organisation’s rule, not the broker’s.',
      'COG2',
    );
    acknowledge(
      userPool,
      'Essentials is the least tier whose trigger can add scopes; threat protection is the operator’s choice.',
      'COG8',
    );
    return userPool;
  }

  #addGroups(userPool: UserPool, deploymentName: string): void {
    for (const groupName of plainGroups) userPool.addGroup(groupName, { groupName });
    for (const key of roleGroups) {
      new CfnUserPoolGroup(this, `Group-${key}`, {
        userPoolId: userPool.userPoolId,
        groupName: key,
        precedence: 10,
        // Computed: the role belongs to the broker's stack, which refers to this one.
        roleArn: mappedRoleArn(mappedRoleArnPrefix(this, deploymentName), {
          grant: 'by-role',
          key,
          role: { permissions: [] },
        }),
      });
    }
  }

  #addOutputs(clients: ReturnType<typeof addAppClients>, domainName: string): void {
    const outputs = {
      UserPoolId: this.userPool.userPool.userPoolId,
      UserPoolIssuer: issuerOf(this.userPool),
      UserPoolDomain: domainName,
      ClientIdApp: clients.app.userPoolClientId,
      ClientIdCli: clients.cli.userPoolClientId,
      ClientIdService: clients.service.userPoolClientId,
      ClientIdBatch: clients.batch.userPoolClientId,
      ClientIdAudit: clients.audit.userPoolClientId,
      ClientIdOperator: clients.operator.userPoolClientId,
      IdentityPoolId: this.identityPoolId,
      DeveloperProvider: ownDeveloperProvider,
    };
    for (const [name, value] of Object.entries(outputs)) new CfnOutput(this, name, { value });
  }
}

const removalPolicyOf = ({ keepData }: DeploymentSettings): RemovalPolicy =>
  keepData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY;
