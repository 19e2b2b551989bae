import type { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Architecture, Code, Function, Runtime, Tracing } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { BrokerNetwork } from '../network.ts';
import { acknowledge, acknowledgeServerless } from './acknowledge.ts';
import { networkRights, tracingRight } from './rights.ts';

export interface BrokerFunctionProps {
  readonly functionName: string;
  readonly description: string;
  readonly codeDirectory: string;
  readonly timeout: Duration;
  readonly environment: Readonly<Record<string, string>>;
  /** The calls that it makes, each with its resources; logging and tracing come of themselves. */
  readonly rights: readonly PolicyStatement[];
  /** Encrypts the log; null leaves that to CloudWatch's own key. */
  readonly dataKey: IKey | null;
  readonly logRetention: RetentionDays;
  readonly removalPolicy: RemovalPolicy;
  /** Where it runs; null for none of the account's own. */
  readonly network: Required<BrokerNetwork> | null;
}

/** One function with a role, a log group and a policy of its own. */
export class BrokerFunction extends Construct {
  readonly function: Function;

  constructor(scope: Construct, id: string, props: BrokerFunctionProps) {
    super(scope, id);
    const logGroup = new LogGroup(this, 'Logs', {
      logGroupName: `/aws/lambda/${props.functionName}`,
      retention: props.logRetention,
      ...(props.dataKey === null ? {} : { encryptionKey: props.dataKey }),
      removalPolicy: props.removalPolicy,
    });
    const role = new Role(this, 'Role', {
      description: `Function ${props.functionName}`,
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      inlinePolicies: {
        calls: new PolicyDocument({
          statements: [
            new PolicyStatement({
              sid: 'Log',
              actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
              resources: [logGroup.logGroupArn],
            }),
            tracingRight(),
            ...(props.network === null ? [] : networkRights(this, props.functionName)),
            ...props.rights,
          ],
        }),
      },
    });
    acknowledge(role, 'X-Ray and network interfaces know no resources.', 'IAM5[Resource::*]');
    acknowledgeServerless(
      role,
      'X-Ray and network interfaces know no resources.',
      'LambdaStarPermissions',
    );
    this.function = new Function(this, 'Function', {
      functionName: props.functionName,
      description: props.description,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      handler: 'index.handler',
      code: Code.fromAsset(props.codeDirectory),
      memorySize: 512,
      timeout: props.timeout,
      tracing: Tracing.ACTIVE,
      // Everything that the function may do is in the policy above; CDK adds nothing behind it.
      role: role.withoutPolicyUpdates(),
      logGroup,
      environment: { ...props.environment },
      ...(props.network === null
        ? {}
        : {
            vpc: props.network.vpc,
            vpcSubnets: props.network.subnets,
            securityGroups: [...props.network.securityGroups],
          }),
    });
    acknowledgeServerless(
      this.function,
      'Callers wait for the answer, streams keep what failed, and what a schedule or event started comes again.',
      'LambdaDLQ',
    );
  }
}
