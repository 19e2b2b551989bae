/** DynamoDB Streams' API: one shard a table, which never closes. */
import { AwsError } from '../../aws.ts';
import type { Operation } from '../../aws.ts';
import { tableNameOf } from './access.ts';
import type { StreamRecord, TableStream } from './streams.ts';
import type { Tables } from './tables.ts';

type Input = Record<string, unknown>;

const onlyShardId = 'shardId-00000000000000000000-00000001';
const mostRecords = 1_000;

interface Place {
  readonly arn: string;
  /** Records behind this sequence number. */
  readonly after: string;
}

const invalid = (message: string): AwsError => new AwsError('ValidationException', message);

const notFound = (arn: string): AwsError =>
  new AwsError(
    'ResourceNotFoundException',
    `Requested resource not found: Stream: ${arn} not found`,
  );

const iteratorOf = ({ arn, after }: Place): string =>
  `${arn}|1|${Buffer.from(after).toString('base64url')}`;

const placeOf = (iterator: unknown): Place => {
  const [arn = '', version, after = ''] = typeof iterator === 'string' ? iterator.split('|') : [];
  const text = Buffer.from(after, 'base64url').toString();
  if (version !== '1' || !/^\d*$/u.test(text)) throw invalid('Invalid ShardIterator.');
  return { arn, after: text };
};

/** The number before, so that the record itself is the first behind it. */
const before = (sequenceNumber: string): string =>
  (BigInt(sequenceNumber) - 1n).toString().padStart(sequenceNumber.length, '0');

/** The ARN of the source is Lambda's addition. */
const shown = (record: StreamRecord): Input =>
  Object.fromEntries(Object.entries(record).filter(([name]) => name !== 'eventSourceARN'));

const limitOf = (value: unknown, most: number): number => {
  const limit = value ?? most;
  if (!Number.isInteger(limit) || Number(limit) < 1 || Number(limit) > most)
    throw invalid(`Limit must be a number from 1 to ${String(most)}.`);
  return Number(limit);
};

export const createStreamOperations = ({
  tables,
  tableNames,
}: {
  readonly tables: Tables;
  readonly tableNames: () => Promise<readonly string[]>;
}): Readonly<Record<string, Operation>> => {
  const streamOf = (arn: unknown): { tableName: string; stream: TableStream; arn: string } => {
    const text = typeof arn === 'string' ? arn : '';
    const tableName = /:table\/([^/]+)\/stream\//u.exec(text)?.[1] ?? '';
    const stream = tables.streamOf(tableName);
    if (stream === undefined || tables.streamArnOf(tableName) !== text) throw notFound(text);
    return { tableName, stream, arn: text };
  };
  const onStream = (operation: string, run: Operation['run']): Operation => ({
    authorize: ({ StreamArn, ShardIterator }) => [
      {
        action: `dynamodb:${operation}`,
        resource: typeof StreamArn === 'string' ? StreamArn : placeOf(ShardIterator).arn,
      },
    ],
    run,
  });
  const summaryOf = (name: string): Input[] => {
    const arn = tables.streamArnOf(name);
    if (arn === null) return [];
    return [{ StreamArn: arn, TableName: name, StreamLabel: arn.slice(arn.lastIndexOf('/') + 1) }];
  };

  return {
    ListStreams: {
      authorize: ({ TableName }) => [
        {
          action: 'dynamodb:ListStreams',
          resource:
            (TableName === undefined ? null : tables.streamArnOf(tableNameOf(TableName))) ?? '*',
        },
      ],
      run: async ({ TableName }) => {
        const names = TableName === undefined ? await tableNames() : [tableNameOf(TableName)];
        return { Streams: names.flatMap(summaryOf) };
      },
    },
    DescribeStream: onStream('DescribeStream', async ({ StreamArn }) => {
      const { tableName, stream, arn } = streamOf(StreamArn);
      const [oldest] = await stream.read('', 1);
      const [hash, range] = tables.keyNamesOf(tableName);
      return {
        StreamDescription: {
          StreamArn: arn,
          StreamLabel: arn.slice(arn.lastIndexOf('/') + 1),
          StreamStatus: 'ENABLED',
          StreamViewType: 'NEW_AND_OLD_IMAGES',
          TableName: tableName,
          KeySchema: [
            { AttributeName: hash, KeyType: 'HASH' },
            ...(range === undefined ? [] : [{ AttributeName: range, KeyType: 'RANGE' }]),
          ],
          Shards: [
            {
              ShardId: onlyShardId,
              SequenceNumberRange: {
                StartingSequenceNumber: oldest?.dynamodb.SequenceNumber ?? '0'.repeat(30),
              },
            },
          ],
        },
      };
    }),
    GetShardIterator: onStream('GetShardIterator', (input) =>
      Promise.resolve().then(() => {
        const { stream, arn } = streamOf(input['StreamArn']);
        const { ShardId: shardId, SequenceNumber: given } = input;
        if (shardId !== onlyShardId)
          throw new AwsError('ResourceNotFoundException', 'Requested resource not found: Shard');
        const sequenceNumber = (): string => {
          if (typeof given === 'string' && /^\d{1,40}$/u.test(given)) return given;
          throw invalid('Invalid SequenceNumber.');
        };
        switch (input['ShardIteratorType']) {
          case 'TRIM_HORIZON':
            return { ShardIterator: iteratorOf({ arn, after: '' }) };
          case 'LATEST':
            return { ShardIterator: iteratorOf({ arn, after: stream.lastSequenceNumber() }) };
          case 'AFTER_SEQUENCE_NUMBER':
            return { ShardIterator: iteratorOf({ arn, after: sequenceNumber() }) };
          case 'AT_SEQUENCE_NUMBER':
            return { ShardIterator: iteratorOf({ arn, after: before(sequenceNumber()) }) };
          default:
            throw invalid('Invalid ShardIteratorType.');
        }
      }),
    ),
    GetRecords: onStream('GetRecords', async (input) => {
      const { arn, after } = placeOf(input['ShardIterator']);
      const records = await streamOf(arn).stream.read(after, limitOf(input['Limit'], mostRecords));
      const last = records.at(-1)?.dynamodb.SequenceNumber ?? after;
      return {
        Records: records.map(shown),
        NextShardIterator: iteratorOf({ arn, after: last }),
      };
    }),
  };
};
