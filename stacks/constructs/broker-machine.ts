import { readFileSync } from 'node:fs';
import { CfnDeletionPolicy, type Duration, type RemovalPolicy, Stack } from 'aws-cdk-lib';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { type ILogGroup, LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import {
  CfnStateMachine,
  CfnStateMachineAlias,
  CfnStateMachineVersion,
} from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { definitionFile } from '../package-files.ts';
import { alarmNameOf, type AlarmName } from '../../core/metrics/alarm-names.ts';
import { acknowledge } from './acknowledge.ts';
import { tracingRight } from './rights.ts';

export interface BrokerMachineProps {
  readonly deploymentName: string;
  /** The file in statemachines/, without its endings; also the machine's name behind the deployment's. */
  readonly name: string;
  readonly type: 'EXPRESS' | 'STANDARD';
  /** For the names of resources, and nothing else. */
  readonly substitutions: Readonly<Record<string, string>>;
  /** What its tasks call: one statement per Task. */
  readonly rights: readonly PolicyStatement[];
  /** What takes a new version back while it is being tried. */
  readonly takenBackBy: readonly AlarmName[];
  /** How long a new version has a tenth of the executions; zero: it has all of them at once. */
  readonly trialDuration: Duration;
  readonly dataKey: IKey;
  readonly logRetention: RetentionDays;
  readonly removalPolicy: RemovalPolicy;
}

/** A state machine from the definition as it stands in its file, with its log and the role that it runs as. */
export class BrokerMachine extends Construct {
  /** Of the machine itself, which rights and keys name, whatever it is started by. */
  readonly stateMachineArn: string;
  /** By which it is started: leads to the version that is in use, and for a while a part of it to the next. */
  readonly liveArn: string;
  /** Where every step of every execution is written. */
  readonly logGroup: ILogGroup;

  constructor(scope: Construct, id: string, props: BrokerMachineProps) {
    super(scope, id);
    const name = `${props.deploymentName}-${props.name}`;
    const logGroup = new LogGroup(this, 'Logs', {
      logGroupName: `/aws/vendedlogs/states/${name}`,
      retention: props.logRetention,
      encryptionKey: props.dataKey,
      removalPolicy: props.removalPolicy,
    });
    const role = this.#createRole(props, stateMachineArnOf(this, name));
    const machine = new CfnStateMachine(this, 'StateMachine', {
      stateMachineName: name,
      stateMachineType: props.type,
      roleArn: role.roleArn,
      // As text, so that what an auditor reads in the file is what is deployed.
      definitionString: readFileSync(definitionFile(props.name), 'utf8'),
      definitionSubstitutions: {
        Partition: Stack.of(this).partition,
        ...props.substitutions,
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
    this.liveArn = this.#addLive(props, machine).ref;
    this.logGroup = logGroup;
  }

  /** Every change becomes a version of its own; the one before stays, so that it can be gone back to. */
  #addLive(props: BrokerMachineProps, machine: CfnStateMachine): CfnStateMachineAlias {
    const version = new CfnStateMachineVersion(this, 'Version', {
      stateMachineArn: machine.ref,
      stateMachineRevisionId: machine.attrStateMachineRevisionId,
    });
    version.cfnOptions.updateReplacePolicy = CfnDeletionPolicy.RETAIN;
    const minutes = props.trialDuration.toMinutes();
    return new CfnStateMachineAlias(this, 'Live', {
      name: liveAlias,
      description: 'What callers start',
      deploymentPreference: {
        stateMachineVersionArn: version.ref,
        ...(minutes === 0
          ? { type: 'ALL_AT_ONCE' }
          : { type: 'CANARY', percentage: 10, interval: minutes }),
        // By name: CloudFormation takes an alarm that is not there yet for one that is silent.
        alarms: props.takenBackBy.map((name) => alarmNameOf(props.deploymentName, name)),
      },
    });
  }

  #createRole(props: BrokerMachineProps, stateMachineArn: string): Role {
    const { region, account, partition } = Stack.of(this);
    const role = new Role(this, 'Role', {
      description: `State machine ${props.name}`,
      assumedBy: new ServicePrincipal('states.amazonaws.com', {
        conditions: {
          StringEquals: { 'aws:SourceAccount': account },
          ArnLike: { 'aws:SourceArn': stateMachineArn },
        },
      }),
      inlinePolicies: {
        tasks: new PolicyDocument({ statements: [...props.rights] }),
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

const liveAlias = 'live';

/** The alias that callers start, of a machine that may not exist yet. */
export const liveArnOf = (stateMachineArn: string): string => `${stateMachineArn}:${liveAlias}`;

/** Known before the machine exists, because its role's policy and trust name it. */
export const stateMachineArnOf = (scope: Construct, name: string): string => {
  const { partition, region, account } = Stack.of(scope);
  return `arn:${partition}:states:${region}:${account}:stateMachine:${name}`;
};

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
