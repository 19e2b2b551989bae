import { Stack } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import type { SealingPurpose } from '../../core/ports.ts';

/** Leave to do this to rows whose partition key matches, and to no other row of the table. */
export const rowRight = (
  sid: string,
  table: Table,
  actions: readonly string[],
  partitionKeys: readonly string[],
): PolicyStatement =>
  new PolicyStatement({
    sid,
    actions: actions.map((action) => `dynamodb:${action}`),
    resources: [table.tableArn],
    conditions: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [...partitionKeys] } },
  });

/** DynamoDB opens the table's key in its caller's name, so whoever touches a row needs this; it opens nothing else. */
export const tableKeyRight = (dataKey: IKey): PolicyStatement =>
  keyRightThrough('OpenTable', 'dynamodb', dataKey, ['kms:Decrypt']);

/** The same of a queue: who sends needs a data key, too. @see SQS Developer Guide, "Configure KMS permissions" */
export const queueKeyRight = (dataKey: IKey, who: 'sender' | 'receiver'): PolicyStatement =>
  keyRightThrough('OpenQueue', 'sqs', dataKey, [
    'kms:Decrypt',
    ...(who === 'sender' ? ['kms:GenerateDataKey'] : []),
  ]);

const keyRightThrough = (
  sid: string,
  service: string,
  dataKey: IKey,
  actions: readonly string[],
): PolicyStatement =>
  new PolicyStatement({
    sid,
    actions: [...actions],
    resources: [dataKey.keyArn],
    conditions: {
      StringEquals: { 'kms:ViaService': `${service}.${Stack.of(dataKey).region}.amazonaws.com` },
    },
  });

export const sealRight = (key: IKey, ...purposes: readonly SealingPurpose[]): PolicyStatement =>
  sealingRight('Seal', 'kms:GenerateDataKey', key, purposes);

export const openRight = (key: IKey, ...purposes: readonly SealingPurpose[]): PolicyStatement =>
  sealingRight('Open', 'kms:Decrypt', key, purposes);

const sealingRight = (
  sid: string,
  action: string,
  key: IKey,
  purposes: readonly SealingPurpose[],
): PolicyStatement =>
  new PolicyStatement({
    sid,
    actions: [action],
    resources: [key.keyArn],
    conditions: { StringEquals: { 'kms:EncryptionContext:purpose': [...purposes] } },
  });

/** X-Ray knows no resources, so that its rights can only be given on all. */
export const tracingRight = (): PolicyStatement =>
  new PolicyStatement({
    sid: 'Trace',
    actions: ['xray:PutTelemetryRecords', 'xray:PutTraceSegments'],
    resources: ['*'],
  });

const networkInterfaceCalls = [
  'ec2:AssignPrivateIpAddresses',
  'ec2:CreateNetworkInterface',
  'ec2:DeleteNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:UnassignPrivateIpAddresses',
];

/**
 * What Lambda needs to put a function into a VPC, and the function's own code does not.
 * @see AWS Lambda Developer Guide, "Giving Lambda functions access to resources in an Amazon VPC": required IAM
 * permissions, security best practices
 */
export const networkRights = (
  scope: Construct,
  functionName: string,
): readonly PolicyStatement[] => {
  const { partition, region, account } = Stack.of(scope);
  return [
    new PolicyStatement({
      sid: 'AttachToNetwork',
      actions: networkInterfaceCalls,
      resources: ['*'],
    }),
    new PolicyStatement({
      sid: 'LeaveNetworkToLambda',
      effect: Effect.DENY,
      actions: networkInterfaceCalls,
      resources: ['*'],
      conditions: {
        ArnEquals: {
          'lambda:SourceFunctionArn': `arn:${partition}:lambda:${region}:${account}:function:${functionName}`,
        },
      },
    }),
  ];
};
