import { describe, expect, it } from '@jest/globals';
import { memoryStore } from '../../../../local/state/store.ts';
import { functionArn, startEvents } from './support.ts';

const arn = (rest: string): string => `arn:aws:events:us-east-1:123456789012:${rest}`;
const pattern = '{"source":["app"]}';

describe('event buses', () => {
  it('has the default bus, which cannot be made or deleted', async () => {
    const { call, refusal } = await startEvents();
    expect(await call('DescribeEventBus')).toMatchObject({
      Name: 'default',
      Arn: arn('event-bus/default'),
    });
    expect(await refusal('CreateEventBus', { Name: 'default' })).toMatchObject({
      code: 'ResourceAlreadyExistsException',
    });
    expect(await refusal('DeleteEventBus', { Name: 'default' })).toMatchObject({
      code: 'ValidationException',
    });
  });

  it('makes, describes, lists and deletes a bus, by name or ARN', async () => {
    const { call, refusal } = await startEvents();
    expect(await call('CreateEventBus', { Name: 'orders', Description: 'Orders' })).toEqual({
      EventBusArn: arn('event-bus/orders'),
      Description: 'Orders',
    });
    expect(await call('DescribeEventBus', { Name: arn('event-bus/orders') })).toMatchObject({
      Name: 'orders',
      Description: 'Orders',
    });
    expect((await call('ListEventBuses'))['EventBuses']).toMatchObject([
      { Name: 'default' },
      { Name: 'orders' },
    ]);
    expect((await call('ListEventBuses', { NamePrefix: 'o' }))['EventBuses']).toHaveLength(1);
    await call('DeleteEventBus', { Name: 'orders' });
    await call('DeleteEventBus', { Name: 'orders' });
    expect(await refusal('DescribeEventBus', { Name: 'orders' })).toMatchObject({
      code: 'ResourceNotFoundException',
      message: 'Event bus orders does not exist.',
    });
  });

  it.each([
    {},
    { Name: '' },
    { Name: 'a b' },
    { Name: 'aws.partner' },
    { Name: 'a/b' },
    { Name: 1 },
  ])('refuses the bus %j', async (input) => {
    const { refusal } = await startEvents();
    expect(await refusal('CreateEventBus', input)).toMatchObject({ code: 'ValidationException' });
  });

  it('answers 501 to what it would not do', async () => {
    const { refusal } = await startEvents();
    expect(await refusal('CreateEventBus', { Name: 'a', KmsKeyIdentifier: 'key' })).toMatchObject({
      code: 'NotImplemented',
      statusCode: 501,
    });
  });

  it('keeps a bus that has rules', async () => {
    const { call, refusal } = await startEvents();
    await call('CreateEventBus', { Name: 'orders' });
    await call('PutRule', { Name: 'r', EventBusName: 'orders', EventPattern: pattern });
    expect(await refusal('DeleteEventBus', { Name: 'orders' })).toMatchObject({
      code: 'ValidationException',
    });
  });
});

describe('rules', () => {
  it('are put, described, switched and deleted', async () => {
    const { call, refusal } = await startEvents();
    expect(await call('PutRule', { Name: 'r', EventPattern: pattern })).toEqual({
      RuleArn: arn('rule/r'),
    });
    expect(await call('DescribeRule', { Name: 'r' })).toEqual({
      Name: 'r',
      Arn: arn('rule/r'),
      State: 'ENABLED',
      EventBusName: 'default',
      EventPattern: pattern,
      CreatedBy: '123456789012',
    });
    await call('DisableRule', { Name: 'r' });
    expect(await call('DescribeRule', { Name: 'r' })).toMatchObject({ State: 'DISABLED' });
    await call('EnableRule', { Name: 'r' });
    expect(await call('DescribeRule', { Name: 'r' })).toMatchObject({ State: 'ENABLED' });
    await call('DeleteRule', { Name: 'r' });
    await call('DeleteRule', { Name: 'r' });
    for (const operation of ['DescribeRule', 'EnableRule', 'DisableRule'])
      expect(await refusal(operation, { Name: 'r' })).toMatchObject({
        code: 'ResourceNotFoundException',
        message: 'Rule r does not exist on EventBus default.',
      });
  });

  it('of a bus carry its name in the ARN and are apart from those of another', async () => {
    const { call, refusal } = await startEvents();
    await call('CreateEventBus', { Name: 'orders' });
    expect(
      await call('PutRule', { Name: 'r', EventBusName: 'orders', EventPattern: pattern }),
    ).toEqual({ RuleArn: arn('rule/orders/r') });
    expect(await refusal('DescribeRule', { Name: 'r' })).toMatchObject({
      code: 'ResourceNotFoundException',
    });
    expect((await call('ListRules'))['Rules']).toEqual([]);
    expect((await call('ListRules', { EventBusName: 'orders' }))['Rules']).toHaveLength(1);
  });

  it('are listed in pages', async () => {
    const { call, refusal } = await startEvents();
    for (const Name of ['b1', 'a', 'b2']) await call('PutRule', { Name, EventPattern: pattern });
    const first = await call('ListRules', { Limit: 2 });
    expect(first['Rules']).toMatchObject([{ Name: 'a' }, { Name: 'b1' }]);
    const second = await call('ListRules', { Limit: 2, NextToken: first['NextToken'] });
    expect(second['Rules']).toMatchObject([{ Name: 'b2' }]);
    expect(second['NextToken']).toBeUndefined();
    expect((await call('ListRules', { NamePrefix: 'b' }))['Rules']).toHaveLength(2);
    expect(await refusal('ListRules', { NextToken: '!' })).toMatchObject({
      code: 'ValidationException',
    });
  });

  it.each([
    [{ Name: 'r' }, 'ValidationException'],
    [{ Name: 'r r', EventPattern: pattern }, 'ValidationException'],
    [{ Name: 'r', EventPattern: pattern, State: 'ON' }, 'ValidationException'],
    [{ Name: 'r', EventPattern: '{}' }, 'InvalidEventPatternException'],
    [{ Name: 'r', EventPattern: pattern, EventBusName: 'gone' }, 'ResourceNotFoundException'],
    [{ Name: 'r', ScheduleExpression: 'rate(1 minutes)' }, 'ValidationException'],
    [{ Name: 'r', ScheduleExpression: 'cron(0 10 * * * *)' }, 'ValidationException'],
  ])('%j is refused with %s', async (input, code) => {
    const { refusal } = await startEvents();
    expect(await refusal('PutRule', input)).toMatchObject({ code });
  });

  it('with a schedule belong on the default bus', async () => {
    const { call, refusal } = await startEvents();
    await call('CreateEventBus', { Name: 'orders' });
    const rule = { Name: 'r', EventBusName: 'orders', ScheduleExpression: 'rate(1 day)' };
    expect(await refusal('PutRule', rule)).toMatchObject({
      message: 'ScheduleExpression is supported only on the default event bus.',
    });
  });

  it('keep their targets when they are put again, and cannot be deleted before those', async () => {
    const { call, refusal, rule } = await startEvents();
    await rule('r', 'app');
    await call('PutRule', { Name: 'r', EventPattern: '{"source":["other"]}' });
    expect((await call('ListTargetsByRule', { Rule: 'r' }))['Targets']).toHaveLength(1);
    expect(await refusal('DeleteRule', { Name: 'r' })).toMatchObject({
      code: 'ValidationException',
      message: "Rule can't be deleted since it has targets.",
    });
    await call('RemoveTargets', { Rule: 'r', Ids: ['r', 'never'] });
    await call('DeleteRule', { Name: 'r' });
  });

  it('are still there in the next process', async () => {
    const store = memoryStore();
    const first = await startEvents({ store });
    await first.call('CreateEventBus', { Name: 'orders' });
    await first.rule('r', 'app', {}, 'orders');
    const second = await startEvents({ store });
    expect(
      (await second.call('ListTargetsByRule', { Rule: 'r', EventBusName: 'orders' }))['Targets'],
    ).toMatchObject([{ Id: 'r', Arn: functionArn }]);
  });
});

describe('what a caller needs', () => {
  it('is the operation on the ARN of the bus or rule', async () => {
    const { service } = await startEvents();
    const requestOf = (operation: string, input: Record<string, unknown>) => {
      const authorize = service.operations[operation]?.authorize;
      return typeof authorize === 'function' ? authorize(input)[0] : undefined;
    };
    expect(requestOf('PutRule', { Name: 'r', EventBusName: 'orders' })).toMatchObject({
      action: 'events:PutRule',
      resource: arn('rule/orders/r'),
    });
    expect(
      requestOf('PutTargets', { Rule: 'r', Targets: [{ Id: 't', Arn: functionArn }] }),
    ).toMatchObject({
      action: 'events:PutTargets',
      resource: arn('rule/r'),
      conditionKeys: { 'events:TargetArn': [functionArn] },
    });
    expect(requestOf('DeleteEventBus', { Name: 'orders' })).toMatchObject({
      action: 'events:DeleteEventBus',
      resource: arn('event-bus/orders'),
    });
  });

  it('is PutEvents for each entry, with its source and detail type as conditions', async () => {
    const { service } = await startEvents();
    const authorize = service.operations['PutEvents']?.authorize;
    const Entries = [
      { Source: 'app', DetailType: 'one' },
      { Source: 'app', DetailType: 'two', EventBusName: arn('event-bus/orders') },
    ];
    expect(typeof authorize === 'function' ? authorize({ Entries }) : []).toEqual([
      {
        action: 'events:PutEvents',
        resource: arn('event-bus/default'),
        conditionKeys: {
          'events:source': 'app',
          'events:detail-type': 'one',
          'events:eventBusInvocation': 'false',
        },
      },
      {
        action: 'events:PutEvents',
        resource: arn('event-bus/orders'),
        conditionKeys: {
          'events:source': 'app',
          'events:detail-type': 'two',
          'events:eventBusInvocation': 'false',
        },
      },
    ]);
  });
});
