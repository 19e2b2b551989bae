/** Calls on messages. */
import type { Operation } from '../../aws.ts';
import { digestOfAttributes, digestOfBody } from './digests.ts';
import type { Messages, ReceivedMessage } from './messages.ts';
import type { StoredQueue } from './model.ts';
import { attributesIn, bodyIn, numberIn, requiredText, textsIn } from './parameters.ts';
import type { Input } from './parameters.ts';

const mostVisibilitySeconds = 43_200;

const digests = (
  { body, attributes }: Pick<ReceivedMessage, 'body' | 'attributes'>,
  ofBody: string,
): Input => ({
  [ofBody]: digestOfBody(body),
  ...(Object.keys(attributes).length === 0
    ? {}
    : { MD5OfMessageAttributes: digestOfAttributes(attributes) }),
});

const isWanted = (names: readonly string[], name: string): boolean =>
  names.some(
    (wanted) =>
      wanted === 'All' ||
      wanted === '.*' ||
      wanted === name ||
      (wanted.endsWith('.*') && name.startsWith(wanted.slice(0, -1))),
  );

const chosen = (record: Input, names: readonly string[]): Input =>
  Object.fromEntries(Object.entries(record).filter(([name]) => isWanted(names, name)));

const shown = (
  message: ReceivedMessage,
  systemNames: readonly string[],
  names: readonly string[],
): Input => {
  const system = chosen(
    {
      SenderId: message.senderId,
      SentTimestamp: String(message.sentAtEpochMillis),
      ApproximateReceiveCount: String(message.receiveCount),
      ApproximateFirstReceiveTimestamp: String(message.firstReceivedAtEpochMillis),
    },
    systemNames,
  );
  const attributes = chosen(message.attributes, names) as ReceivedMessage['attributes'];
  return {
    MessageId: message.messageId,
    ReceiptHandle: message.receiptHandle,
    Body: message.body,
    ...digests({ body: message.body, attributes }, 'MD5OfBody'),
    ...(Object.keys(system).length === 0 ? {} : { Attributes: system }),
    ...(Object.keys(attributes).length === 0 ? {} : { MessageAttributes: attributes }),
  };
};

export const messageOperations = (
  messages: Messages,
  onQueue: (
    operation: string,
    run: (queue: StoredQueue, input: Input, senderId: string) => Promise<Input>,
  ) => Operation,
): Readonly<Record<string, Operation>> => ({
  SendMessage: onQueue('SendMessage', async (queue, input, senderId) => {
    const attributes = attributesIn(input);
    const { DelaySeconds: delay, MaximumMessageSize: mostBytes } = queue.settings;
    const body = bodyIn(input, attributes, mostBytes);
    const delaySeconds = numberIn(input, 'DelaySeconds', [0, 900], delay);
    const MessageId = await messages.send(queue, { body, attributes, senderId, delaySeconds });
    return { MessageId, ...digests({ body, attributes }, 'MD5OfMessageBody') };
  }),
  ReceiveMessage: onQueue('ReceiveMessage', async (queue, input) => {
    const { VisibilityTimeout, ReceiveMessageWaitTimeSeconds } = queue.settings;
    const systemNames = textsIn(input, 'AttributeNames', 'MessageSystemAttributeNames');
    const names = textsIn(input, 'MessageAttributeNames');
    const received = await messages.receive(queue, {
      most: numberIn(input, 'MaxNumberOfMessages', [1, 10], 1),
      visibilitySeconds: numberIn(
        input,
        'VisibilityTimeout',
        [0, mostVisibilitySeconds],
        VisibilityTimeout,
      ),
      waitSeconds: numberIn(input, 'WaitTimeSeconds', [0, 20], ReceiveMessageWaitTimeSeconds),
    });
    if (received.length === 0) return {};
    return { Messages: received.map((message) => shown(message, systemNames, names)) };
  }),
  DeleteMessage: onQueue('DeleteMessage', async (queue, input) => {
    await messages.remove(queue, requiredText(input, 'ReceiptHandle'));
    return {};
  }),
  PurgeQueue: onQueue('PurgeQueue', async (queue) => {
    await messages.purge(queue);
    return {};
  }),
});
