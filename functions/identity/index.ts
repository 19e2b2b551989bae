import { CognitoIdentityClient } from '@aws-sdk/client-cognito-identity';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KMS } from '@aws-sdk/client-kms';
import { clientSettings } from '../../adapters/aws-clients.ts';
import { systemClock } from '../../adapters/clock.ts';
import { readEnvironment, variables } from '../../adapters/environment.ts';
import { onceFor } from '../../adapters/idempotency.ts';
import { identityPoolDirectory } from '../../adapters/identity-directory.ts';
import { dynamoIdentityRegistry } from '../../adapters/identity-registry.ts';
import { powertoolsMeter } from '../../adapters/metrics.ts';
import { identityPoolTokenSource } from '../../adapters/open-id-token-source.ts';
import { kmsSealer } from '../../adapters/sealer.ts';
import { systemTimer } from '../../adapters/timer.ts';
import { watchUpstreams } from '../../adapters/watched-upstreams.ts';
import {
  obtainOpenIdTokenWithLogin,
  type ObtainOpenIdTokenWithLoginInput,
} from './obtain-open-id-token-with-login.ts';
import type { RegisterIdentityInput } from './register-identity.ts';
import { registerOnce } from './register-once.ts';

const environment = readEnvironment(process.env, {
  AWS_REGION: variables.AWS_REGION,
  AWS_ENDPOINT_URL: variables.AWS_ENDPOINT_URL,
  SEALING_KEY_ARN: variables.SEALING_KEY_ARN,
  TABLE_NAME: variables.TABLE_NAME,
  IDENTITY_POOL_ID: variables.IDENTITY_POOL_ID,
  DEVELOPER_PROVIDER: variables.DEVELOPER_PROVIDER,
  IDENTITY_MODE: variables.IDENTITY_MODE,
  USER_POOLS: variables.USER_POOLS,
});
const aws = { region: environment.AWS_REGION, endpoint: environment.AWS_ENDPOINT_URL };
const meter = powertoolsMeter();
const watch = watchUpstreams(meter);
const table = {
  client: watch('dynamodb', new DynamoDBClient(clientSettings('dynamodb', aws))),
  tableName: environment.TABLE_NAME,
};
const pool = {
  client: watch(
    'cognito-identity',
    new CognitoIdentityClient(clientSettings('cognito-identity', aws)),
  ),
  identityPoolId: environment.IDENTITY_POOL_ID,
};

const ports = {
  clock: systemClock,
  timer: systemTimer,
  directory: identityPoolDirectory(pool),
  openIdTokens: identityPoolTokenSource(pool),
  registry: dynamoIdentityRegistry(table),
  sealer: kmsSealer({
    kms: watch('kms', new KMS(clientSettings('kms', aws))),
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
