import { readFileSync } from 'node:fs';
import { type RemovalPolicy, Stack } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { CfnStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import { issueCredentialsRights, type TaskRight } from './issue-credentials-rights.ts';
import { rowRight, tableKeyRight, tracingRight } from './rights.ts';

const definitionFile = new URL('../../statemachines/issue-credentials.asl.json', import.meta.url);

export interface IssueCredentialsProps {
  readonly deploymentName: string;
  readonly functions: Readonly<Record<'decide' | 'identity' | 'exchange', IFunction>>;
  readonly table: Table;
  readonly dataKey: IKey;
  readonly identityMode: 'linked' | 'developer';
  readonly developerIdentityCallsPerSecond: number;
  readonly batchCallsPerSecond: number;
  readonly logRetention: RetentionDays;
  readonly removalPolicy: RemovalPolicy;
}

/** The Express machine that mints, from the definition as it stands in its file, with the role it runs as. */
export class IssueCredentials extends Construct {
  readonly stateMachineArn: string;

  constructor(scope: Construct, id: string, props: IssueCredentialsProps) {
    super(scope, id);
    const stack = Stack.of(this);
    const name = `${props.deploymentName}-issue-credentials`;
    // Known before the machine exists, because its role's policy and trust name it.
    const futureArn = `arn:${stack.partition}:states:${stack.region}:${stack.account}:stateMachine:${name}`;
    const logGroup = new LogGroup(this, 'Logs', {
      logGroupName: `/aws/vendedlogs/states/${name}`,
      retention: props.logRetention,
      encryptionKey: props.dataKey,
      removalPolicy: props.removalPolicy,
    });
    const role = this.#createRole(props, futureArn);
    const machine = new CfnStateMachine(this, 'StateMachine', {
      stateMachineName: name,
      stateMachineType: 'EXPRESS',
      roleArn: role.roleArn,
      // As text, so that what an auditor reads in the file is what is deployed.
      definitionString: readFileSync(definitionFile, 'utf8'),
      definitionSubstitutions: {
        Partition: stack.partition,
        DecideFunctionArn: props.functions.decide.functionArn,
        IdentityFunctionArn: props.functions.identity.functionArn,
        ExchangeFunctionArn: props.functions.exchange.functionArn,
        TableName: props.table.tableName,
        IdentityMode: props.identityMode,
        DeveloperIdentityCallsPerSecond: String(props.developerIdentityCallsPerSecond),
        BatchCallsPerSecond: String(props.batchCallsPerSecond),
      },
      loggingConfiguration: {
        level: 'ALL',
        includeExecutionData: true,
        destinations: [{ cloudWatchLogsLogGroup: { logGroupArn: logGroup.logGroupArn } }],
      },
      tracingConfiguration: { enabled: true },
      encryptionConfiguration: {
        type: 'CUSTOMER_MANAGED_KMS_KEY',
        kmsKeyId: props.dataKey.keyArn,
        kmsDataKeyReusePeriodSeconds: 300,
      },
    });
    this.stateMachineArn = machine.ref;
  }

  #createRole(props: IssueCredentialsProps, stateMachineArn: string): Role {
    const { region, account, partition } = Stack.of(this);
    const role = new Role(this, 'Role', {
      description: 'State machine issue-credentials',
      assumedBy: new ServicePrincipal('states.amazonaws.com', {
        conditions: {
          StringEquals: { 'aws:SourceAccount': account },
          ArnLike: { 'aws:SourceArn': stateMachineArn },
        },
      }),
      inlinePolicies: {
        tasks: new PolicyDocument({
          statements: [
            ...Object.entries(issueCredentialsRights).map(([state, right]: [string, TaskRight]) =>
              'invoke' in right
                ? new PolicyStatement({
                    sid: state,
                    actions: ['lambda:InvokeFunction'],
                    resources: [props.functions[right.invoke].functionArn],
                  })
                : rowRight(state, props.table, [right.dynamodb], right.partitionKeys),
            ),
            tableKeyRight(props.dataKey),
          ],
        }),
        platform: new PolicyDocument({
          statements: [
            executionKeyRight(props.dataKey, stateMachineArn, [
              'kms:Decrypt',
              'kms:GenerateDataKey',
            ]),
            new PolicyStatement({
              sid: 'EncryptDeliveredLogs',
              actions: ['kms:GenerateDataKey'],
              resources: [props.dataKey.keyArn],
              conditions: {
                StringEquals: {
                  'kms:EncryptionContext:SourceArn': `arn:${partition}:logs:${region}:${account}:*`,
                },
              },
            }),
            new PolicyStatement({
              sid: 'DeliverLogs',
              actions: [
                'logs:CreateLogDelivery',
                'logs:DeleteLogDelivery',
                'logs:DescribeLogGroups',
                'logs:DescribeResourcePolicies',
                'logs:GetLogDelivery',
                'logs:ListLogDeliveries',
                'logs:PutResourcePolicy',
                'logs:UpdateLogDelivery',
              ],
              resources: ['*'],
            }),
            tracingRight(),
          ],
        }),
      },
    });
    acknowledge(role, 'X-Ray and log delivery know no resources.', 'IAM5[Resource::*]');
    return role;
  }
}

/** Step Functions opens executions in its caller's name; this opens the executions of one machine. */
export const executionKeyRight = (
  dataKey: IKey,
  stateMachineArn: string,
  actions: readonly string[],
): PolicyStatement =>
  new PolicyStatement({
    sid: 'OpenExecutions',
    actions: [...actions],
    resources: [dataKey.keyArn],
    conditions: {
      StringEquals: { 'kms:EncryptionContext:aws:states:stateMachineArn': stateMachineArn },
    },
  });
