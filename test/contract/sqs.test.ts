import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListQueuesCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import type { ReceiveMessageCommandInput, SendMessageCommandInput } from '@aws-sdk/client-sqs';
import type { Server } from 'node:http';
import type { PolicyDocument } from '../../local/iam/policy.ts';
import { defaultSettings } from '../../local/services/sqs/model.ts';
import { createSqsService } from '../../local/services/sqs/service.ts';
import type { SqsService } from '../../local/services/sqs/service.ts';
import { memoryStore } from '../../local/state/store.ts';
import { twinContext } from '../support/twin/call-context.ts';
import { admin, clock, close, limited, listen, settingsOf } from '../support/twin/aws-endpoint.ts';

const queueArn = 'arn:aws:sqs:us-east-1:123456789012:letters';
const events = {
  service: 'events.amazonaws.com',
  arn: 'arn:aws:events:us-east-1:123456789012:rule/r',
};
const nobody: PolicyDocument = { Statement: [] };

const store = memoryStore();
const newService = (): Promise<SqsService> =>
  createSqsService({ store, clock, endpoint: 'http://127.0.0.1:1' });

let sqs: SqsService;
let server: Server;
let client: SQSClient;
let QueueUrl: string;
let limitedPolicy = nobody;
beforeAll(async () => {
  sqs = await newService();
  server = await listen(sqs, () => limitedPolicy);
  client = new SQSClient(settingsOf(server, admin));
});
beforeEach(async () => {
  limitedPolicy = nobody;
  ({ queueUrl: QueueUrl } = await sqs.putQueue({
    name: 'letters',
    settings: defaultSettings,
    encryption: { SqsManagedSseEnabled: 'true' },
  }));
  await sqs.putQueuePolicy(QueueUrl, null);
  await client.send(new PurgeQueueCommand({ QueueUrl }));
});
afterAll(async () => {
  client.destroy();
  sqs.close();
  await close(server);
});

const send = (MessageBody: string, more: Partial<SendMessageCommandInput> = {}) =>
  client.send(new SendMessageCommand({ QueueUrl, MessageBody, ...more }));
const receive = async (more: Partial<ReceiveMessageCommandInput> = {}) =>
  (await client.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, ...more })))
    .Messages ?? [];
const bodies = (messages: Awaited<ReturnType<typeof receive>>) => messages.map(({ Body }) => Body);
const remove = (ReceiptHandle = '') =>
  client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));

const attributesOfQueue = async (): Promise<Record<string, string>> =>
  (await client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] })))
    .Attributes ?? {};

describe('a message', () => {
  it('is received with its attributes, whose digests the SDK checks', async () => {
    const attributes = {
      RULE_ARN: { DataType: 'String', StringValue: events.arn },
      Bytes: { DataType: 'Binary', BinaryValue: new Uint8Array([1, 2]) },
    };
    const sent = await send('hello é', { MessageAttributes: attributes });
    const [message] = await receive({
      MessageAttributeNames: ['All'],
      MessageSystemAttributeNames: ['ApproximateReceiveCount'],
    });
    expect(message).toMatchObject({
      MessageId: sent.MessageId,
      Body: 'hello é',
      Attributes: { ApproximateReceiveCount: '1' },
      MD5OfMessageAttributes: sent.MD5OfMessageAttributes,
    });
    expect(message?.MessageAttributes).toEqual(attributes);
  });

  it('has the digest of attributes that AWS’s rule gives', async () => {
    // Worked out by hand from AWS's description, in another language.
    const { MD5OfMessageAttributes } = await send('x', {
      MessageAttributes: { test_attribute_name_1: { DataType: 'String', StringValue: 'x' } },
    });
    expect(MD5OfMessageAttributes).toBe('625fe4e19d2c80563c19ab77ff2ead70');
  });

  it('is hidden while someone works on it, and comes again when that takes too long', async () => {
    await send('one');
    const [first] = await receive({ VisibilityTimeout: 1 });
    expect(await receive()).toEqual([]);
    const [second] = await receive({ WaitTimeSeconds: 3, VisibilityTimeout: 60 });
    expect(second?.Body).toBe('one');
    // The older handle deletes nothing any more.
    await remove(first?.ReceiptHandle);
    expect((await attributesOfQueue())['ApproximateNumberOfMessagesNotVisible']).toBe('1');
    await remove(second?.ReceiptHandle);
    expect((await attributesOfQueue())['ApproximateNumberOfMessagesNotVisible']).toBe('0');
  });

  it('ends the wait of one who was there before it', async () => {
    const waiting = receive({ WaitTimeSeconds: 20 });
    await send('late');
    expect(bodies(await waiting)).toEqual(['late']);
  });

  it('may be delayed', async () => {
    await send('later', { DelaySeconds: 1 });
    expect(await receive()).toEqual([]);
    expect(bodies(await receive({ WaitTimeSeconds: 3 }))).toEqual(['later']);
  });

  it('survives a restart, hidden or not', async () => {
    await send('hidden');
    await receive();
    await send('shown');
    const again = await newService();
    const found = await again.operations['ReceiveMessage']?.run(
      { QueueUrl, MaxNumberOfMessages: 10 },
      twinContext,
    );
    expect((found?.['Messages'] as { Body: string }[]).map(({ Body }) => Body)).toEqual(['shown']);
    again.close();
  });

  it.each([
    ['is empty', { MessageBody: '' }, 'MissingParameter'],
    ['has a character that is not allowed', { MessageBody: '\u0001' }, 'InvalidMessageContents'],
    ['is too long', { MessageBody: 'x'.repeat(262_145) }, 'InvalidParameterValue'],
    ['is for no queue', { QueueUrl: 'http://x/1/none' }, 'QueueDoesNotExist'],
  ])('is refused when it %s', async (_case, more, name) => {
    await expect(send('x', more)).rejects.toMatchObject({ name });
  });
});

describe('a queue', () => {
  it('tells its settings and how much is in it', async () => {
    await send('one');
    await send('later', { DelaySeconds: 60 });
    expect(await attributesOfQueue()).toMatchObject({
      QueueArn: queueArn,
      VisibilityTimeout: '30',
      ApproximateNumberOfMessages: '1',
      ApproximateNumberOfMessagesDelayed: '1',
      SqsManagedSseEnabled: 'true',
    });
    await client.send(new PurgeQueueCommand({ QueueUrl }));
    expect((await attributesOfQueue())['ApproximateNumberOfMessages']).toBe('0');
  });

  it('is found by its name, and under another host', async () => {
    const found = await client.send(new GetQueueUrlCommand({ QueueName: 'letters' }));
    expect(found.QueueUrl).toBe(QueueUrl);
    const listed = await client.send(new ListQueuesCommand({ QueueNamePrefix: 'let' }));
    expect(listed.QueueUrls).toEqual([QueueUrl]);
    await expect(client.send(new GetQueueUrlCommand({ QueueName: 'none' }))).rejects.toMatchObject({
      name: 'QueueDoesNotExist',
      Code: 'AWS.SimpleQueueService.NonExistentQueue',
    });
  });

  it('lets in whom an identity policy or its own lets in, and no one else', async () => {
    const other = new SQSClient(settingsOf(server, limited));
    const attempt = () => other.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x' }));
    await expect(attempt()).rejects.toMatchObject({ name: 'AccessDeniedException' });
    limitedPolicy = {
      Statement: { Effect: 'Allow', Action: 'sqs:SendMessage', Resource: queueArn },
    };
    await expect(attempt()).resolves.toBeDefined();
    limitedPolicy = nobody;
    const own = { Effect: 'Allow', Action: 'sqs:SendMessage', Resource: queueArn } as const;
    const Principal = { AWS: 'arn:aws:iam::123456789012:root' };
    await sqs.putQueuePolicy(QueueUrl, { Statement: { ...own, Principal } });
    await expect(attempt()).rejects.toMatchObject({ name: 'AccessDeniedException' });
    await sqs.putQueuePolicy(QueueUrl, { Statement: { ...own, Principal: '*' } });
    await expect(attempt()).resolves.toBeDefined();
    other.destroy();
  });

  it('under a customer-managed key asks who sends and who receives for its use, through SQS', async () => {
    const keyArn = 'arn:aws:kms:us-east-1:123456789012:key/11111111-1111-4111-8111-111111111111';
    await sqs.putQueue({
      name: 'letters',
      settings: defaultSettings,
      encryption: { KmsMasterKeyId: keyArn },
    });
    const other = new SQSClient(settingsOf(server, limited));
    const onQueue = { Effect: 'Allow', Action: 'sqs:*', Resource: queueArn } as const;
    const onKey = (Action: string, service = 'sqs') =>
      ({
        Effect: 'Allow',
        Action,
        Resource: keyArn,
        Condition: { StringEquals: { 'kms:ViaService': `${service}.us-east-1.amazonaws.com` } },
      }) as const;
    const outcomes = async (...more: PolicyDocument['Statement'][]): Promise<string[]> => {
      limitedPolicy = { Statement: [onQueue, ...more.flat()] };
      const commands = [
        new SendMessageCommand({ QueueUrl, MessageBody: 'x' }),
        new ReceiveMessageCommand({ QueueUrl }),
      ];
      const told: string[] = [];
      for (const command of commands) {
        await other.send(command as SendMessageCommand).then(
          () => told.push('done'),
          (error: unknown) => told.push((error as Error).name),
        );
      }
      return told;
    };
    const refused = 'AccessDeniedException';
    expect(await outcomes()).toEqual([refused, refused]);
    expect(await outcomes(onKey('kms:*', 's3'))).toEqual([refused, refused]);
    expect(await outcomes(onKey('kms:Decrypt'))).toEqual([refused, 'done']);
    expect(await outcomes(onKey('kms:GenerateDataKey'))).toEqual([refused, refused]);
    expect(await outcomes(onKey('kms:*'))).toEqual(['done', 'done']);
    other.destroy();
  });

  it('lets a service in for the source that its policy names', async () => {
    const attempt = (arn: string) => sqs.sendFrom({ ...events, arn }, queueArn, 'event');
    await expect(attempt(events.arn)).rejects.toMatchObject({ code: 'AccessDeniedException' });
    await sqs.putQueuePolicy(QueueUrl, {
      Statement: {
        Effect: 'Allow',
        Principal: { Service: events.service },
        Action: 'sqs:SendMessage',
        Resource: queueArn,
        Condition: { ArnEquals: { 'aws:SourceArn': events.arn } },
      },
    });
    await expect(attempt(`${events.arn}-other`)).rejects.toMatchObject({
      code: 'AccessDeniedException',
    });
    await attempt(events.arn);
    expect(bodies(await receive())).toEqual(['event']);
  });

  it('answers 501 to what is not emulated', async () => {
    await expect(
      client.send(new SendMessageBatchCommand({ QueueUrl, Entries: [] })),
    ).rejects.toMatchObject({ message: 'sqs:SendMessageBatch is not emulated.' });
  });
});
