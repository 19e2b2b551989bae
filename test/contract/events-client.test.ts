import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  CreateEventBusCommand,
  DeleteRuleCommand,
  DescribeEventBusCommand,
  DescribeRuleCommand,
  EventBridgeClient,
  ListArchivesCommand,
  ListRulesCommand,
  ListTargetsByRuleCommand,
  PutEventsCommand,
  PutRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
  TestEventPatternCommand,
} from '@aws-sdk/client-eventbridge';
import type { Server } from 'node:http';
import type { PolicyDocument } from '../../local/iam/policy.ts';
import type { Delivery } from '../../local/services/events/model.ts';
import { createEventsService } from '../../local/services/events/service.ts';
import type { EventsService } from '../../local/services/events/service.ts';
import { memoryStore } from '../../local/state/store.ts';
import { admin, clock, close, limited, listen, settingsOf } from '../support/twin/aws-endpoint.ts';

const EventBusName = 'stepkey';
const Arn = 'arn:aws:sqs:us-east-1:123456789012:told';
const busArn = 'arn:aws:events:us-east-1:123456789012:event-bus/stepkey';
const delivered: Delivery[] = [];
const sender: PolicyDocument = {
  Statement: {
    Effect: 'Allow',
    Action: 'events:PutEvents',
    Resource: busArn,
    Condition: { StringEquals: { 'events:source': 'app' } },
  },
};

let service: EventsService;
let server: Server;
let client: EventBridgeClient;
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
  server = await listen(service, () => sender);
  client = new EventBridgeClient(settingsOf(server, admin));
  await client.send(new CreateEventBusCommand({ Name: EventBusName, Description: 'issuances' }));
});
afterAll(async () => {
  client.destroy();
  await close(server);
  await service.close();
});

const entry = (Source: string, Detail = '{"n":300.0}') => ({
  EventBusName,
  Source,
  DetailType: 'issued',
  Detail,
});

describe('the AWS SDK against the twin’s EventBridge', () => {
  it('makes a rule, sends events by it and takes it away', async () => {
    const pattern = { source: ['app'], detail: { n: [{ numeric: ['>', 299] }] } };
    const rule = { Name: 'issued', EventBusName };
    const { RuleArn } = await client.send(
      new PutRuleCommand({ ...rule, EventPattern: JSON.stringify(pattern) }),
    );
    expect(RuleArn).toBe('arn:aws:events:us-east-1:123456789012:rule/stepkey/issued');
    const target = { Id: 'queue', Arn, InputPath: '$.detail', DeadLetterConfig: { Arn } };
    const place = { Rule: 'issued', EventBusName };
    const put = await client.send(new PutTargetsCommand({ ...place, Targets: [target] }));
    expect(put).toMatchObject({ FailedEntryCount: 0, FailedEntries: [] });
    const { Targets } = await client.send(new ListTargetsByRuleCommand(place));
    expect(Targets).toEqual([target]);

    const answer = await client.send(
      new PutEventsCommand({
        Entries: [entry('app'), entry('app', '{"n":1}'), entry('app', '{'), entry('aws.s3')],
      }),
    );
    expect(answer.FailedEntryCount).toBe(2);
    expect(answer.Entries?.map(({ ErrorCode }) => ErrorCode)).toEqual([
      undefined,
      undefined,
      'MalformedDetail',
      'NotAuthorizedForSourceException',
    ]);
    await service.settled();
    expect(delivered.map(({ payload }) => payload)).toEqual(['{"n":300.0}']);

    await expect(client.send(new DeleteRuleCommand(rule))).rejects.toMatchObject({
      name: 'ValidationException',
    });
    await client.send(new RemoveTargetsCommand({ ...place, Ids: ['queue'] }));
    await client.send(new DeleteRuleCommand(rule));
    await expect(client.send(new DescribeRuleCommand(rule))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });

  it('reads a bus with its dates and its policy', async () => {
    await service.putBusStatement(EventBusName, 'broker', {
      Effect: 'Deny',
      Principal: '*',
      Action: 'events:PutEvents',
      Resource: busArn,
      Condition: { StringEquals: { 'events:source': 'forged' } },
    });
    const bus = await client.send(new DescribeEventBusCommand({ Name: EventBusName }));
    expect(bus).toMatchObject({ Arn: busArn, Description: 'issuances' });
    expect(bus.CreationTime?.getTime()).toBeGreaterThan(Date.now() - 60_000);
    expect(bus.Policy).toContain('"Sid":"broker"');
    await expect(
      client.send(new PutEventsCommand({ Entries: [entry('forged')] })),
    ).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });

  it('is refused what its policy does not allow', async () => {
    const other = new EventBridgeClient(settingsOf(server, limited));
    const send = (Source: string) => other.send(new PutEventsCommand({ Entries: [entry(Source)] }));
    await expect(send('app')).resolves.toMatchObject({ FailedEntryCount: 0 });
    await expect(send('other')).rejects.toMatchObject({ name: 'AccessDeniedException' });
    await expect(other.send(new ListRulesCommand({}))).rejects.toMatchObject({
      name: 'AccessDeniedException',
    });
    other.destroy();
  });

  it('tests a pattern, and is told where it is wrong', async () => {
    const Event = JSON.stringify({
      ...{ id: '1', account: '1', source: 'app', time: '2026-11-21T00:00:00Z' },
      ...{ region: 'us-east-1', resources: [], 'detail-type': 'issued', detail: {} },
    });
    const test = (EventPattern: string) =>
      client.send(new TestEventPatternCommand({ EventPattern, Event }));
    expect((await test('{"source":["app"]}')).Result).toBe(true);
    expect((await test('{"source":["other"]}')).Result).toBe(false);
    await expect(test('{"source":"app"}')).rejects.toMatchObject({
      name: 'InvalidEventPatternException',
    });
  });

  it('answers 501 to what is not emulated', async () => {
    await expect(client.send(new ListArchivesCommand({}))).rejects.toMatchObject({
      message: 'events:ListArchives is not emulated.',
      $metadata: { httpStatusCode: 501 },
    });
  });
});
