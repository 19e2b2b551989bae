import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SFNClient } from '@aws-sdk/client-sfn';
import { systemClock } from '../../adapters/clock.ts';
import { dynamoCredentialStore } from '../../adapters/credential-store.ts';
import { nodeDigest } from '../../adapters/digest.ts';
import { readEnvironment, variables } from '../../adapters/environment.ts';
import { readGrants } from '../../adapters/grant-files.ts';
import { uuidV7Source } from '../../adapters/ids.ts';
import { lambdaLog } from '../../adapters/lambda-log.ts';
import { dynamoLedger } from '../../adapters/ledger.ts';
import { awsVariables, meteredAws } from '../../adapters/metered-aws.ts';
import { dynamoRevocationRecords } from '../../adapters/revocation-records.ts';
import { stepFunctionsRevokeMachine } from '../../adapters/revoke-machine.ts';
import { systemTimer } from '../../adapters/timer.ts';
import { userPoolTokenVerifier } from '../../adapters/token-verifier.ts';
import { createHandler } from '../http/handler.ts';
import { routes } from './routes.ts';

const environment = readEnvironment(process.env, {
  ...awsVariables,
  LAMBDA_TASK_ROOT: variables.LAMBDA_TASK_ROOT,
  STEPKEY_VERSION: variables.STEPKEY_VERSION,
  TABLE_NAME: variables.TABLE_NAME,
  STATE_MACHINE_ARN: variables.STATE_MACHINE_ARN,
  USER_POOLS: variables.USER_POOLS,
  CORS_ORIGINS: variables.CORS_ORIGINS,
});
const { client, meter } = meteredAws(environment);
const table = {
  client: client('dynamodb', DynamoDBClient),
  tableName: environment.TABLE_NAME,
};
const log = lambdaLog();

export const handler = createHandler(
  routes,
  {
    clock: systemClock,
    ids: uuidV7Source(systemClock),
    digest: nodeDigest,
    meter,
    verifier: userPoolTokenVerifier({
      userPools: environment.USER_POOLS,
      endpoint: environment.AWS_ENDPOINT_URL,
    }),
    store: dynamoCredentialStore({ ...table, timer: systemTimer }),
    ledger: dynamoLedger({ ...table, timer: systemTimer }),
    records: dynamoRevocationRecords(table),
    machine: stepFunctionsRevokeMachine({
      client: client('states', SFNClient),
      stateMachineArn: environment.STATE_MACHINE_ARN,
    }),
  },
  {
    userPools: environment.USER_POOLS,
    referencedClaims: new Set(),
    corsOrigins: environment.CORS_ORIGINS,
    version: environment.STEPKEY_VERSION,
    clientNames: new Set(environment.USER_POOLS.flatMap(({ clients }) => Object.keys(clients))),
    grantNames: new Set(
      readGrants(join(environment.LAMBDA_TASK_ROOT, 'grants.json')).map(({ name }) => name),
    ),
  },
  log,
);
