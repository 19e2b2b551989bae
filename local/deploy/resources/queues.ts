import * as z from 'zod';
import { defaultSettings } from '../../services/sqs/model.ts';
import type { SqsService } from '../../services/sqs/service.ts';
import { generatedName } from '../naming.ts';
import { defineHandler } from '../resource-handler.ts';
import type { ResourceHandler } from '../resource-handler.ts';
import { policyDocument, tagList } from './policy-schema.ts';

/** Strict: a queue that redrives, or keeps an order, would do something else here than on AWS. */
const queue = z.strictObject({
  QueueName: z.string().optional(),
  DelaySeconds: z.coerce.number().default(defaultSettings.DelaySeconds),
  MaximumMessageSize: z.coerce.number().default(defaultSettings.MaximumMessageSize),
  MessageRetentionPeriod: z.coerce.number().default(defaultSettings.MessageRetentionPeriod),
  ReceiveMessageWaitTimeSeconds: z.coerce
    .number()
    .default(defaultSettings.ReceiveMessageWaitTimeSeconds),
  VisibilityTimeout: z.coerce.number().default(defaultSettings.VisibilityTimeout),
  KmsMasterKeyId: z.string().optional(),
  KmsDataKeyReusePeriodSeconds: z.coerce.string().optional(),
  SqsManagedSseEnabled: z.coerce.string().optional(),
  Tags: tagList,
});
const queuePolicy = z.object({
  Queues: z.array(z.string()).min(1),
  PolicyDocument: policyDocument,
});

const present = (record: Readonly<Record<string, string | undefined>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(record).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );

export const queueHandlers = (sqs: SqsService): Record<string, ResourceHandler> => ({
  'AWS::SQS::Queue': defineHandler(
    queue,
    async ({ properties, ...request }) => {
      const name = properties.QueueName ?? generatedName(request, 80);
      const { queueUrl, queueArn } = await sqs.putQueue({
        name,
        settings: {
          DelaySeconds: properties.DelaySeconds,
          MaximumMessageSize: properties.MaximumMessageSize,
          MessageRetentionPeriod: properties.MessageRetentionPeriod,
          ReceiveMessageWaitTimeSeconds: properties.ReceiveMessageWaitTimeSeconds,
          VisibilityTimeout: properties.VisibilityTimeout,
        },
        encryption: present({
          KmsMasterKeyId: properties.KmsMasterKeyId,
          KmsDataKeyReusePeriodSeconds: properties.KmsDataKeyReusePeriodSeconds,
          SqsManagedSseEnabled: properties.SqsManagedSseEnabled,
        }),
      });
      return { id: queueUrl, attributes: { Arn: queueArn, QueueName: name, QueueUrl: queueUrl } };
    },
    ({ attributes }) => sqs.deleteQueue(attributes['QueueName'] ?? ''),
  ),
  'AWS::SQS::QueuePolicy': defineHandler(
    queuePolicy,
    async ({ properties, stackName, logicalId }) => {
      for (const url of properties.Queues) await sqs.putQueuePolicy(url, properties.PolicyDocument);
      return { id: `${stackName}-${logicalId}`, attributes: {} };
    },
    async (_deployed, properties) => {
      for (const url of properties?.Queues ?? [])
        // Gone with its queue, perhaps.
        await sqs.putQueuePolicy(url, null).catch(() => undefined);
    },
  ),
});
