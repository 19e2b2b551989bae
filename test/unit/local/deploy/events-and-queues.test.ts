import { beforeEach, describe, expect, it } from '@jest/globals';
import { deployStacks } from '../../../../local/deploy/deploy.ts';
import { eventSourceHandlers } from '../../../../local/deploy/resources/event-sources.ts';
import { eventHandlers } from '../../../../local/deploy/resources/events.ts';
import { queueHandlers } from '../../../../local/deploy/resources/queues.ts';
import type { Template } from '../../../../local/deploy/template.ts';
import { evaluateAccess } from '../../../../local/iam/evaluate.ts';
import { createEventsService } from '../../../../local/services/events/service.ts';
import type { EventSourceMapping } from '../../../../local/services/lambda/event-sources/model.ts';
import { createSqsService } from '../../../../local/services/sqs/service.ts';
import { memoryStore } from '../../../../local/state/store.ts';
import type { Store } from '../../../../local/state/store.ts';
import { createAwsCall } from '../../../../local/wire/dispatch.ts';
import { twinContext } from '../../../support/twin/call-context.ts';

// One file, though long: its stories share the parts of one template.

const clock = { nowEpochMillis: () => Date.now() };
const streamArn = 'arn:aws:dynamodb:us-east-1:123456789012:table/t/stream/2026-11-21T00:00:00.000';

type Resources = Template['Resources'];
type Input = Record<string, unknown>;

/** What the twin is after a start on this store. */
const start = async (store: Store, port = 1) => {
  const sqs = await createSqsService({
    store,
    clock,
    endpoint: `http://127.0.0.1:${String(port)}`,
  });
  const delivered: string[] = [];
  const events = await createEventsService({
    store,
    clock,
    log: () => undefined,
    deliver: ({ target, payload }) => {
      delivered.push(`${target.Id} ${payload}`);
      return Promise.resolve();
    },
  });
  const mappings: EventSourceMapping[] = [];
  const call = createAwsCall([sqs, events], { log: () => undefined, clock });
  const handlers = {
    ...queueHandlers(sqs),
    ...eventHandlers(call, events),
    ...eventSourceHandlers({
      put: (mapping) => {
        mappings.push(mapping);
        return Promise.resolve();
      },
      remove: () => Promise.resolve(),
      start: () => undefined,
      keepAfter: () => null,
      close: () => Promise.resolve(),
    }),
  };
  return {
    events,
    delivered,
    mappings,
    deploy: (resources: Resources) =>
      deployStacks({
        templates: [{ stackName: 'Stack', template: { Resources: resources } }],
        handlers,
        store,
        pseudoParameters: {},
      }),
    call: (service: string, operation: string, input: Input = {}) =>
      call(service, operation, input, twinContext),
  };
};

const queue = { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'letters' } };
const rule = (change: Input = {}) => ({
  Type: 'AWS::Events::Rule',
  Properties: {
    Name: 'issued',
    EventBusName: { Ref: 'Bus' },
    EventPattern: { source: ['stepkey'] },
    Targets: [{ Id: 'queue', Arn: { 'Fn::GetAtt': ['Queue', 'Arn'] } }],
    ...change,
  },
});
const bus = { Type: 'AWS::Events::EventBus', Properties: { Name: 'stepkey' } };

let store: Store;
beforeEach(() => {
  store = memoryStore();
});

describe('a queue of a template', () => {
  it('has its name, URL and ARN, its settings and its policy', async () => {
    const twin = await start(store);
    const statement = { Effect: 'Allow', Principal: '*', Action: 'sqs:SendMessage', Resource: '*' };
    const stacks = await twin.deploy({
      Queue: { ...queue, Properties: { QueueName: 'letters', VisibilityTimeout: 60 } },
      Policy: {
        Type: 'AWS::SQS::QueuePolicy',
        Properties: { Queues: [{ Ref: 'Queue' }], PolicyDocument: { Statement: [statement] } },
      },
    });
    const QueueUrl = 'http://127.0.0.1:1/123456789012/letters';
    expect(stacks.resource('Stack', 'Queue')).toEqual({
      id: QueueUrl,
      attributes: {
        Arn: 'arn:aws:sqs:us-east-1:123456789012:letters',
        QueueName: 'letters',
        QueueUrl,
      },
    });
    const { Attributes } = await twin.call('sqs', 'GetQueueAttributes', {
      QueueUrl,
      AttributeNames: ['VisibilityTimeout', 'Policy'],
    });
    expect(Attributes).toEqual({
      VisibilityTimeout: '60',
      Policy: JSON.stringify({ Statement: [statement] }),
    });
  });

  it('keeps its messages when it is deployed again, at another port', async () => {
    const first = await start(store);
    const stacks = await first.deploy({ Queue: queue });
    const QueueUrl = stacks.resource('Stack', 'Queue')?.id;
    await first.call('sqs', 'SendMessage', { QueueUrl, MessageBody: 'kept' });
    const second = await start(store, 2);
    await second.deploy({ Queue: queue });
    const { Messages } = await second.call('sqs', 'ReceiveMessage', { QueueUrl });
    expect(Messages).toMatchObject([{ Body: 'kept' }]);
  });

  it.each(['FifoQueue', 'RedrivePolicy'])('with %s is refused', async (member) => {
    const twin = await start(store);
    const Properties = { QueueName: 'letters', [member]: {} };
    await expect(twin.deploy({ Queue: { ...queue, Properties } })).rejects.toThrow(member);
  });
});

describe('a rule of a template', () => {
  const put = (twin: Awaited<ReturnType<typeof start>>) =>
    twin.call('events', 'PutEvents', {
      Entries: [{ EventBusName: 'stepkey', Source: 'stepkey', DetailType: 'd', Detail: '{}' }],
    });

  it('delivers to its targets, also after a restart without a deployment', async () => {
    const first = await start(store);
    const stacks = await first.deploy({ Bus: bus, Queue: queue, Rule: rule() });
    expect(stacks.resource('Stack', 'Rule')).toMatchObject({
      id: 'stepkey|issued',
      attributes: { Arn: 'arn:aws:events:us-east-1:123456789012:rule/stepkey/issued' },
    });
    await first.events.close();
    const second = await start(store);
    await put(second);
    second.events.start();
    await second.events.settled();
    expect(second.delivered).toEqual([expect.stringContaining('queue {')]);
    await second.events.close();
  });

  it('that was switched off at run time stays so until the template changes', async () => {
    const twin = await start(store);
    const resources = { Bus: bus, Queue: queue, Rule: rule() };
    const stateOf = async () => {
      const named = { Name: 'issued', EventBusName: 'stepkey' };
      return (await twin.call('events', 'DescribeRule', named))['State'];
    };
    await twin.deploy(resources);
    await twin.call('events', 'DisableRule', { Name: 'issued', EventBusName: 'stepkey' });
    await twin.deploy(resources);
    expect(await stateOf()).toBe('DISABLED');
    await twin.deploy({ ...resources, Rule: rule({ Description: 'changed' }) });
    expect(await stateOf()).toBe('ENABLED');
    await twin.events.close();
  });

  it('loses the targets that the template no longer has, and goes with its bus', async () => {
    const twin = await start(store);
    await twin.deploy({ Bus: bus, Queue: queue, Rule: rule() });
    await twin.deploy({ Bus: bus, Queue: queue, Rule: rule({ Targets: [] }) });
    const named = { Rule: 'issued', EventBusName: 'stepkey' };
    expect((await twin.call('events', 'ListTargetsByRule', named))['Targets']).toEqual([]);
    await twin.deploy({ Queue: queue });
    const { EventBuses } = await twin.call('events', 'ListEventBuses');
    expect((EventBuses as { Name: string }[]).map(({ Name }) => Name)).toEqual(['default']);
    await twin.events.close();
  });

  it('may have a schedule', async () => {
    const twin = await start(store);
    const Properties = { Name: 'sweep', ScheduleExpression: 'rate(5 minutes)' };
    await twin.deploy({ Rule: { Type: 'AWS::Events::Rule', Properties } });
    expect(await twin.call('events', 'DescribeRule', { Name: 'sweep' })).toMatchObject({
      ScheduleExpression: 'rate(5 minutes)',
      State: 'ENABLED',
    });
    await twin.events.close();
  });

  it('with a target that is not emulated is refused', async () => {
    const twin = await start(store);
    const Targets = [{ Id: 't', Arn: 'arn:aws:sns:us-east-1:123456789012:topic' }];
    const change = rule({ Targets });
    await expect(twin.deploy({ Bus: bus, Queue: queue, Rule: change })).rejects.toThrow('sns');
    await twin.events.close();
  });
});

describe('a bus policy of a template', () => {
  it('is the bus’s own, and gone with the resource', async () => {
    const twin = await start(store);
    const Statement = {
      Effect: 'Allow',
      Principal: '*',
      Action: 'events:PutEvents',
      Resource: { 'Fn::GetAtt': ['Bus', 'Arn'] },
    };
    const Policy = {
      Type: 'AWS::Events::EventBusPolicy',
      Properties: { EventBusName: { Ref: 'Bus' }, StatementId: 'broker', Statement },
    };
    const anyone = { ...twinContext.principal, kind: 'role-session' as const };
    const requests = () => {
      const authorize = twin.events.operations['PutEvents']?.authorize;
      return typeof authorize === 'function'
        ? authorize({ Entries: [{ EventBusName: 'stepkey' }] })
        : [];
    };
    const verdict = () => requests().map((request) => evaluateAccess(anyone, request).allowed);
    await twin.deploy({ Bus: bus });
    expect(verdict()).toEqual([false]);
    await twin.deploy({ Bus: bus, Policy });
    expect(verdict()).toEqual([true]);
    const described = await twin.call('events', 'DescribeEventBus', { Name: 'stepkey' });
    expect(JSON.parse(String(described['Policy']))).toMatchObject({
      Statement: [{ Sid: 'broker' }],
    });
    await twin.deploy({ Bus: bus });
    expect(verdict()).toEqual([false]);
    await twin.events.close();
  });
});

describe('an event source mapping of a template', () => {
  const mapping = (change: Input = {}) => ({
    Type: 'AWS::Lambda::EventSourceMapping',
    Properties: {
      FunctionName: 'arn:aws:lambda:us-east-1:123456789012:function:chain',
      EventSourceArn: streamArn,
      StartingPosition: 'TRIM_HORIZON',
      ...change,
    },
  });

  it('is read with all that it says, and keeps its id', async () => {
    const twin = await start(store);
    const Mapping = mapping({
      BatchSize: 5,
      MaximumBatchingWindowInSeconds: 1,
      BisectBatchOnFunctionError: true,
      MaximumRetryAttempts: 3,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ParallelizationFactor: 2,
      FilterCriteria: { Filters: [{ Pattern: '{"eventName":["INSERT"]}' }] },
      DestinationConfig: {
        OnFailure: { Destination: 'arn:aws:sqs:us-east-1:123456789012:letters' },
      },
    });
    await twin.deploy({ Mapping });
    await twin.deploy({ Mapping });
    const [first, second] = twin.mappings;
    expect(second).toEqual(first);
    expect(first).toEqual({
      uuid: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/u),
      functionName: 'chain',
      streamArn,
      enabled: true,
      startingPosition: 'TRIM_HORIZON',
      batchSize: 5,
      batchingWindowSeconds: 1,
      bisectsOnError: true,
      maximumRetryAttempts: 3,
      maximumRecordAgeSeconds: -1,
      reportsItemFailures: true,
      parallelizationFactor: 2,
      patterns: ['{"eventName":["INSERT"]}'],
      onFailureArn: 'arn:aws:sqs:us-east-1:123456789012:letters',
    });
  });

  it.each([
    ['another source', { EventSourceArn: 'arn:aws:sqs:us-east-1:123456789012:letters' }],
    ['a member that the twin does not know', { TumblingWindowInSeconds: 1 }],
    ['too large a batch', { BatchSize: 10_001 }],
  ])('with %s is refused', async (_case, change) => {
    const twin = await start(store);
    await expect(twin.deploy({ Mapping: mapping(change) })).rejects.toThrow('Mapping');
    expect(twin.mappings).toEqual([]);
  });
});
