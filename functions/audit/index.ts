import { join } from 'node:path';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { systemClock } from '../../adapters/clock.ts';
import { dynamoCredentialStore } from '../../adapters/credential-store.ts';
import { nodeDigest } from '../../adapters/digest.ts';
import { readEnvironment, variables } from '../../adapters/environment.ts';
import { cloudWatchExecutionLog } from '../../adapters/execution-log.ts';
import { readGrants } from '../../adapters/grant-files.ts';
import { uuidV7Source } from '../../adapters/ids.ts';
import { lambdaLog } from '../../adapters/lambda-log.ts';
import { dynamoLedgerReader } from '../../adapters/ledger-reader.ts';
import { awsVariables, meteredAws } from '../../adapters/metered-aws.ts';
import { systemTimer } from '../../adapters/timer.ts';
import { userPoolTokenVerifier } from '../../adapters/token-verifier.ts';
import { objectNamed, reachOfObject } from '../../core/grants/object-reach.ts';
import { reachOf } from '../../core/grants/reach.ts';
import { createHandler } from '../http/handler.ts';
import { routes } from './routes.ts';

const environment = readEnvironment(process.env, {
  ...awsVariables,
  LAMBDA_TASK_ROOT: variables.LAMBDA_TASK_ROOT,
  STEPKEY_VERSION: variables.STEPKEY_VERSION,
  TABLE_NAME: variables.TABLE_NAME,
  EXECUTION_LOG_GROUP: variables.EXECUTION_LOG_GROUP,
  USER_POOLS: variables.USER_POOLS,
  MAPPED_ROLE_ARN_PREFIX: variables.MAPPED_ROLE_ARN_PREFIX,
  TEMPLATE_VALUES: variables.TEMPLATE_VALUES,
  CORS_ORIGINS: variables.CORS_ORIGINS,
});
const { client, meter } = meteredAws(environment);
const table = {
  client: client('dynamodb', DynamoDBClient),
  tableName: environment.TABLE_NAME,
};
const log = lambdaLog();

const grants = readGrants(join(environment.LAMBDA_TASK_ROOT, 'grants.json'));
const reachContext = {
  mappedRoleArnPrefix: environment.MAPPED_ROLE_ARN_PREFIX,
  templateValues: environment.TEMPLATE_VALUES,
};

export const handler = createHandler(
  routes,
  {
    clock: systemClock,
    ids: uuidV7Source(systemClock),
    meter,
    verifier: userPoolTokenVerifier({
      userPools: environment.USER_POOLS,
      endpoint: environment.AWS_ENDPOINT_URL,
    }),
    // Who reads the ledger may not write to it: a refused reader is in the log, as every refusal is.
    ledger: { recordDenial: () => Promise.resolve() },
    reader: dynamoLedgerReader(table),
    store: dynamoCredentialStore({ ...table, timer: systemTimer }),
    executionLog: cloudWatchExecutionLog({
      client: client('logs', CloudWatchLogsClient),
      logGroupName: environment.EXECUTION_LOG_GROUP,
    }),
    digest: nodeDigest,
    readLog: (fields) => {
      log.info('ledger read', { ...fields });
    },
  },
  {
    userPools: environment.USER_POOLS,
    // No grant is decided here: no claim beyond who asks is of use.
    referencedClaims: new Set(),
    corsOrigins: environment.CORS_ORIGINS,
    version: environment.STEPKEY_VERSION,
    reach: reachOf(grants, reachContext),
    reachOfObject: (text) => {
      const object = objectNamed(text);
      return object === null ? null : reachOfObject(grants, reachContext, object);
    },
  },
  log,
);
