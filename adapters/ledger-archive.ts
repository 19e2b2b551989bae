import { GetItemCommand, PutItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { Segment } from '../core/ledger/segment.ts';
import { awsFailure } from './aws-failures.ts';
import { keyOf, number, readNumber } from './rows.ts';

const rethrow = (error: unknown): never => {
  throw awsFailure(error);
};

/** Segments in a bucket whose Object Lock holds every object from the moment that it is there. */
export const s3LedgerArchive = (options: {
  readonly client: S3Client;
  readonly bucket: string;
}) => ({
  put: async ({ key, text }: Segment): Promise<void> => {
    // The SDK adds a checksum, without which S3 takes nothing under Object Lock.
    await options.client
      .send(
        new PutObjectCommand({
          Bucket: options.bucket,
          Key: key,
          Body: text,
          ContentType: 'application/jsonl',
        }),
      )
      .catch(rethrow);
  },
});

/** How far each chain is kept: `WRITER#archive`/<shard>. */
export const dynamoArchivePlaces = (options: {
  readonly client: DynamoDBClient;
  readonly tableName: string;
}) => ({
  recall: async (shard: number): Promise<number> => {
    const { Item } = await options.client
      .send(
        new GetItemCommand({
          TableName: options.tableName,
          Key: keyOf.archivePlace(shard),
          ConsistentRead: true,
        }),
      )
      .catch(rethrow);
    return Item === undefined ? 0 : readNumber(Item, 'sequence');
  },
  note: async (shard: number, sequence: number): Promise<void> => {
    await options.client
      .send(
        new PutItemCommand({
          TableName: options.tableName,
          Item: { ...keyOf.archivePlace(shard), sequence: number(sequence) },
        }),
      )
      .catch(rethrow);
  },
});
