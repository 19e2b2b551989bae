import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { ambiguousNamesOf } from '../core/user-pools.ts';
import type { DomainName } from 'aws-cdk-lib/aws-apigateway';
import { SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { createBatchBucket } from './constructs/batch-bucket.ts';
import { Batches } from './constructs/batches.ts';
import { BrokerApi } from './constructs/broker-api.ts';
import { BrokerFunctions } from './constructs/broker-functions.ts';
import { BrokerKeys } from './constructs/broker-keys.ts';
import { createBrokerTable } from './constructs/broker-table.ts';
import { DenyPolicy, longestSessionSeconds } from './constructs/deny-policy.ts';
import { ExistingRoles } from './constructs/existing-roles.ts';
import { FunctionFactory } from './constructs/function-factory.ts';
import { createIdentityPool, ownDeveloperProvider } from './constructs/identity-pool.ts';
import { IssueCredentials } from './constructs/issue-credentials.ts';
import { Ledger } from './constructs/ledger.ts';
import { LedgerExport } from './constructs/ledger-export.ts';
import { MappedRoles, mappedRoleArnPrefix } from './constructs/mapped-roles.ts';
import { Revocations } from './constructs/revocations.ts';
import type { CredentialBrokerProps } from './credential-broker-props.ts';
import { readGrants } from './grant-files.ts';
import type { BrokerNetwork } from './network.ts';
import { bundlesDirectory } from './package-files.ts';
import { spokeDenyPolicy } from './spoke-names.ts';
import { issuerOf } from './user-pool-source.ts';

/** The broker: API, functions, state machine, table, keys, and a role for each grant. Long, because here all of them meet. */
export class CredentialBroker extends Construct {
  /** Where the API is served, with the stage: `https://…/live/`. */
  readonly apiUrl: string;
  /** The API's own domain, for an alias record in its zone; null where it has none. */
  readonly apiDomain: DomainName | null;
  readonly identityPoolId: string;
  readonly developerProvider: string;
  readonly tableName: string;
  /** The bus that tells what the broker did. */
  readonly eventBusArn: string;
  /** The state machine that mints. */
  readonly issueCredentialsArn: string;
  /** The state machine that revokes. */
  readonly revokeArn: string;
  /** The policy that denies what was revoked: attach it to each role of your own that a grant names. */
  readonly denyPolicyArn: string;
  /** The role that writes it, here and in the spokes, which let it in. */
  readonly denyPolicyWriterArn: string;
  /** Where the copy of the ledger is; null for none. */
  readonly ledgerBucketName: string | null;
  /** The state machine of batches. */
  readonly issueBatchArn: string;

  constructor(scope: Construct, id: string, props: CredentialBrokerProps) {
    super(scope, id);
    const stack = Stack.of(this);
    const {
      deploymentName = 'stepkey',
      identityMode = 'linked',
      corsOrigins = [],
      removalPolicy = RemovalPolicy.RETAIN,
      logRetention = RetentionDays.ONE_YEAR,
    } = props;
    const templateValues = {
      partition: stack.partition,
      region: stack.region,
      accountId: stack.account,
      ...props.templateValues,
    };
    const network = this.#networkOf(props.network);
    const developerProvider = props.developerProvider ?? ownDeveloperProvider;
    const identityPoolId =
      props.identityPoolId ??
      createIdentityPool(this, {
        name: deploymentName,
        developerProvider,
        logins: props.userPools.map(({ userPool, clients }) => ({
          userPool,
          clientIds: Object.values(clients),
        })),
        removalPolicy,
      }).ref;
    const ambiguous = ambiguousNamesOf(props.userPools);
    if (ambiguous.length > 0) {
      throw new Error(`userPools: used more than once: ${ambiguous.join(', ')}.`);
    }
    // The context is for who works on the broker itself, in whose tree an app finds no package.
    const functionsDirectory =
      props.functionsDirectory ??
      bundlesDirectory ??
      (this.node.tryGetContext('stepkey:functionsDirectory') as string | undefined);
    if (functionsDirectory === undefined) {
      throw new Error('functionsDirectory: only the package brings its bundles along.');
    }
    const grants = readGrants(props.grantsDirectory, {
      deployment: deploymentName,
      clients: props.userPools.flatMap(({ clients }) => Object.keys(clients)),
      templateValues: Object.keys(templateValues),
    });
    const shared = {
      deploymentName,
      logRetention,
      removalPolicy,
      trialDuration: props.machineTrialDuration ?? Duration.minutes(15),
    };
    const keys = new BrokerKeys(this, 'Keys', { deploymentName, removalPolicy });
    const table = createBrokerTable(this, 'Table', {
      dataKey: keys.data,
      removalPolicy,
      deletionProtection: removalPolicy === RemovalPolicy.RETAIN,
    });
    const denyPolicy = new DenyPolicy(this, 'DenyPolicy', { deploymentName });
    const trust = {
      identityPoolId,
      developerProvider,
      stsEndpointIds: network?.stsEndpoints.map(({ vpcEndpointId }) => vpcEndpointId) ?? [],
    };
    new MappedRoles(this, 'MappedRoles', {
      ...trust,
      deploymentName,
      grants,
      templateValues,
      denyPolicyArn: denyPolicy.policyArn,
    });
    new ExistingRoles(this, 'ExistingRoles', {
      trust,
      grants,
      roles: props.existingRoles ?? [],
      denyPolicyArn: denyPolicy.policyArn,
    });
    const factory = new FunctionFactory({
      ...shared,
      functionsDirectory,
      network,
      stagingDirectory: props.stagingDirectory ?? mkdtempSync(join(tmpdir(), 'stepkey-')),
      grants,
      keys,
      environment: {
        USER_POOLS: stack.toJsonString(
          props.userPools.map((source) => ({
            alias: source.alias,
            userPoolId: source.userPool.userPoolId,
            issuer: issuerOf(source),
            clients: source.clients,
          })),
        ),
        DEVELOPER_PROVIDER: developerProvider,
        IDENTITY_POOL_ID: identityPoolId,
        IDENTITY_MODE: identityMode,
        MAPPED_ROLE_ARN_PREFIX: mappedRoleArnPrefix(this, deploymentName),
        TEMPLATE_VALUES: stack.toJsonString(templateValues),
        CORS_ORIGINS: JSON.stringify(corsOrigins),
        POWERTOOLS_LOG_LEVEL: props.logLevel ?? 'INFO',
      },
    });
    const functions = new BrokerFunctions(this, 'Functions', {
      factory,
      keys,
      table,
      identityPoolId,
      userPools: props.userPools.map(({ userPool }) => userPool),
    });
    const issueCredentials = new IssueCredentials(this, 'IssueCredentials', {
      ...shared,
      functions: functions.tasks,
      table,
      dataKey: keys.data,
      identityMode,
      budgets: {
        developerIdentityCallsPerSecond: props.developerIdentityCallsPerSecond ?? 50,
        batchCallsPerSecond: props.batchCallsPerSecond ?? 30,
        stsCallsPerSecond: props.stsCallsPerSecond ?? 300,
        kmsCallsPerSecond: props.kmsCallsPerSecond ?? 2000,
        clientShares: props.clientShares ?? {},
      },
    });
    const revocations = new Revocations(this, 'Revocations', {
      ...shared,
      factory,
      keys,
      table,
      denyPolicyArn: denyPolicy.policyArn,
      spokeDenyPolicies: (props.spokeAccounts ?? []).map((account) =>
        spokeDenyPolicy({ partition: stack.partition, account, deploymentName }),
      ),
      longestSessionSeconds: longestSessionSeconds(grants),
      reconciliation: props.reconciliation ?? {},
      userPools: props.userPools.map(({ userPool }) => userPool),
    });
    const batches = new Batches(this, 'Batches', {
      ...shared,
      factory,
      keys,
      table,
      bucket: props.batchBucket ?? createBatchBucket(this, removalPolicy),
      issueCredentials,
      maxConcurrency: props.batchConcurrency ?? props.batchCallsPerSecond ?? 30,
      warrantDuration: props.batchWarrantDuration ?? Duration.hours(12),
    });
    const ledger = new Ledger(this, 'Ledger', {
      deploymentName,
      factory,
      keys,
      table,
      executionLog: issueCredentials.logGroup,
      removalPolicy,
    });
    const { ledgerExport = null } = props;
    this.ledgerBucketName =
      ledgerExport === null
        ? null
        : new LedgerExport(this, 'LedgerExport', {
            settings: ledgerExport,
            factory,
            keys,
            table,
            removalPolicy,
          }).bucketName;
    const api = new BrokerApi(this, 'Api', {
      ...shared,
      handlers: {
        api: functions.createApi(issueCredentials),
        revocations: revocations.api,
        batches: batches.handler,
        audit: ledger.audit,
        replay: ledger.replay,
      },
      userPools: props.userPools.map(({ userPool }) => userPool),
      corsOrigins,
      managesAccountLogRole: props.managesAccountLogRole ?? true,
      front: props.apiFront ?? {},
      dataKey: keys.data,
    });
    this.apiUrl = api.url;
    this.apiDomain = api.domain;
    this.identityPoolId = identityPoolId;
    this.developerProvider = developerProvider;
    this.tableName = table.tableName;
    this.revokeArn = revocations.stateMachineArn;
    this.denyPolicyArn = denyPolicy.policyArn;
    this.denyPolicyWriterArn = revocations.writerRoleArn;
    this.eventBusArn = ledger.bus.eventBusArn;
    this.issueCredentialsArn = issueCredentials.stateMachineArn;
    this.issueBatchArn = batches.stateMachineArn;
  }

  #networkOf(network: BrokerNetwork | undefined): Required<BrokerNetwork> | null {
    if (network === undefined) return null;
    const { vpc, subnets = {}, stsEndpoints = [] } = network;
    const securityGroups = network.securityGroups ?? [
      new SecurityGroup(this, 'FunctionsSecurityGroup', {
        vpc,
        description: 'The functions of the broker: lets nothing in',
      }),
    ];
    return { vpc, subnets, securityGroups, stsEndpoints };
  }
}
