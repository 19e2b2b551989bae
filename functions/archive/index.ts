import { Logger } from '@aws-lambda-powertools/logger';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { clientSettings } from '../../adapters/aws-clients.ts';
import { dynamoArchivePlaces, s3LedgerArchive } from '../../adapters/ledger-archive.ts';
import { dynamoChainReader } from '../../adapters/chain-reader.ts';
import { readEnvironment, variables } from '../../adapters/environment.ts';
import { powertoolsMeter } from '../../adapters/metrics.ts';
import { watchUpstreams } from '../../adapters/watched-upstreams.ts';
import { archiveChains } from './archive-chains.ts';

const environment = readEnvironment(process.env, {
  AWS_REGION: variables.AWS_REGION,
  AWS_ENDPOINT_URL: variables.AWS_ENDPOINT_URL,
  TABLE_NAME: variables.TABLE_NAME,
  BUCKET_NAME: variables.BUCKET_NAME,
});
const aws = { region: environment.AWS_REGION, endpoint: environment.AWS_ENDPOINT_URL };
const watch = watchUpstreams(powertoolsMeter());
const logger = new Logger();
const table = {
  client: watch('dynamodb', new DynamoDBClient(clientSettings('dynamodb', aws))),
  tableName: environment.TABLE_NAME,
};
const ports = {
  chain: dynamoChainReader(table),
  places: dynamoArchivePlaces(table),
  archive: s3LedgerArchive({
    client: watch(
      's3',
      new S3Client({
        ...clientSettings('s3', aws),
        // A bucket as part of a host name resolves at AWS only.
        forcePathStyle: environment.AWS_ENDPOINT_URL !== null,
      }),
    ),
    bucket: environment.BUCKET_NAME,
  }),
};

/** Runs by a schedule; what it is handed says nothing. */
export const handler = async (): Promise<void> => {
  logger.info('archived', await archiveChains(ports));
};
