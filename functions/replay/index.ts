import { Logger } from '@aws-lambda-powertools/logger';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SQSClient } from '@aws-sdk/client-sqs';
import { clientSettings } from '../../adapters/aws-clients.ts';
import { dynamoChainStore } from '../../adapters/chain-store.ts';
import { systemClock } from '../../adapters/clock.ts';
import { dynamoCredentialStore } from '../../adapters/credential-store.ts';
import { nodeDigest } from '../../adapters/digest.ts';
import { readEnvironment, variables } from '../../adapters/environment.ts';
import { eventBridgeBus } from '../../adapters/event-bus.ts';
import { sqsFailedRecords } from '../../adapters/failed-records.ts';
import { uuidV7Source } from '../../adapters/ids.ts';
import { dynamoLedger } from '../../adapters/ledger.ts';
import { dynamoLedgerReader } from '../../adapters/ledger-reader.ts';
import { powertoolsMeter } from '../../adapters/metrics.ts';
import { systemTimer } from '../../adapters/timer.ts';
import { userPoolTokenVerifier } from '../../adapters/token-verifier.ts';
import { watchUpstreams } from '../../adapters/watched-upstreams.ts';
import { createChain } from '../../core/ledger/append.ts';
import { createHandler } from '../http/handler.ts';
import { routes } from './routes.ts';

const environment = readEnvironment(process.env, {
  AWS_REGION: variables.AWS_REGION,
  AWS_ENDPOINT_URL: variables.AWS_ENDPOINT_URL,
  STEPKEY_VERSION: variables.STEPKEY_VERSION,
  TABLE_NAME: variables.TABLE_NAME,
  EVENT_BUS_NAME: variables.EVENT_BUS_NAME,
  FAILED_QUEUE_URL: variables.FAILED_QUEUE_URL,
  USER_POOLS: variables.USER_POOLS,
  CORS_ORIGINS: variables.CORS_ORIGINS,
});
const aws = { region: environment.AWS_REGION, endpoint: environment.AWS_ENDPOINT_URL };
const meter = powertoolsMeter();
const watch = watchUpstreams(meter);
const table = {
  client: watch('dynamodb', new DynamoDBClient(clientSettings('dynamodb', aws))),
  tableName: environment.TABLE_NAME,
};
const logger = new Logger();
const info = (message: string, fields: Readonly<Record<string, unknown>>): void => {
  logger.info(message, fields);
};

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
    ledger: dynamoLedger(table),
    reader: dynamoLedgerReader(table),
    chain: createChain(dynamoChainStore(table), nodeDigest),
    failed: sqsFailedRecords({
      client: watch('sqs', new SQSClient(clientSettings('sqs', aws))),
      queueUrl: environment.FAILED_QUEUE_URL,
    }),
    bus: eventBridgeBus({
      client: watch('events', new EventBridgeClient(clientSettings('events', aws))),
      busName: environment.EVENT_BUS_NAME,
    }),
    note: info,
  },
  {
    userPools: environment.USER_POOLS,
    referencedClaims: new Set(),
    corsOrigins: environment.CORS_ORIGINS,
    version: environment.STEPKEY_VERSION,
  },
  {
    info,
    error: (message, fields) => {
      logger.error(message, fields);
    },
  },
);
