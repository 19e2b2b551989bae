/** SQS: standard queues, made by templates. */
import type { Clock } from '../../../core/ports.ts';
import { processTimers } from '../../asl/timers.ts';
import type { Timers } from '../../asl/timers.ts';
import { AwsError } from '../../aws.ts';
import type { Operation, Service } from '../../aws.ts';
import { deniedLine } from '../../iam/denied-line.ts';
import { evaluateTrust } from '../../iam/evaluate.ts';
import type { PolicyDocument } from '../../iam/policy.ts';
import { twinAccountId, twinRegion } from '../../identity.ts';
import type { Store } from '../../state/store.ts';
import { queueDoesNotExist } from './errors.ts';
import { messageOperations } from './message-operations.ts';
import { createMessages } from './messages.ts';
import type { MessageAttribute, QueueSettings, StoredMessage, StoredQueue } from './model.ts';
import { isQueueName, queueArn, queueNameOfArn, queueNameOfUrl } from './names.ts';
import { numberIn, requiredText, textsIn } from './parameters.ts';
import type { Input } from './parameters.ts';

export interface SqsService extends Service {
  /** Makes the queue, or takes up its settings; its messages and its policy stay. */
  readonly putQueue: (queue: {
    readonly name: string;
    readonly settings: QueueSettings;
    readonly encryption: Readonly<Record<string, string>>;
  }) => Promise<{ readonly queueUrl: string; readonly queueArn: string }>;
  readonly deleteQueue: (name: string) => Promise<void>;
  /** @param policy null takes it away */
  readonly putQueuePolicy: (queueUrl: string, policy: PolicyDocument | null) => Promise<void>;
  /**
   * Sends as another service does, by the queue's own policy.
   * @throws AwsError AccessDeniedException when the policy does not let the service in
   */
  readonly sendFrom: (
    source: { readonly service: string; readonly arn: string },
    arn: string,
    body: string,
    attributes?: Readonly<Record<string, MessageAttribute>>,
  ) => Promise<void>;
  readonly close: () => void;
}

const noPolicy: PolicyDocument = { Version: '2012-10-17', Statement: [] };

/** @see SQS Developer Guide, "Configure KMS permissions": producers and consumers of an encrypted queue */
const keyCalls: Readonly<Record<string, readonly string[]>> = {
  SendMessage: ['kms:GenerateDataKey', 'kms:Decrypt'],
  ReceiveMessage: ['kms:Decrypt'],
};

export const createSqsService = async (deps: {
  readonly store: Store;
  readonly clock: Clock;
  /** Where queue URLs lead. */
  readonly endpoint: string;
  readonly timers?: Timers;
  readonly log?: (line: string) => void;
}): Promise<SqsService> => {
  const { clock } = deps;
  const queues = await deps.store.collection<StoredQueue>('sqs-queues');
  const stored = await deps.store.collection<StoredMessage>('sqs-messages');
  const messages = createMessages(stored, deps.timers ?? processTimers(clock));
  const urlOf = (name: string): string => `${deps.endpoint}/${twinAccountId}/${name}`;
  const queueOf = (name: string | null): StoredQueue => {
    const queue = name === null ? undefined : queues.get(name);
    if (queue === undefined) throw queueDoesNotExist();
    return queue;
  };
  const accessTo = (operation: string, name: string) => ({
    action: `sqs:${operation}`,
    resource: queueArn(name),
    resourcePolicy: queues.get(name)?.policy ?? noPolicy,
  });
  /** SQS opens a queue under a customer-managed key in its caller's name; whoever sends gets a data key, too. */
  const accessToKey = (operation: string, name: string) => {
    const resource = queues.get(name)?.encryption['KmsMasterKeyId'];
    if (resource === undefined) return [];
    return (keyCalls[operation] ?? []).map((action) => ({
      action,
      resource,
      conditionKeys: {
        'kms:ViaService': `sqs.${twinRegion}.amazonaws.com`,
        'kms:CallerAccount': twinAccountId,
      },
    }));
  };
  const onQueue = (
    operation: string,
    run: (queue: StoredQueue, input: Input, senderId: string) => Promise<Input>,
  ): Operation => ({
    authorize: ({ QueueUrl }) => {
      const name = queueNameOfUrl(QueueUrl);
      return [accessTo(operation, name), ...accessToKey(operation, name)];
    },
    run: async (input, { principal }) =>
      run(queueOf(queueNameOfUrl(requiredText(input, 'QueueUrl'))), input, principal.userId),
  });
  const operations = messageOperations(messages, onQueue);

  const attributesOf = (queue: StoredQueue): Record<string, string> => {
    const { visible, hidden, delayed } = messages.counts(queue);
    const numbers = {
      ...queue.settings,
      ApproximateNumberOfMessages: visible,
      ApproximateNumberOfMessagesNotVisible: hidden,
      ApproximateNumberOfMessagesDelayed: delayed,
      CreatedTimestamp: Math.floor(queue.createdAtEpochMillis / 1000),
      LastModifiedTimestamp: Math.floor(queue.changedAtEpochMillis / 1000),
    };
    return {
      ...Object.fromEntries(Object.entries(numbers).map(([name, value]) => [name, String(value)])),
      ...queue.encryption,
      QueueArn: queueArn(queue.name),
      ...(queue.policy === null ? {} : { Policy: JSON.stringify(queue.policy) }),
    };
  };

  return {
    name: 'sqs',
    operations: {
      ...operations,
      GetQueueAttributes: onQueue('GetQueueAttributes', (queue, input) => {
        const names = textsIn(input, 'AttributeNames');
        const wanted = Object.entries(attributesOf(queue)).filter(
          ([name]) => names.includes('All') || names.includes(name),
        );
        return Promise.resolve(
          wanted.length === 0 ? {} : { Attributes: Object.fromEntries(wanted) },
        );
      }),
      GetQueueUrl: {
        authorize: (input) => [accessTo('GetQueueUrl', requiredText(input, 'QueueName'))],
        run: (input) =>
          Promise.resolve().then(() => ({
            QueueUrl: urlOf(queueOf(requiredText(input, 'QueueName')).name),
          })),
      },
      ListQueues: {
        authorize: () => [{ action: 'sqs:ListQueues', resource: queueArn('*') }],
        run: (input) =>
          Promise.resolve().then(() => {
            const { QueueNamePrefix: prefix = '', NextToken: after = '' } = input;
            const most = numberIn(input, 'MaxResults', [1, 1000], 1000);
            const names = [...queues.entries()]
              .map(([name]) => name)
              .filter((name) => name.startsWith(String(prefix)) && name > String(after))
              .sort();
            const page = names.slice(0, most);
            return {
              ...(page.length === 0 ? {} : { QueueUrls: page.map(urlOf) }),
              ...(page.length < names.length ? { NextToken: page.at(-1) } : {}),
            };
          }),
      },
    },
    putQueue: async ({ name, settings, encryption }) => {
      if (!isQueueName(name)) throw new TypeError(`Not a name of a standard queue: ${name}`);
      const now = clock.nowEpochMillis();
      const existing = queues.get(name);
      await queues.put(name, {
        name,
        settings,
        encryption,
        policy: existing?.policy ?? null,
        createdAtEpochMillis: existing?.createdAtEpochMillis ?? now,
        changedAtEpochMillis: now,
      });
      return { queueUrl: urlOf(name), queueArn: queueArn(name) };
    },
    deleteQueue: async (name) => {
      const queue = queues.get(name);
      if (queue === undefined) return;
      await messages.purge(queue);
      await queues.delete(name);
    },
    putQueuePolicy: async (queueUrl, policy) => {
      const queue = queueOf(queueNameOfUrl(queueUrl));
      await queues.put(queue.name, { ...queue, policy });
    },
    sendFrom: async (source, arn, body, attributes = {}) => {
      const queue = queueOf(queueNameOfArn(arn));
      const asked = { action: 'sqs:SendMessage', resource: arn };
      const verdict = evaluateTrust(queue.policy ?? noPolicy, {
        ...asked,
        service: source.service,
        conditionKeys: {
          'aws:SourceArn': source.arn,
          'aws:SourceAccount': twinAccountId,
          // The loopback stands for AWS's TLS.
          'aws:SecureTransport': 'true',
        },
      });
      if (!verdict.allowed) {
        deps.log?.(deniedLine(asked, `${source.service} (${source.arn})`, verdict));
        throw new AwsError('AccessDeniedException', `${source.service} may not send to ${arn}`);
      }
      await messages.send(queue, {
        body,
        attributes,
        senderId: source.service,
        delaySeconds: queue.settings.DelaySeconds,
      });
    },
    close: messages.close,
  };
};
