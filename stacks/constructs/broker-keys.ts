import { type RemovalPolicy, Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';

/**
 * Two keys, because they answer two questions: the sealing key decides which function may open what,
 * by purpose; the data key encrypts table, logs and executions at rest, for the services that keep them.
 */
export class BrokerKeys extends Construct {
  readonly sealing: Key;
  readonly data: Key;

  constructor(
    scope: Construct,
    id: string,
    props: { readonly deploymentName: string; readonly removalPolicy: RemovalPolicy },
  ) {
    super(scope, id);
    this.sealing = new Key(this, 'Sealing', {
      alias: `${props.deploymentName}/sealing`,
      description: `${props.deploymentName}: seals tokens and credentials, one purpose at a time`,
      enableKeyRotation: true,
      removalPolicy: props.removalPolicy,
    });
    this.data = new Key(this, 'Data', {
      alias: `${props.deploymentName}/data`,
      description: `${props.deploymentName}: table, logs and executions at rest`,
      enableKeyRotation: true,
      removalPolicy: props.removalPolicy,
    });
    const { partition, region, account } = Stack.of(this);
    const logGroups = `arn:${partition}:logs:${region}:${account}:log-group`;
    this.data.addToResourcePolicy(
      new PolicyStatement({
        sid: 'EncryptLogGroups',
        principals: [new ServicePrincipal(`logs.${region}.amazonaws.com`)],
        actions: [
          'kms:Decrypt',
          'kms:DescribeKey',
          'kms:Encrypt',
          'kms:GenerateDataKey*',
          'kms:ReEncrypt*',
        ],
        resources: ['*'],
        conditions: {
          ArnLike: {
            'kms:EncryptionContext:aws:logs:arn': [
              `${logGroups}:/aws/lambda/${props.deploymentName}-*`,
              `${logGroups}:/aws/vendedlogs/*/${props.deploymentName}*`,
            ],
          },
        },
      }),
    );
    this.data.addToResourcePolicy(
      new PolicyStatement({
        sid: 'DeliverExecutionLogs',
        principals: [new ServicePrincipal('delivery.logs.amazonaws.com')],
        actions: ['kms:Decrypt'],
        resources: ['*'],
        conditions: {
          StringEquals: {
            'kms:EncryptionContext:SourceArn': `arn:${partition}:logs:${region}:${account}:*`,
          },
        },
      }),
    );
  }
}
