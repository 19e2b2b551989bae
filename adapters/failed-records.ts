import {
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import * as z from '../core/zod.ts';
import type { FailedRecord, FailedRecords } from '../core/ledger/failed-record.ts';
import { recordKinds, type LedgerRecord } from '../core/ledger/record.ts';
import { awsFailure } from './aws-failures.ts';

const body = z.strictObject({
  format: z.literal(1),
  streamSequenceNumber: z.string().check(z.regex(/^\d{1,40}$/)),
  record: z.looseObject({
    format: z.literal(1),
    kind: z.enum(recordKinds),
    id: z.string(),
    subject: z.nullable(z.string()),
    atEpochSeconds: z.number(),
    data: z.record(z.string(), z.unknown()),
  }),
});

/** As long as one request may take to bring them where they belong. */
const hiddenSeconds = 60;
const mostPerCall = 10;

const recordIn = (text: string): FailedRecord | null => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  const parsed = body.safeParse(value);
  if (!parsed.success) return null;
  const { streamSequenceNumber, record } = parsed.data;
  return { streamSequenceNumber, record: record as LedgerRecord };
};

/** The queue of what failed. Lambda writes to it, too, where the function itself could not run. */
export const sqsFailedRecords = (options: {
  readonly client: SQSClient;
  readonly queueUrl: string;
}): FailedRecords => {
  const { client, queueUrl: QueueUrl } = options;
  const orFailure = (error: unknown): never => {
    throw awsFailure(error);
  };
  return {
    keep: async ({ streamSequenceNumber, record }) => {
      const MessageBody = JSON.stringify({ format: 1, streamSequenceNumber, record });
      await client.send(new SendMessageCommand({ QueueUrl, MessageBody })).catch(orFailure);
    },
    receive: async () => {
      const { Messages = [] } = await client
        .send(
          new ReceiveMessageCommand({
            QueueUrl,
            MaxNumberOfMessages: mostPerCall,
            VisibilityTimeout: hiddenSeconds,
            // Asks every part of the queue: without it, some messages may not be seen.
            WaitTimeSeconds: 1,
          }),
        )
        .catch(orFailure);
      return Messages.map(({ ReceiptHandle = '', Body = '' }) => ({
        receipt: ReceiptHandle,
        failed: recordIn(Body),
      }));
    },
    remove: async (ReceiptHandle) => {
      await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle })).catch(orFailure);
    },
  };
};
