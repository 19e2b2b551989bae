import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda';
import { dynamoChainStore } from '../../adapters/chain-store.ts';
import { systemClock } from '../../adapters/clock.ts';
import { nodeDigest } from '../../adapters/digest.ts';
import { readEnvironment, variables } from '../../adapters/environment.ts';
import { eventBridgeBus } from '../../adapters/event-bus.ts';
import { sqsFailedRecords } from '../../adapters/failed-records.ts';
import { lambdaLog } from '../../adapters/lambda-log.ts';
import { awsVariables, meteredAws } from '../../adapters/metered-aws.ts';
import { changeOfStreamRecord } from '../../adapters/stream-changes.ts';
import { createChain } from '../../core/ledger/append.ts';
import { publishChanges } from './publish-changes.ts';

const environment = readEnvironment(process.env, {
  ...awsVariables,
  TABLE_NAME: variables.TABLE_NAME,
  EVENT_BUS_NAME: variables.EVENT_BUS_NAME,
  FAILED_QUEUE_URL: variables.FAILED_QUEUE_URL,
});
const { client, meter } = meteredAws(environment);
const log = lambdaLog();

const ports = {
  chain: createChain(
    dynamoChainStore({
      client: client('dynamodb', DynamoDBClient),
      tableName: environment.TABLE_NAME,
    }),
    nodeDigest,
  ),
  bus: eventBridgeBus({
    client: client('events', EventBridgeClient),
    busName: environment.EVENT_BUS_NAME,
  }),
  clock: systemClock,
  meter,
  failed: sqsFailedRecords({
    client: client('sqs', SQSClient),
    queueUrl: environment.FAILED_QUEUE_URL,
  }),
  log,
};

/**
 * Consumes the table's stream. Lambda comes again from the first failed change on.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
 */
export const handler = async (event: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> => {
  const failed = await publishChanges(ports, event.Records.map(changeOfStreamRecord));
  return { batchItemFailures: failed === null ? [] : [{ itemIdentifier: failed }] };
};
