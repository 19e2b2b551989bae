/** What a function's answer says of a batch, and what a queue is told of one that was given up. */
import type { StreamRecord } from '../../dynamodb/streams.ts';
import type { BatchOutcome, GivenUp } from './batch.ts';

const failedFrom = (from: number): BatchOutcome => ({ kind: 'failed', from });

/**
 * Reads `batchItemFailures`. None is a success; one that names no record of the batch fails it all.
 * @see docs.aws.amazon.com/lambda "Configuring partial batch response with DynamoDB and Lambda"
 */
export const outcomeOfAnswer = (answer: string, records: readonly StreamRecord[]): BatchOutcome => {
  const parsed: unknown = JSON.parse(answer);
  if (parsed === null) return { kind: 'done' };
  if (typeof parsed !== 'object') return failedFrom(0);
  const { batchItemFailures: failures } = parsed as Record<string, unknown>;
  if (failures === undefined || failures === null) return { kind: 'done' };
  if (!Array.isArray(failures)) return failedFrom(0);
  if (failures.length === 0) return { kind: 'done' };
  const places = failures.map((failure: unknown) => {
    const { itemIdentifier } = (failure ?? {}) as Record<string, unknown>;
    return records.findIndex(({ dynamodb }) => dynamodb.SequenceNumber === itemIdentifier);
  });
  return failedFrom(Math.max(0, Math.min(...places)));
};

const isoSeconds = (epochSeconds: number | undefined): string =>
  new Date((epochSeconds ?? 0) * 1000).toISOString();

/** As Lambda describes it: where the records lie, and nothing of what is in them. */
export const failureMessage = (
  { records, condition, invocations }: GivenUp,
  where: {
    readonly requestId: string;
    readonly functionArn: string;
    readonly streamArn: string;
    readonly shardId: string;
    readonly nowEpochMillis: number;
  },
): string => {
  const [first, last] = [records[0]?.dynamodb, records.at(-1)?.dynamodb];
  return JSON.stringify({
    requestContext: {
      requestId: where.requestId,
      functionArn: `${where.functionArn}:$LATEST`,
      condition,
      approximateInvokeCount: invocations,
    },
    responseContext: {
      statusCode: 200,
      executedVersion: '$LATEST',
      functionError: 'Unhandled',
    },
    version: '1.0',
    timestamp: new Date(where.nowEpochMillis).toISOString(),
    DDBStreamBatchInfo: {
      shardId: where.shardId,
      startSequenceNumber: first?.SequenceNumber,
      endSequenceNumber: last?.SequenceNumber,
      approximateArrivalOfFirstRecord: isoSeconds(first?.ApproximateCreationDateTime),
      approximateArrivalOfLastRecord: isoSeconds(last?.ApproximateCreationDateTime),
      batchSize: records.length,
      streamArn: where.streamArn,
    },
  });
};
