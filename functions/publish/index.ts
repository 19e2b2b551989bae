import { Logger } from '@aws-lambda-powertools/logger';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda';
import { clientSettings } from '../../adapters/aws-clients.ts';
import { dynamoChainStore } from '../../adapters/chain-store.ts';
import { systemClock } from '../../adapters/clock.ts';
import { nodeDigest } from '../../adapters/digest.ts';
import { readEnvironment, variables } from '../../adapters/environment.ts';
import { eventBridgeBus } from '../../adapters/event-bus.ts';
import { sqsFailedRecords } from '../../adapters/failed-records.ts';
import { powertoolsMeter } from '../../adapters/metrics.ts';
import { changeOfStreamRecord } from '../../adapters/stream-changes.ts';
import { watchUpstreams } from '../../adapters/watched-upstreams.ts';
import { createChain } from '../../core/ledger/append.ts';
import { publishChanges } from './publish-changes.ts';

const environment = readEnvironment(process.env, {
  AWS_REGION: variables.AWS_REGION,
  AWS_ENDPOINT_URL: variables.AWS_ENDPOINT_URL,
  TABLE_NAME: variables.TABLE_NAME,
  EVENT_BUS_NAME: variables.EVENT_BUS_NAME,
  FAILED_QUEUE_URL: variables.FAILED_QUEUE_URL,
});
const aws = { region: environment.AWS_REGION, endpoint: environment.AWS_ENDPOINT_URL };
const meter = powertoolsMeter();
const watch = watchUpstreams(meter);
const logger = new Logger();

const ports = {
  chain: createChain(
    dynamoChainStore({
      client: watch('dynamodb', new DynamoDBClient(clientSettings('dynamodb', aws))),
      tableName: environment.TABLE_NAME,
    }),
    nodeDigest,
  ),
  bus: eventBridgeBus({
    client: watch('events', new EventBridgeClient(clientSettings('events', aws))),
    busName: environment.EVENT_BUS_NAME,
  }),
  digest: nodeDigest,
  clock: systemClock,
  meter,
  failed: sqsFailedRecords({
    client: watch('sqs', new SQSClient(clientSettings('sqs', aws))),
    queueUrl: environment.FAILED_QUEUE_URL,
  }),
  log: {
    error: (message: string, fields: Readonly<Record<string, unknown>>) => {
      logger.error(message, fields);
    },
  },
};

/**
 * Consumes the table's stream. Lambda comes again from the first failed change on.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
 */
export const handler = async (event: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> => {
  const failed = await publishChanges(ports, event.Records.map(changeOfStreamRecord));
  return { batchItemFailures: failed === null ? [] : [{ itemIdentifier: failed }] };
};
