import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Bucket, IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { createBatchBucket } from './constructs/batch-bucket.ts';
import { Batches } from './constructs/batches.ts';
import { BrokerApi } from './constructs/broker-api.ts';
import { BrokerFunctions } from './constructs/broker-functions.ts';
import { BrokerKeys } from './constructs/broker-keys.ts';
import { createBrokerTable } from './constructs/broker-table.ts';
import { DenyPolicy, longestSessionSeconds } from './constructs/deny-policy.ts';
import { FunctionFactory } from './constructs/function-factory.ts';
import { IssueCredentials } from './constructs/issue-credentials.ts';
import { Ledger } from './constructs/ledger.ts';
import { LedgerExport, type LedgerExportSettings } from './constructs/ledger-export.ts';
import { MappedRoles, mappedRoleArnPrefix } from './constructs/mapped-roles.ts';
import { Revocations, type ReconciliationProps } from './constructs/revocations.ts';
import { readGrants } from './grant-files.ts';
import { issuerOf, type UserPoolSource } from './user-pool-source.ts';

export interface CredentialBrokerProps {
  /** Pools whose tokens the broker takes; also the pools of the API's authorizer. */
  readonly userPools: readonly UserPoolSource[];
  /** The identity pool, `<region>:<uuid>`; its developer provider must be `developerProvider`. */
  readonly identityPoolId: string;
  /** The broker's login name in the identity pool. AWS never lets it change. */
  readonly developerProvider: string;
  /** Directory of the grants: one JSON file per grant, each reviewed. Checked at synthesis. */
  readonly grantsDirectory: string;
  /** Directory of the function bundles: `<function>/index.js` and `package.json`. */
  readonly functionsDirectory: string;
  /** Where bundles and grants are put together; by default a temporary directory. */
  readonly stagingDirectory?: string;
  /** Values of the grants' own placeholders, such as `bucket`; `partition`, `region` and `accountId` are there already. */
  readonly templateValues?: Readonly<Record<string, string>>;
  /** 1–20 of `[a-z0-9-]`: begins the names of roles, functions and log groups. Default `stepkey`. */
  readonly deploymentName?: string;
  /** `linked` (default): a person's own login and the broker's reach one identity; `developer`: the broker's identities only. */
  readonly identityMode?: 'linked' | 'developer';
  /** The Region's quota of GetOpenIdTokenForDeveloperIdentity. Default 50, as AWS gives it. */
  readonly developerIdentityCallsPerSecond?: number;
  /** The share of that quota which batches may use; the rest of it stays for people who wait. Default 30. */
  readonly batchCallsPerSecond?: number;
  /** How many STS calls in a second minting may make; the account's quota is shared with everything else in it. Default 300. */
  readonly stsCallsPerSecond?: number;
  /** How many KMS calls in a second minting may make, counted as if nothing were in memory. Default 2,000. */
  readonly kmsCallsPerSecond?: number;
  /** Client name → how many developer-identity calls in a second it may cause at most, interactive and batch together. */
  readonly clientShares?: Readonly<Record<string, number>>;
  /** Where manifests and reports of batches are, below `batches/<client>/`. Default a bucket of its own. */
  readonly batchBucket?: IBucket | Bucket;
  /** How many subjects of a batch are under way at a time. Default twice `batchCallsPerSecond`. */
  readonly batchConcurrency?: number;
  /** How long a batch may go on with what the token that started it was good for, 15 minutes to a day. Default 12 hours. */
  readonly batchWarrantDuration?: Duration;
  /** How often and how much of what is live is compared with the user pools. */
  readonly reconciliation?: ReconciliationProps;
  /** Origins of browsers that may call the API. Default none. */
  readonly corsOrigins?: readonly string[];
  /** False where the account already has a role with which API Gateway writes logs: there is one per account and Region. */
  readonly managesAccountLogRole?: boolean;
  /** What becomes of table, keys and logs when the stack goes. Default RETAIN, which also protects the table against deletion. */
  readonly removalPolicy?: RemovalPolicy;
  /** How much the functions log; no level logs a secret. Default INFO. */
  readonly logLevel?: 'DEBUG' | 'INFO' | 'WARN' | 'ERROR';
  /** Keeps a copy of the ledger where nobody can change it for a time. Null (default): no copy. */
  readonly ledgerExport?: LedgerExportSettings | null;
  /** How long functions, API and executions keep their logs. Default one year. */
  readonly logRetention?: RetentionDays;
}

/** The broker: API, functions, state machine, table, keys, and a role for each grant. */
export class CredentialBroker extends Construct {
  /** Where the API is served, with the stage: `https://…/live/`. */
  readonly apiUrl: string;
  readonly tableName: string;
  /** The bus that tells what the broker did. */
  readonly eventBusArn: string;
  /** The state machine that mints. */
  readonly issueCredentialsArn: string;
  /** The state machine that revokes. */
  readonly revokeArn: string;
  /** The policy that denies what was revoked: attach it to each role of your own that a grant names. */
  readonly denyPolicyArn: string;
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
    const grants = readGrants(props.grantsDirectory, {
      deployment: deploymentName,
      clients: props.userPools.flatMap(({ clients }) => Object.keys(clients)),
      templateValues: Object.keys(templateValues),
    });
    const shared = { deploymentName, logRetention, removalPolicy };
    const keys = new BrokerKeys(this, 'Keys', { deploymentName, removalPolicy });
    const table = createBrokerTable(this, 'Table', {
      dataKey: keys.data,
      removalPolicy,
      deletionProtection: removalPolicy === RemovalPolicy.RETAIN,
    });
    const denyPolicy = new DenyPolicy(this, 'DenyPolicy', { deploymentName });
    new MappedRoles(this, 'MappedRoles', {
      ...props,
      deploymentName,
      grants,
      templateValues,
      denyPolicyArn: denyPolicy.policyArn,
    });
    const factory = new FunctionFactory({
      ...shared,
      functionsDirectory: props.functionsDirectory,
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
        DEVELOPER_PROVIDER: props.developerProvider,
        IDENTITY_POOL_ID: props.identityPoolId,
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
      identityPoolId: props.identityPoolId,
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
      issueCredentialsArn: issueCredentials.stateMachineArn,
      maxConcurrency: props.batchConcurrency ?? 2 * (props.batchCallsPerSecond ?? 30),
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
        api: functions.createApi(issueCredentials.stateMachineArn),
        revocations: revocations.api,
        batches: batches.handler,
        audit: ledger.audit,
        replay: ledger.replay,
      },
      userPools: props.userPools.map(({ userPool }) => userPool),
      corsOrigins,
      managesAccountLogRole: props.managesAccountLogRole ?? true,
      dataKey: keys.data,
    });
    this.apiUrl = api.url;
    this.tableName = table.tableName;
    this.revokeArn = revocations.stateMachineArn;
    this.denyPolicyArn = denyPolicy.policyArn;
    this.eventBusArn = ledger.bus.eventBusArn;
    this.issueCredentialsArn = issueCredentials.stateMachineArn;
    this.issueBatchArn = batches.stateMachineArn;
  }
}
