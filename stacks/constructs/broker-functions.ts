import { Duration, Stack } from 'aws-cdk-lib';
import type { IUserPool } from 'aws-cdk-lib/aws-cognito';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { acknowledgeServerless } from './acknowledge.ts';
import type { BrokerKeys } from './broker-keys.ts';
import type { FunctionFactory } from './function-factory.ts';
import { type BrokerMachine, executionKeyRight } from './broker-machine.ts';
import { openRight, rowRight, sealRight, tableKeyRight } from './rights.ts';

export type TaskFunctionName = 'decide' | 'identity' | 'exchange';

export interface BrokerFunctionsProps {
  readonly factory: FunctionFactory;
  readonly keys: BrokerKeys;
  readonly table: Table;
  readonly identityPoolId: string;
  /** Where subjects are looked up that a machine names. */
  readonly userPools: readonly IUserPool[];
}

/** The four functions, each with exactly the calls that its tasks make. */
export class BrokerFunctions extends Construct {
  readonly tasks: Readonly<Record<TaskFunctionName, IFunction>>;
  readonly #props: BrokerFunctionsProps;

  constructor(scope: Construct, id: string, props: BrokerFunctionsProps) {
    super(scope, id);
    this.#props = props;
    const { keys, table } = props;
    const sealing = { SEALING_KEY_ARN: keys.sealing.keyArn };
    const openIdTokenRight = new PolicyStatement({
      sid: 'ObtainOpenIdToken',
      actions: ['cognito-identity:GetOpenIdTokenForDeveloperIdentity'],
      resources: [identityPoolArn(this, props.identityPoolId)],
    });
    const lookUpRight = new PolicyStatement({
      sid: 'LookUpAfterAccident',
      actions: ['cognito-identity:LookupDeveloperIdentity'],
      resources: [identityPoolArn(this, props.identityPoolId)],
    });
    this.tasks = {
      decide: props.factory.create(this, 'decide', {
        description: 'Verifies the token and decides what it gives',
        timeout: Duration.seconds(5),
        readsGrants: true,
        needs: [
          'USER_POOLS',
          'DEVELOPER_PROVIDER',
          'IDENTITY_POOL_ID',
          'MAPPED_ROLE_ARN_PREFIX',
          'TEMPLATE_VALUES',
        ],
        environment: { ...sealing, TABLE_NAME: table.tableName },
        rights: [
          openRight(keys.sealing, 'caller-token', 'warrant'),
          ...this.#findSubjectRights(),
          tableKeyRight(keys.data),
        ],
      }),
      identity: props.factory.create(this, 'identity', {
        description: 'Registers and links subjects in the identity pool',
        timeout: Duration.seconds(10),
        needs: ['IDENTITY_POOL_ID', 'DEVELOPER_PROVIDER', 'IDENTITY_MODE', 'USER_POOLS'],
        environment: { ...sealing, TABLE_NAME: table.tableName },
        rights: [
          openRight(keys.sealing, 'caller-token'),
          sealRight(keys.sealing, 'openid-token'),
          openIdTokenRight,
          lookUpRight,
          rowRight('RememberIdentity', table, ['GetItem', 'UpdateItem'], ['SUBJECT#*']),
          rowRight(
            'RegisterOnce',
            table,
            ['DeleteItem', 'GetItem', 'PutItem', 'UpdateItem'],
            ['IDEMPOTENCY#*'],
          ),
          tableKeyRight(keys.data),
        ],
      }),
      exchange: props.factory.create(this, 'exchange', {
        description: 'Obtains the OpenID token and assumes the mapped role',
        timeout: Duration.seconds(8),
        needs: ['IDENTITY_POOL_ID', 'DEVELOPER_PROVIDER'],
        environment: sealing,
        rights: [
          openRight(keys.sealing, 'openid-token'),
          sealRight(keys.sealing, 'credentials', 'openid-token'),
          // No right to assume a role: AssumeRoleWithWebIdentity is unsigned, the token is the right.
          openIdTokenRight,
        ],
      }),
    };
    this.#loseLateWarmUps();
  }

  /**
   * The machine asks `exchange` to start while it works, without waiting. What did not come to that at once is of no
   * use later: there is nothing to try again, and nothing to keep.
   */
  #loseLateWarmUps(): void {
    const { exchange } = this.tasks;
    exchange.configureAsyncInvoke({ retryAttempts: 0, maxEventAge: Duration.minutes(1) });
    acknowledgeServerless(
      exchange,
      'Only warm-ups are asynchronous, and one that failed is lost on purpose.',
      'LambdaAsyncFailureDestination',
    );
  }

  /** Reads who a named subject is, in the pools of the deployment and in no other. */
  #findSubjectRights(): readonly PolicyStatement[] {
    return [
      new PolicyStatement({
        sid: 'FindSubject',
        actions: [
          'cognito-idp:AdminGetUser',
          'cognito-idp:AdminListGroupsForUser',
          'cognito-idp:ListUsers',
        ],
        resources: this.#props.userPools.map(({ userPoolArn }) => userPoolArn),
      }),
      rowRight('RecallUsername', this.#props.table, ['GetItem'], ['SUBJECT#*']),
    ];
  }

  /** The front. It comes after the machine that it starts, which comes after the functions above. */
  createApi({
    stateMachineArn,
    liveArn,
  }: Pick<BrokerMachine, 'stateMachineArn' | 'liveArn'>): IFunction {
    const { keys, table } = this.#props;
    return this.#props.factory.create(this, 'api', {
      description: 'Answers the HTTP API: decides, serves from the cache, starts the machine',
      timeout: Duration.seconds(25),
      readsGrants: true,
      needs: [
        'USER_POOLS',
        'DEVELOPER_PROVIDER',
        'IDENTITY_POOL_ID',
        'IDENTITY_MODE',
        'MAPPED_ROLE_ARN_PREFIX',
        'TEMPLATE_VALUES',
        'CORS_ORIGINS',
      ],
      environment: {
        SEALING_KEY_ARN: keys.sealing.keyArn,
        TABLE_NAME: table.tableName,
        STATE_MACHINE_ARN: liveArn,
      },
      rights: [
        new PolicyStatement({
          sid: 'StartIssuing',
          actions: ['states:StartExecution', 'states:StartSyncExecution'],
          resources: [stateMachineArn],
        }),
        executionKeyRight(keys.data, stateMachineArn, ['kms:Decrypt']),
        openRight(keys.sealing, 'credentials'),
        sealRight(keys.sealing, 'caller-token'),
        rowRight(
          'ReadCache',
          table,
          ['BatchGetItem'],
          ['SUBJECT#*', 'CLIENT#*', 'GRANT#*', 'EVERYTHING'],
        ),
        ...this.#findSubjectRights(),
        rowRight('RecordHandOut', table, ['PutItem'], ['SESSION#*']),
        rowRight('RecordDenial', table, ['PartiQLInsert', 'GetItem'], ['DENIAL#*']),
        tableKeyRight(keys.data),
      ],
    });
  }
}

const identityPoolArn = (scope: Construct, identityPoolId: string): string => {
  const { partition, region, account } = Stack.of(scope);
  return `arn:${partition}:cognito-identity:${region}:${account}:identitypool/${identityPoolId}`;
};
