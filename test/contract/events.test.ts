/** EventBridge on the wire: AWS JSON 1.1, signed here by hand from AWS's description of Signature Version 4. */
import { createHash, createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { PolicyDocument } from '../../local/iam/policy.ts';
import type { Delivery } from '../../local/services/events/model.ts';
import { createEventsService } from '../../local/services/events/service.ts';
import type { EventsService } from '../../local/services/events/service.ts';
import { memoryStore } from '../../local/state/store.ts';
import { createAwsCall } from '../../local/wire/dispatch.ts';
import { createAwsEndpoint } from '../../local/wire/endpoint.ts';

const admin = { accessKeyId: 'AKIDADMIN', secretAccessKey: 'admin-secret' };
const limited = { accessKeyId: 'ASIALIMITED', secretAccessKey: 'limited-secret' };
const clock = { nowEpochMillis: () => Date.now() };
const allowAll: PolicyDocument = { Statement: { Effect: 'Allow', Action: '*', Resource: '*' } };
/** May send one detail type of one source. */
const sender: PolicyDocument = {
  Statement: {
    Effect: 'Allow',
    Action: 'events:PutEvents',
    Resource: 'arn:aws:events:us-east-1:123456789012:event-bus/default',
    Condition: { StringEquals: { 'events:source': 'app', 'events:detail-type': 'allowed' } },
  },
};

let server: Server;
let service: EventsService;
const delivered: Delivery[] = [];

const hash = (text: string): string => createHash('sha256').update(text).digest('hex');
const sign = (key: string | Buffer, text: string): Buffer =>
  createHmac('sha256', key).update(text).digest();

const send = async (
  operation: string,
  input: unknown,
  credentials = admin,
): Promise<{ status: number; answer: Record<string, unknown> }> => {
  const host = `127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  const body = JSON.stringify(input);
  const time = new Date().toISOString().replace(/[-:]|\.\d{3}/gu, '');
  const date = time.slice(0, 8);
  const headers = {
    'content-type': 'application/x-amz-json-1.1',
    host,
    'x-amz-date': time,
    'x-amz-target': `AWSEvents.${operation}`,
  };
  const names = Object.keys(headers).join(';');
  const lines = Object.entries(headers).map(([name, value]) => `${name}:${value}\n`);
  const request = ['POST', '/', '', lines.join(''), names, hash(body)].join('\n');
  const scope = `${date}/us-east-1/events/aws4_request`;
  const key = ['us-east-1', 'events', 'aws4_request'].reduce<Buffer>(
    sign,
    sign(`AWS4${credentials.secretAccessKey}`, date),
  );
  const signature = sign(key, ['AWS4-HMAC-SHA256', time, scope, hash(request)].join('\n'));
  const response = await fetch(`http://${host}/`, {
    method: 'POST',
    body,
    headers: {
      ...headers,
      authorization: `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature.toString('hex')}`,
    },
  });
  return { status: response.status, answer: (await response.json()) as Record<string, unknown> };
};

describe('EventBridge on the wire', () => {
  beforeAll(async () => {
    service = await createEventsService({
      store: memoryStore(),
      clock,
      log: () => undefined,
      deliver: (delivery) => {
        delivered.push(delivery);
        return Promise.resolve();
      },
    });
    service.start();
    const call = createAwsCall([service], { log: () => undefined });
    server = createServer(
      createAwsEndpoint({
        call,
        clock,
        publicDocuments: () => Promise.resolve(null),
        log: () => undefined,
        principals: {
          resolve: (accessKeyId) => {
            const isAdmin = accessKeyId === admin.accessKeyId;
            return Promise.resolve({
              secretAccessKey: (isAdmin ? admin : limited).secretAccessKey,
              principal: {
                kind: 'role-session',
                arn: 'arn:aws:sts::123456789012:assumed-role/role/session',
                accountId: '123456789012',
                userId: 'AROA:session',
                identityPolicies: [isAdmin ? allowAll : sender],
                permissionsBoundary: null,
                sessionPolicies: [],
                conditionKeys: {},
              },
            });
          },
        },
      }),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(async () => {
    await service.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  it('takes an event from a rule to its target', async () => {
    expect(
      await send('PutRule', { Name: 'audit', EventPattern: '{"source":[{"prefix":"app"}]}' }),
    ).toEqual({
      status: 200,
      answer: { RuleArn: 'arn:aws:events:us-east-1:123456789012:rule/audit' },
    });
    const Arn = 'arn:aws:lambda:us-east-1:123456789012:function:audit';
    expect(
      await send('PutTargets', {
        Rule: 'audit',
        Targets: [{ Id: 't', Arn, InputPath: '$.detail' }],
      }),
    ).toMatchObject({ status: 200, answer: { FailedEntryCount: 0 } });
    const Entries = [
      { Source: 'app', DetailType: 'allowed', Detail: '{"n":1}' },
      { Source: 'app', DetailType: 'allowed', Detail: 'no' },
    ];
    expect(await send('PutEvents', { Entries }, limited)).toMatchObject({
      status: 200,
      answer: { FailedEntryCount: 1, Entries: [{}, { ErrorCode: 'MalformedDetail' }] },
    });
    await service.settled();
    expect(delivered).toMatchObject([{ target: { Id: 't', Arn }, payload: '{"n":1}' }]);
  });

  it('writes times as epoch seconds', async () => {
    const { answer } = await send('DescribeEventBus', {});
    expect(answer['CreationTime']).toBeCloseTo(Date.now() / 1000, -2);
  });

  it.each([
    ['app', 'other'],
    ['else', 'allowed'],
  ])(
    'refuses source %s with detail type %s to who may send another',
    async (Source, DetailType) => {
      const Entries = [
        { Source: 'app', DetailType: 'allowed', Detail: '{}' },
        { Source, DetailType, Detail: '{}' },
      ];
      expect(await send('PutEvents', { Entries }, limited)).toMatchObject({
        status: 400,
        answer: { __type: expect.stringContaining('AccessDeniedException') as unknown },
      });
    },
  );

  it.each([
    ['PutRule', { Name: 'r', EventPattern: '{"a":1}' }, 400, 'InvalidEventPatternException'],
    ['DescribeRule', { Name: 'gone' }, 400, 'ResourceNotFoundException'],
    ['PutEvents', { Entries: [] }, 400, 'ValidationException'],
    ['CreateArchive', { ArchiveName: 'a' }, 501, 'NotImplemented'],
  ])('answers %s of %j with %i %s', async (operation, input, status, code) => {
    const reply = await send(operation, input);
    expect(reply.status).toBe(status);
    expect(String(reply.answer['__type'])).toContain(code);
  });
});
