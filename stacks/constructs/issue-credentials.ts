import type { Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { ILogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { BrokerMachine } from './broker-machine.ts';
import { countInExecutionLog } from './broker-metrics.ts';
import { budgetSubstitutions, type CallBudgets } from './call-budgets.ts';
import { issueCredentialsRights, type TaskRight } from './issue-credentials-rights.ts';
import { rowRight, tableKeyRight } from './rights.ts';

export interface IssueCredentialsProps {
  readonly deploymentName: string;
  readonly functions: Readonly<Record<'decide' | 'identity' | 'exchange', IFunction>>;
  readonly table: Table;
  readonly dataKey: IKey;
  readonly identityMode: 'linked' | 'developer';
  readonly budgets: CallBudgets;
  readonly trialDuration: Duration;
  readonly logRetention: RetentionDays;
  readonly removalPolicy: RemovalPolicy;
}

/** The Express machine that mints. */
export class IssueCredentials extends Construct {
  readonly stateMachineArn: string;
  readonly liveArn: string;
  /** Where every step of every execution is written. */
  readonly logGroup: ILogGroup;

  constructor(scope: Construct, id: string, props: IssueCredentialsProps) {
    super(scope, id);
    const { functions, table, dataKey } = props;
    const machine = new BrokerMachine(this, 'Machine', {
      ...props,
      name: 'issue-credentials',
      type: 'EXPRESS',
      takenBackBy: ['failures', 'misconfigured', 'machine-table-errors', 'mint-latency'],
      substitutions: {
        DecideFunctionArn: functions.decide.functionArn,
        IdentityFunctionArn: functions.identity.functionArn,
        ExchangeFunctionArn: functions.exchange.functionArn,
        TableName: table.tableName,
        IdentityMode: props.identityMode,
        ...budgetSubstitutions(props.budgets),
      },
      rights: [
        ...Object.entries(issueCredentialsRights).map(([state, right]: [string, TaskRight]) =>
          'invoke' in right
            ? new PolicyStatement({
                sid: state,
                actions: ['lambda:InvokeFunction'],
                resources: [functions[right.invoke].functionArn],
              })
            : rowRight(state, table, [right.dynamodb], right.partitionKeys),
        ),
        tableKeyRight(dataKey),
      ],
    });
    countInExecutionLog(this, props.deploymentName, machine.logGroup);
    this.stateMachineArn = machine.stateMachineArn;
    this.liveArn = machine.liveArn;
    this.logGroup = machine.logGroup;
  }
}
