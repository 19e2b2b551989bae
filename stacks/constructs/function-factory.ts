import { readFileSync } from 'node:fs';
import type { Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { Grant } from '../../core/grants/grant.ts';
import { metricNamespace } from '../../core/metrics/metric-list.ts';
import { stageFunction } from '../function-assets.ts';
import type { BrokerNetwork } from '../network.ts';
import { packageFile } from '../package-files.ts';
import { BrokerFunction } from './broker-function.ts';
import type { BrokerKeys } from './broker-keys.ts';

/** What the deployment has to tell; each function gets only the names that it reads. */
export type EnvironmentName =
  | 'USER_POOLS'
  | 'DEVELOPER_PROVIDER'
  | 'IDENTITY_POOL_ID'
  | 'IDENTITY_MODE'
  | 'MAPPED_ROLE_ARN_PREFIX'
  | 'TEMPLATE_VALUES'
  | 'CORS_ORIGINS'
  | 'POWERTOOLS_LOG_LEVEL';

export interface FunctionFactoryProps {
  readonly deploymentName: string;
  readonly functionsDirectory: string;
  readonly stagingDirectory: string;
  readonly grants: readonly Grant[];
  readonly keys: BrokerKeys;
  readonly logRetention: RetentionDays;
  readonly removalPolicy: RemovalPolicy;
  /** Null for none of the account's own. */
  readonly network: Required<BrokerNetwork> | null;
  readonly environment: Readonly<Record<EnvironmentName, string>>;
}

/** Makes the broker's functions, all in one way: bundle, data beside it, environment, and a role with its own calls. */
export class FunctionFactory {
  readonly #props: FunctionFactoryProps;

  constructor(props: FunctionFactoryProps) {
    this.#props = props;
  }

  /** @param name the folder below functions/ that it is made of */
  create(
    scope: Construct,
    name: string,
    options: {
      readonly description: string;
      readonly timeout: Duration;
      /** Whether it decides by the grants, which then lie beside its code. */
      readonly readsGrants?: true;
      readonly needs: readonly EnvironmentName[];
      readonly environment?: Readonly<Record<string, string>>;
      readonly rights: readonly PolicyStatement[];
    },
  ): IFunction {
    const props = this.#props;
    return new BrokerFunction(scope, name, {
      functionName: `${props.deploymentName}-${name}`,
      description: options.description,
      codeDirectory: stageFunction({
        name,
        functionsDirectory: props.functionsDirectory,
        stagingDirectory: props.stagingDirectory,
        data: options.readsGrants
          ? { 'grants.json': `${JSON.stringify(props.grants, null, 2)}\n` }
          : {},
      }),
      timeout: options.timeout,
      environment: {
        STEPKEY_VERSION: stepkeyVersion(),
        POWERTOOLS_SERVICE_NAME: `${props.deploymentName}-${name}`,
        POWERTOOLS_METRICS_NAMESPACE: metricNamespace(props.deploymentName),
        POWERTOOLS_LOG_LEVEL: props.environment.POWERTOOLS_LOG_LEVEL,
        ...Object.fromEntries(options.needs.map((need) => [need, props.environment[need]])),
        ...options.environment,
      },
      rights: options.rights,
      dataKey: props.keys.data,
      logRetention: props.logRetention,
      removalPolicy: props.removalPolicy,
      network: props.network,
    }).function;
  }
}

const stepkeyVersion = (): string =>
  (JSON.parse(readFileSync(packageFile, 'utf8')) as { version: string }).version;
