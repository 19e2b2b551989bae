import { CognitoIdentityClient } from '@aws-sdk/client-cognito-identity';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KMSClient } from '@aws-sdk/client-kms';
import { systemClock } from '../../adapters/clock.ts';
import { readEnvironment, variables } from '../../adapters/environment.ts';
import { onceFor } from '../../adapters/idempotency.ts';
import { identityPoolDirectory } from '../../adapters/identity-directory.ts';
import { dynamoIdentityRegistry } from '../../adapters/identity-registry.ts';
import { awsVariables, meteredAws } from '../../adapters/metered-aws.ts';
import { identityPoolTokenSource } from '../../adapters/open-id-token-source.ts';
import { kmsSealer } from '../../adapters/sealer.ts';
import { systemTimer } from '../../adapters/timer.ts';
import {
  obtainOpenIdTokenWithLogin,
  type ObtainOpenIdTokenWithLoginInput,
} from './obtain-open-id-token-with-login.ts';
import type { RegisterIdentityInput } from './register-identity.ts';
import { registerOnce } from './register-once.ts';

const environment = readEnvironment(process.env, {
  ...awsVariables,
  SEALING_KEY_ARN: variables.SEALING_KEY_ARN,
  TABLE_NAME: variables.TABLE_NAME,
  IDENTITY_POOL_ID: variables.IDENTITY_POOL_ID,
  DEVELOPER_PROVIDER: variables.DEVELOPER_PROVIDER,
  IDENTITY_MODE: variables.IDENTITY_MODE,
  USER_POOLS: variables.USER_POOLS,
});
const { client } = meteredAws(environment);
const table = {
  client: client('dynamodb', DynamoDBClient),
  tableName: environment.TABLE_NAME,
};
const pool = {
  client: client('cognito-identity', CognitoIdentityClient),
  identityPoolId: environment.IDENTITY_POOL_ID,
};

const ports = {
  clock: systemClock,
  timer: systemTimer,
  directory: identityPoolDirectory(pool),
  openIdTokens: identityPoolTokenSource(pool),
  registry: dynamoIdentityRegistry(table),
  sealer: kmsSealer({
    client: client('kms', KMSClient),
    keyArn: environment.SEALING_KEY_ARN,
  }),
};
const context = {
  userPools: environment.USER_POOLS,
  developerProvider: environment.DEVELOPER_PROVIDER,
  identityMode: environment.IDENTITY_MODE,
};

/** Remembered only as long as the machine may repeat the task: an operator may link identities anew after that. */
const once = onceFor({
  ...table,
  name: 'register-identity',
  leaseMillis: 10_000,
  rememberSeconds: 60,
});

type IdentityEvent =
  | ({ readonly task: 'register-identity' } & RegisterIdentityInput)
  | ({ readonly task: 'obtain-open-id-token-with-login' } & ObtainOpenIdTokenWithLoginInput);

/** The tasks of the states RegisterIdentity and ObtainOpenIdTokenWithLogin. */
export const handler = async (event: IdentityEvent): Promise<unknown> =>
  event.task === 'register-identity'
    ? registerOnce({ ...ports, once }, context, event)
    : obtainOpenIdTokenWithLogin(ports, context, event);
