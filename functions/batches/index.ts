import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KMSClient } from '@aws-sdk/client-kms';
import { S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';
import type { APIGatewayProxyEvent } from 'aws-lambda';
import { stepFunctionsBatchMachine } from '../../adapters/batch-machine.ts';
import { dynamoBatchStore } from '../../adapters/batch-store.ts';
import { systemClock } from '../../adapters/clock.ts';
import { dynamoCredentialStore } from '../../adapters/credential-store.ts';
import { nodeDigest } from '../../adapters/digest.ts';
import { readEnvironment, variables } from '../../adapters/environment.ts';
import { readGrants } from '../../adapters/grant-files.ts';
import { uuidV7Source } from '../../adapters/ids.ts';
import { lambdaLog } from '../../adapters/lambda-log.ts';
import { dynamoLedger } from '../../adapters/ledger.ts';
import { s3ManifestStore } from '../../adapters/manifest-store.ts';
import { awsVariables, meteredAws } from '../../adapters/metered-aws.ts';
import { kmsSealer } from '../../adapters/sealer.ts';
import { systemTimer } from '../../adapters/timer.ts';
import { userPoolTokenVerifier } from '../../adapters/token-verifier.ts';
import { claimsReferencedBy } from '../../core/grants/placeholders.ts';
import { createHandler } from '../http/handler.ts';
import { closeBatch, type CloseBatchInput } from './close-batch.ts';
import { countSubjects, type CountSubjectsInput } from './count-subjects.ts';
import { routes } from './routes.ts';

const environment = readEnvironment(process.env, {
  ...awsVariables,
  LAMBDA_TASK_ROOT: variables.LAMBDA_TASK_ROOT,
  STEPKEY_VERSION: variables.STEPKEY_VERSION,
  TABLE_NAME: variables.TABLE_NAME,
  BUCKET_NAME: variables.BUCKET_NAME,
  SEALING_KEY_ARN: variables.SEALING_KEY_ARN,
  STATE_MACHINE_ARN: variables.STATE_MACHINE_ARN,
  USER_POOLS: variables.USER_POOLS,
  CORS_ORIGINS: variables.CORS_ORIGINS,
  WARRANT_SECONDS: variables.WARRANT_SECONDS,
});
const { client, meter } = meteredAws(environment);
const table = {
  client: client('dynamodb', DynamoDBClient),
  tableName: environment.TABLE_NAME,
};
const grants = readGrants(join(environment.LAMBDA_TASK_ROOT, 'grants.json'));
const log = lambdaLog();

const ports = {
  clock: systemClock,
  ids: uuidV7Source(systemClock),
  meter,
  verifier: userPoolTokenVerifier({
    userPools: environment.USER_POOLS,
    endpoint: environment.AWS_ENDPOINT_URL,
  }),
  sealer: kmsSealer({
    client: client('kms', KMSClient),
    keyArn: environment.SEALING_KEY_ARN,
  }),
  store: dynamoCredentialStore({ ...table, timer: systemTimer }),
  ledger: dynamoLedger({ ...table, timer: systemTimer }),
  batches: dynamoBatchStore(table),
  manifests: s3ManifestStore({
    client: client('s3', S3Client, {
      // A bucket as part of a host name resolves at AWS only.
      forcePathStyle: environment.AWS_ENDPOINT_URL !== null,
    }),
    bucket: environment.BUCKET_NAME,
  }),
  machine: stepFunctionsBatchMachine({
    client: client('states', SFNClient),
    stateMachineArn: environment.STATE_MACHINE_ARN,
  }),
};

const answerHttp = createHandler(
  routes,
  ports,
  {
    grants,
    digest: nodeDigest,
    userPools: environment.USER_POOLS,
    referencedClaims: new Set(grants.flatMap(claimsReferencedBy)),
    corsOrigins: environment.CORS_ORIGINS,
    version: environment.STEPKEY_VERSION,
    warrantSeconds: environment.WARRANT_SECONDS,
  },
  log,
);

type BatchesEvent =
  | ({ readonly task: 'count-subjects' } & CountSubjectsInput)
  | ({ readonly task: 'close-batch' } & CloseBatchInput)
  | (APIGatewayProxyEvent & { readonly task?: undefined });

/** Requests of the gateway, and the tasks of the states CountSubjects and CloseBatch. */
export const handler = async (event: BatchesEvent): Promise<unknown> => {
  switch (event.task) {
    case 'count-subjects':
      return countSubjects(ports, event);
    case 'close-batch':
      return closeBatch(ports, event);
    case undefined:
      return answerHttp(event);
  }
};
