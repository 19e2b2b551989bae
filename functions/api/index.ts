import { join } from 'node:path';
import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KMSClient } from '@aws-sdk/client-kms';
import { SFNClient } from '@aws-sdk/client-sfn';
import { cachedUserDirectory } from '../../adapters/cached-user-directory.ts';
import { systemClock } from '../../adapters/clock.ts';
import { dynamoCredentialStore } from '../../adapters/credential-store.ts';
import { nodeDigest } from '../../adapters/digest.ts';
import { readEnvironment, variables } from '../../adapters/environment.ts';
import { readGrants } from '../../adapters/grant-files.ts';
import { uuidV7Source } from '../../adapters/ids.ts';
import { stepFunctionsIssueMachine } from '../../adapters/issue-machine.ts';
import { lambdaLog } from '../../adapters/lambda-log.ts';
import { dynamoLedger } from '../../adapters/ledger.ts';
import { awsVariables, meteredAws } from '../../adapters/metered-aws.ts';
import { kmsSealer } from '../../adapters/sealer.ts';
import { systemTimer } from '../../adapters/timer.ts';
import { userPoolTokenVerifier } from '../../adapters/token-verifier.ts';
import { cognitoUserDirectory } from '../../adapters/user-directory.ts';
import { dynamoUsernameRegistry } from '../../adapters/username-registry.ts';
import { claimsReferencedBy } from '../../core/grants/placeholders.ts';
import { createFlights } from './flights.ts';
import { createHandler } from '../http/handler.ts';
import { routes } from './routes.ts';
import { warmingAfterIdle } from './warming-machine.ts';

const environment = readEnvironment(process.env, {
  ...awsVariables,
  LAMBDA_TASK_ROOT: variables.LAMBDA_TASK_ROOT,
  STEPKEY_VERSION: variables.STEPKEY_VERSION,
  TABLE_NAME: variables.TABLE_NAME,
  SEALING_KEY_ARN: variables.SEALING_KEY_ARN,
  STATE_MACHINE_ARN: variables.STATE_MACHINE_ARN,
  USER_POOLS: variables.USER_POOLS,
  DEVELOPER_PROVIDER: variables.DEVELOPER_PROVIDER,
  IDENTITY_POOL_ID: variables.IDENTITY_POOL_ID,
  IDENTITY_MODE: variables.IDENTITY_MODE,
  MAPPED_ROLE_ARN_PREFIX: variables.MAPPED_ROLE_ARN_PREFIX,
  TEMPLATE_VALUES: variables.TEMPLATE_VALUES,
  CORS_ORIGINS: variables.CORS_ORIGINS,
});
const { client, meter } = meteredAws(environment);
const table = {
  client: client('dynamodb', DynamoDBClient),
  tableName: environment.TABLE_NAME,
};
const grants = readGrants(join(environment.LAMBDA_TASK_ROOT, 'grants.json'));
const log = lambdaLog();

export const handler = createHandler(
  routes,
  {
    clock: systemClock,
    timer: systemTimer,
    ids: uuidV7Source(systemClock),
    meter,
    verifier: userPoolTokenVerifier({
      userPools: environment.USER_POOLS,
      endpoint: environment.AWS_ENDPOINT_URL,
      keepBy: systemClock,
    }),
    users: cachedUserDirectory(
      cognitoUserDirectory({
        client: client('cognito-idp', CognitoIdentityProviderClient),
        usernames: dynamoUsernameRegistry(table),
      }),
      systemClock,
    ),
    sealer: kmsSealer({
      client: client('kms', KMSClient),
      keyArn: environment.SEALING_KEY_ARN,
    }),
    store: dynamoCredentialStore({ ...table, timer: systemTimer }),
    ledger: dynamoLedger({ ...table, timer: systemTimer }),
    machine: warmingAfterIdle(
      stepFunctionsIssueMachine({
        client: client('states', SFNClient),
        stateMachineArn: environment.STATE_MACHINE_ARN,
      }),
      systemClock,
    ),
    flights: createFlights(),
  },
  {
    grants,
    templateValues: environment.TEMPLATE_VALUES,
    mappedRoleArnPrefix: environment.MAPPED_ROLE_ARN_PREFIX,
    identityPoolId: environment.IDENTITY_POOL_ID,
    developerProvider: environment.DEVELOPER_PROVIDER,
    digest: nodeDigest,
    userPools: environment.USER_POOLS,
    referencedClaims: new Set(grants.flatMap(claimsReferencedBy)),
    identityMode: environment.IDENTITY_MODE,
    auditGroup: 'auditors',
    corsOrigins: environment.CORS_ORIGINS,
    version: environment.STEPKEY_VERSION,
  },
  log,
);
