import { Duration, type RemovalPolicy, Stack } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { IUserPool } from 'aws-cdk-lib/aws-cognito';
import { Rule, RuleTargetInput, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { liveIndex } from '../../core/revocations/live-index.ts';
import { revokingCalls } from '../../core/revocations/user-pool-event.ts';
import { acknowledgeServerless } from './acknowledge.ts';
import type { ReconciliationProps } from '../credential-broker-props.ts';
import type { SpokeDenyPolicy } from '../spoke-names.ts';
import type { BrokerKeys } from './broker-keys.ts';
import { BrokerMachine, liveArnOf, stateMachineArnOf } from './broker-machine.ts';
import type { FunctionFactory } from './function-factory.ts';
import { revokeRights, type RevokeRight } from './revoke-rights.ts';
import { rowRight, tableKeyRight } from './rights.ts';

export interface RevocationsProps {
  readonly deploymentName: string;
  readonly factory: FunctionFactory;
  readonly keys: BrokerKeys;
  readonly table: Table;
  readonly denyPolicyArn: string;
  /** The policies that deny in other accounts, and the roles that may write them. */
  readonly spokeDenyPolicies: readonly SpokeDenyPolicy[];
  readonly longestSessionSeconds: number;
  readonly userPools: readonly IUserPool[];
  readonly reconciliation: ReconciliationProps;
  readonly trialDuration: Duration;
  readonly logRetention: RetentionDays;
  readonly removalPolicy: RemovalPolicy;
}

/** Revocation: the machine that carries it out, the function that does its tasks, and the function of its API. */
export class Revocations extends Construct {
  readonly stateMachineArn: string;
  /** Answers the revocation API. */
  readonly api: IFunction;
  /** As whom the policies that deny are written. */
  readonly writerRoleArn: string;

  constructor(scope: Construct, id: string, props: RevocationsProps) {
    super(scope, id);
    const futureArn = stateMachineArnOf(this, `${props.deploymentName}-revoke`);
    const tasks = this.#createTasks(props, futureArn);
    if (tasks.role === undefined) throw new TypeError('The function revoke has no role.');
    this.writerRoleArn = tasks.role.roleArn;
    this.#reactToUserPools(props, tasks);
    this.#reconcile(props, tasks);
    this.stateMachineArn = new BrokerMachine(this, 'Machine', {
      ...props,
      name: 'revoke',
      type: 'STANDARD',
      takenBackBy: ['revocation-failed'],
      dataKey: props.keys.data,
      substitutions: { RevokeFunctionArn: tasks.functionArn, TableName: props.table.tableName },
      rights: [
        ...Object.entries(revokeRights).map(([state, right]: [string, RevokeRight]) =>
          'invoke' in right
            ? new PolicyStatement({
                sid: state,
                actions: ['lambda:InvokeFunction'],
                resources: [tasks.functionArn],
              })
            : rowRight(state, props.table, [right.dynamodb], right.partitionKeys),
        ),
        tableKeyRight(props.keys.data),
      ],
    }).stateMachineArn;
    this.api = this.#createApi(props, this.stateMachineArn);
  }

  /** Needs a trail that records management events: CloudTrail hands them to the default bus and to no other. */
  #reactToUserPools({ userPools }: RevocationsProps, tasks: IFunction): void {
    const rule = new Rule(this, 'UserPoolEvents', {
      description: 'What the user pools changed, after which what a person had before must end',
      eventPattern: {
        source: ['aws.cognito-idp'],
        detailType: ['AWS API Call via CloudTrail'],
        detail: {
          eventSource: ['cognito-idp.amazonaws.com'],
          eventName: [...revokingCalls],
          errorCode: [{ exists: false }],
          // A person's own calls name no pool.
          requestParameters: {
            userPoolId: [...userPools.map(({ userPoolId }) => userPoolId), { exists: false }],
          },
        },
      },
    });
    rule.addTarget(
      new LambdaFunction(tasks, { retryAttempts: 185, maxEventAge: Duration.hours(24) }),
    );
    acknowledgeServerless(
      rule,
      'Tried for a day; what is lost even so is found by the reconciler.',
      'EventBusDLQ',
    );
  }

  #reconcile(
    { reconciliation: { interval = Duration.minutes(5) } }: RevocationsProps,
    tasks: IFunction,
  ): void {
    const rule = new Rule(this, 'Reconciliation', {
      description: 'Finds live sessions of people whom the user pool does not stand for any more',
      schedule: Schedule.rate(interval),
    });
    rule.addTarget(
      new LambdaFunction(tasks, {
        event: RuleTargetInput.fromObject({ task: 'reconcile' }),
        // The next run does what this one could not.
        retryAttempts: 0,
      }),
    );
    acknowledgeServerless(rule, 'The next run does what this one could not.', 'EventBusDLQ');
  }

  #createTasks(
    { factory, keys, table, ...props }: RevocationsProps,
    stateMachineArn: string,
  ): IFunction {
    return factory.create(this, 'revoke', {
      description:
        'Raises epochs, deletes entries and writes the policy that denies what was revoked',
      // Below the writer's lease, so that nobody writes whose lease has run out.
      timeout: Duration.seconds(30),
      readsGrants: true,
      needs: ['USER_POOLS'],
      environment: {
        STATE_MACHINE_ARN: liveArnOf(stateMachineArn),
        TABLE_NAME: table.tableName,
        DENY_POLICY_ARN: props.denyPolicyArn,
        SPOKE_DENY_POLICIES: Stack.of(this).toJsonString(props.spokeDenyPolicies),
        LONGEST_SESSION_SECONDS: String(props.longestSessionSeconds),
        RECONCILES_GROUPS: String(props.reconciliation.comparesGroups ?? true),
        SUBJECTS_PER_RUN: String(props.reconciliation.subjectsPerRun ?? 250),
      },
      rights: [
        new PolicyStatement({
          sid: 'FindSubject',
          actions: [
            'cognito-idp:AdminGetUser',
            'cognito-idp:AdminListGroupsForUser',
            'cognito-idp:ListUsers',
          ],
          resources: props.userPools.map(({ userPoolArn }) => userPoolArn),
        }),
        new PolicyStatement({
          sid: 'ListLiveSessions',
          actions: ['dynamodb:Query'],
          resources: [`${table.tableArn}/index/${liveIndex.name}`],
        }),
        rowRight('KeepPlace', table, ['GetItem', 'PutItem'], ['WRITER#reconciler']),
        new PolicyStatement({
          sid: 'ReadDenyPolicy',
          actions: ['iam:GetPolicy', 'iam:GetPolicyVersion'],
          resources: [props.denyPolicyArn],
        }),
        new PolicyStatement({
          sid: 'WriteDenyPolicy',
          actions: ['iam:CreatePolicyVersion', 'iam:DeletePolicyVersion', 'iam:ListPolicyVersions'],
          resources: [props.denyPolicyArn],
        }),
        ...(props.spokeDenyPolicies.length === 0
          ? []
          : [
              new PolicyStatement({
                sid: 'WriteDenyPoliciesOfSpokes',
                actions: ['sts:AssumeRole'],
                resources: props.spokeDenyPolicies.map(({ writerRoleArn }) => writerRoleArn),
              }),
            ]),
        new PolicyStatement({
          sid: 'StartRevoking',
          actions: ['states:StartExecution'],
          resources: [stateMachineArn],
        }),
        rowRight('KeepRevocations', table, ['GetItem', 'PutItem'], ['REVOCATION#*']),
        rowRight('ListRevocations', table, ['PutItem'], ['REVOCATIONS']),
        rowRight(
          'LookUpSubject',
          table,
          ['BatchGetItem'],
          ['SUBJECT#*', 'CLIENT#*', 'GRANT#*', 'EVERYTHING'],
        ),
        rowRight(
          'RaiseEpoch',
          table,
          ['GetItem', 'UpdateItem'],
          ['SUBJECT#*', 'CLIENT#*', 'GRANT#*', 'EVERYTHING'],
        ),
        rowRight('PurgeEntries', table, ['DeleteItem', 'Query'], ['SUBJECT#*']),
        rowRight('KeepDenials', table, ['PutItem', 'Query', 'UpdateItem'], ['WRITER#deny-policy']),
        tableKeyRight(keys.data),
      ],
    });
  }

  #createApi({ factory, keys, table }: RevocationsProps, stateMachineArn: string): IFunction {
    return factory.create(this, 'revocations', {
      description: 'Answers the revocation API',
      timeout: Duration.seconds(10),
      readsGrants: true,
      needs: ['USER_POOLS', 'CORS_ORIGINS'],
      environment: { TABLE_NAME: table.tableName, STATE_MACHINE_ARN: liveArnOf(stateMachineArn) },
      rights: [
        new PolicyStatement({
          sid: 'StartRevoking',
          actions: ['states:StartExecution'],
          resources: [stateMachineArn],
        }),
        rowRight(
          'KeepRevocations',
          table,
          ['BatchGetItem', 'GetItem', 'PutItem', 'UpdateItem'],
          ['REVOCATION#*'],
        ),
        rowRight('ListRevocations', table, ['PutItem', 'Query'], ['REVOCATIONS']),
        rowRight(
          'ReadCallersRevocation',
          table,
          ['BatchGetItem'],
          ['SUBJECT#*', 'CLIENT#*', 'GRANT#*', 'EVERYTHING'],
        ),
        rowRight('RecordDenial', table, ['PartiQLInsert', 'GetItem'], ['DENIAL#*']),
        tableKeyRight(keys.data),
      ],
    });
  }
}
