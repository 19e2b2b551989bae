/** Reads a table's stream by DynamoDB's API, with the rights that the function's role has at that moment. */
import { randomUUID } from 'node:crypto';
import type { AwsCall, Principal } from '../../../aws.ts';
import type { StreamRecord } from '../../dynamodb/streams.ts';

export interface StreamReader {
  /** Name of the table's partition key. */
  readonly partitionKey: string;
  readonly shardId: string;
  /** At most 1,000 records behind a sequence number. */
  readonly read: (after: string) => Promise<readonly StreamRecord[]>;
}

interface StreamDescription {
  readonly KeySchema: readonly { readonly AttributeName: string }[];
  readonly Shards: readonly { readonly ShardId: string }[];
}

/** Lambda asks for these four whatever it reads. @throws AwsError AccessDeniedException, ResourceNotFoundException */
export const openStreamReader = async (
  streamArn: string,
  { call, principal }: { readonly call: AwsCall; readonly principal: () => Promise<Principal> },
): Promise<StreamReader> => {
  const send = async (operation: string, input: Record<string, unknown>) =>
    call('dynamodb', operation, input, {
      principal: await principal(),
      requestId: randomUUID(),
      sourceIp: 'lambda.amazonaws.com',
    });
  const tableName = /:table\/([^/]+)/u.exec(streamArn)?.[1] ?? '';
  await send('ListStreams', { TableName: tableName });
  const { StreamDescription } = await send('DescribeStream', { StreamArn: streamArn });
  const { KeySchema, Shards } = StreamDescription as StreamDescription;
  const [partitionKey, shardId] = [KeySchema[0]?.AttributeName, Shards[0]?.ShardId];
  if (partitionKey === undefined || shardId === undefined)
    throw new TypeError(`${streamArn} has no shard or no key`);
  return {
    partitionKey,
    shardId,
    read: async (after) => {
      const { ShardIterator } = await send('GetShardIterator', {
        StreamArn: streamArn,
        ShardId: shardId,
        ...(after === ''
          ? { ShardIteratorType: 'TRIM_HORIZON' }
          : { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: after }),
      });
      const { Records } = await send('GetRecords', { ShardIterator, Limit: 1_000 });
      return (Records as StreamRecord[]).map((record) => ({
        ...record,
        eventSourceARN: streamArn,
      }));
    },
  };
};
