import { readFileSync } from 'node:fs';
import { Duration, type RemovalPolicy, Stack } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { Grant } from '../../core/grants/grant.ts';
import { stageFunction } from '../function-assets.ts';
import { BrokerFunction } from './broker-function.ts';
import type { BrokerKeys } from './broker-keys.ts';
import { executionKeyRight } from './issue-credentials.ts';
import { openRight, rowRight, sealRight, tableKeyRight } from './rights.ts';

export type TaskFunctionName = 'decide' | 'identity' | 'exchange';

export interface BrokerFunctionsProps {
  readonly deploymentName: string;
  readonly functionsDirectory: string;
  readonly stagingDirectory: string;
  readonly grants: readonly Grant[];
  readonly keys: BrokerKeys;
  readonly table: Table;
  readonly identityPoolId: string;
  readonly logRetention: RetentionDays;
  readonly removalPolicy: RemovalPolicy;
  /** What the deployment has to tell; each function gets only the names that it reads. */
  readonly environment: Readonly<Record<EnvironmentName, string>>;
}

type EnvironmentName =
  | 'USER_POOLS'
  | 'DEVELOPER_PROVIDER'
  | 'IDENTITY_POOL_ID'
  | 'IDENTITY_MODE'
  | 'MAPPED_ROLE_ARN_PREFIX'
  | 'TEMPLATE_VALUES'
  | 'CORS_ORIGINS'
  | 'POWERTOOLS_LOG_LEVEL';

const packageFile = new URL('../../package.json', import.meta.url);

/** The four functions, each with exactly the calls that its tasks make. */
export class BrokerFunctions extends Construct {
  readonly tasks: Readonly<Record<TaskFunctionName, IFunction>>;
  readonly #props: BrokerFunctionsProps;

  constructor(scope: Construct, id: string, props: BrokerFunctionsProps) {
    super(scope, id);
    this.#props = props;
    const { keys, table } = props;
    const openIdTokenRight = new PolicyStatement({
      sid: 'ObtainOpenIdToken',
      actions: ['cognito-identity:GetOpenIdTokenForDeveloperIdentity'],
      resources: [identityPoolArn(this, props.identityPoolId)],
    });
    this.tasks = {
      decide: this.#create('decide', {
        description: 'Verifies the token and decides what it gives',
        timeout: Duration.seconds(5),
        decides: true,
        needs: [
          'USER_POOLS',
          'DEVELOPER_PROVIDER',
          'IDENTITY_POOL_ID',
          'MAPPED_ROLE_ARN_PREFIX',
          'TEMPLATE_VALUES',
        ],
        rights: [openRight(keys.sealing, 'caller-token')],
      }),
      identity: this.#create('identity', {
        description: 'Registers and links subjects in the identity pool',
        timeout: Duration.seconds(10),
        needs: ['IDENTITY_POOL_ID', 'DEVELOPER_PROVIDER', 'IDENTITY_MODE', 'USER_POOLS'],
        environment: { TABLE_NAME: table.tableName },
        rights: [
          openRight(keys.sealing, 'caller-token'),
          sealRight(keys.sealing, 'openid-token'),
          openIdTokenRight,
          rowRight('RememberIdentity', table, ['UpdateItem'], ['SUBJECT#*']),
          rowRight(
            'RegisterOnce',
            table,
            ['DeleteItem', 'GetItem', 'PutItem', 'UpdateItem'],
            ['IDEMPOTENCY#*'],
          ),
          tableKeyRight(keys.data),
        ],
      }),
      exchange: this.#create('exchange', {
        description: 'Obtains the OpenID token and assumes the mapped role',
        timeout: Duration.seconds(8),
        needs: ['IDENTITY_POOL_ID', 'DEVELOPER_PROVIDER'],
        rights: [
          openRight(keys.sealing, 'openid-token'),
          sealRight(keys.sealing, 'credentials', 'openid-token'),
          // No right to assume a role: AssumeRoleWithWebIdentity is unsigned, the token is the right.
          openIdTokenRight,
        ],
      }),
    };
  }

  /** The front. It comes after the machine that it starts, which comes after the functions above. */
  createApi(stateMachineArn: string): IFunction {
    const { keys, table } = this.#props;
    return this.#create('api', {
      description: 'Answers the HTTP API: decides, serves from the cache, starts the machine',
      timeout: Duration.seconds(25),
      decides: true,
      needs: [
        'USER_POOLS',
        'DEVELOPER_PROVIDER',
        'IDENTITY_POOL_ID',
        'IDENTITY_MODE',
        'MAPPED_ROLE_ARN_PREFIX',
        'TEMPLATE_VALUES',
        'CORS_ORIGINS',
      ],
      environment: { TABLE_NAME: table.tableName, STATE_MACHINE_ARN: stateMachineArn },
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
        rowRight('RecordHandOut', table, ['PutItem'], ['SESSION#*', 'DENIAL#*']),
        tableKeyRight(keys.data),
      ],
    });
  }

  #create(
    name: TaskFunctionName | 'api',
    options: {
      readonly description: string;
      readonly timeout: Duration;
      readonly decides?: true;
      readonly needs: readonly EnvironmentName[];
      readonly environment?: Readonly<Record<string, string>>;
      readonly rights: readonly PolicyStatement[];
    },
  ): IFunction {
    const props = this.#props;
    return new BrokerFunction(this, name, {
      functionName: `${props.deploymentName}-${name}`,
      description: options.description,
      codeDirectory: stageFunction({
        name,
        functionsDirectory: props.functionsDirectory,
        stagingDirectory: props.stagingDirectory,
        data: options.decides
          ? { 'grants.json': `${JSON.stringify(props.grants, null, 2)}\n` }
          : {},
      }),
      timeout: options.timeout,
      environment: {
        STEPKEY_VERSION: stepkeyVersion(),
        POWERTOOLS_SERVICE_NAME: `${props.deploymentName}-${name}`,
        POWERTOOLS_LOG_LEVEL: props.environment.POWERTOOLS_LOG_LEVEL,
        SEALING_KEY_ARN: props.keys.sealing.keyArn,
        ...Object.fromEntries(options.needs.map((need) => [need, props.environment[need]])),
        ...options.environment,
      },
      rights: options.rights,
      dataKey: props.keys.data,
      logRetention: props.logRetention,
      removalPolicy: props.removalPolicy,
    }).function;
  }
}

const stepkeyVersion = (): string =>
  (JSON.parse(readFileSync(packageFile, 'utf8')) as { version: string }).version;

const identityPoolArn = (scope: Construct, identityPoolId: string): string => {
  const { partition, region, account } = Stack.of(scope);
  return `arn:${partition}:cognito-identity:${region}:${account}:identitypool/${identityPoolId}`;
};
