import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SQSClient } from '@aws-sdk/client-sqs';
import { dynamoChainStore } from '../../adapters/chain-store.ts';
import { systemClock } from '../../adapters/clock.ts';
import { dynamoCredentialStore } from '../../adapters/credential-store.ts';
import { nodeDigest } from '../../adapters/digest.ts';
import { readEnvironment, variables } from '../../adapters/environment.ts';
import { eventBridgeBus } from '../../adapters/event-bus.ts';
import { sqsFailedRecords } from '../../adapters/failed-records.ts';
import { uuidV7Source } from '../../adapters/ids.ts';
import { lambdaLog } from '../../adapters/lambda-log.ts';
import { dynamoLedger } from '../../adapters/ledger.ts';
import { dynamoLedgerReader } from '../../adapters/ledger-reader.ts';
import { awsVariables, meteredAws } from '../../adapters/metered-aws.ts';
import { systemTimer } from '../../adapters/timer.ts';
import { userPoolTokenVerifier } from '../../adapters/token-verifier.ts';
import { createChain } from '../../core/ledger/append.ts';
import { createHandler } from '../http/handler.ts';
import { routes } from './routes.ts';

const environment = readEnvironment(process.env, {
  ...awsVariables,
  STEPKEY_VERSION: variables.STEPKEY_VERSION,
  TABLE_NAME: variables.TABLE_NAME,
  EVENT_BUS_NAME: variables.EVENT_BUS_NAME,
  FAILED_QUEUE_URL: variables.FAILED_QUEUE_URL,
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
    reader: dynamoLedgerReader(table),
    chain: createChain(dynamoChainStore(table), nodeDigest),
    failed: sqsFailedRecords({
      client: client('sqs', SQSClient),
      queueUrl: environment.FAILED_QUEUE_URL,
    }),
    bus: eventBridgeBus({
      client: client('events', EventBridgeClient),
      busName: environment.EVENT_BUS_NAME,
    }),
    note: log.info,
  },
  {
    userPools: environment.USER_POOLS,
    referencedClaims: new Set(),
    corsOrigins: environment.CORS_ORIGINS,
    version: environment.STEPKEY_VERSION,
  },
  log,
);
