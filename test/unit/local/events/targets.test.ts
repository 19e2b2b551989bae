import { describe, expect, it } from '@jest/globals';
import { functionArn, otherFunctionArn, startEvents } from './support.ts';

const pattern = '{"source":["app"]}';

describe('targets', () => {
  it('are put, replaced by id, listed and removed', async () => {
    const { call, rule } = await startEvents();
    await rule('r', 'app');
    const targets = [
      { Id: 'r', Arn: otherFunctionArn, RetryPolicy: { MaximumRetryAttempts: 0 } },
      { Id: 's', Arn: functionArn, DeadLetterConfig: { Arn: 'arn:aws:sqs:us-east-1:1:q' } },
    ];
    expect(await call('PutTargets', { Rule: 'r', Targets: targets })).toEqual({
      FailedEntryCount: 0,
      FailedEntries: [],
    });
    expect(await call('ListTargetsByRule', { Rule: 'r' })).toEqual({ Targets: targets });
    const page = await call('ListTargetsByRule', { Rule: 'r', Limit: 1 });
    expect(page['Targets']).toHaveLength(1);
    expect(
      (await call('ListTargetsByRule', { Rule: 'r', NextToken: page['NextToken'] }))['Targets'],
    ).toMatchObject([{ Id: 's' }]);
    await call('RemoveTargets', { Rule: 'r', Ids: ['r', 's'] });
    expect(await call('ListTargetsByRule', { Rule: 'r' })).toEqual({ Targets: [] });
  });

  it('are at most five', async () => {
    const { call, refusal, rule } = await startEvents();
    await rule('r', 'app');
    const more = (count: number) => ({
      Rule: 'r',
      Targets: Array.from({ length: count }, (_, index) => ({
        Id: String(index),
        Arn: functionArn,
      })),
    });
    expect(await refusal('PutTargets', more(5))).toMatchObject({ code: 'LimitExceededException' });
    await call('PutTargets', more(4));
  });

  const valid = { Id: 't', Arn: functionArn };
  const machineArn = 'arn:aws:states:us-east-1:123456789012:stateMachine:m';
  it.each([
    ['no id', { Arn: functionArn }, 'ValidationException'],
    ['no ARN', { Id: 't', Arn: 'audit' }, 'ValidationException'],
    ['two inputs', { ...valid, Input: '{}', InputPath: '$' }, 'ValidationException'],
    ['an input that is no JSON', { ...valid, Input: '{' }, 'ValidationException'],
    ['an input path that is none', { ...valid, InputPath: 'detail' }, 'ValidationException'],
    [
      'a placeholder without a path',
      { ...valid, InputTransformer: { InputTemplate: '"<a>"' } },
      'ValidationException',
    ],
    [
      'a reserved variable',
      { ...valid, InputTransformer: { InputPathsMap: { aws: '$' }, InputTemplate: '"<aws>"' } },
      'ValidationException',
    ],
    ['a machine without a role', { ...valid, Arn: machineArn }, 'ValidationException'],
    [
      'too many retries',
      { ...valid, RetryPolicy: { MaximumRetryAttempts: 186 } },
      'ValidationException',
    ],
    [
      'a queue that keeps an order',
      { ...valid, Arn: 'arn:aws:sqs:us-east-1:123456789012:q.fifo' },
      'NotImplemented',
    ],
    ['parameters of ECS', { ...valid, EcsParameters: {} }, 'NotImplemented'],
  ])('with %s is refused', async (_what, target, code) => {
    const { refusal, call } = await startEvents();
    await call('PutRule', { Name: 'r', EventPattern: pattern });
    expect(await refusal('PutTargets', { Rule: 'r', Targets: [target] })).toMatchObject({ code });
  });

  it.each([
    ['PutTargets', { Targets: [valid] }],
    ['RemoveTargets', { Ids: ['t'] }],
    ['ListTargetsByRule', {}],
  ])('%s needs the rule', async (operation, input) => {
    const { refusal } = await startEvents();
    expect(await refusal(operation, { Rule: 'gone', ...input })).toMatchObject({
      code: 'ResourceNotFoundException',
    });
  });
});

describe('TestEventPattern', () => {
  const event = {
    id: '1',
    account: '123456789012',
    source: 'app',
    time: '2026-11-21T10:00:00Z',
    region: 'us-east-1',
    resources: [],
    'detail-type': 'test',
    detail: { n: 1 },
  };
  it('says whether the event matches', async () => {
    const { call } = await startEvents();
    const result = async (EventPattern: string): Promise<unknown> =>
      (await call('TestEventPattern', { EventPattern, Event: JSON.stringify(event) }))['Result'];
    expect(await result('{"detail":{"n":[{"numeric":[">",0]}]}}')).toBe(true);
    expect(await result('{"detail":{"n":[2]}}')).toBe(false);
  });

  it.each(Object.keys(event).filter((name) => name !== 'detail' && name !== 'resources'))(
    'refuses an event without %s',
    async (name) => {
      const { refusal } = await startEvents();
      const Event = JSON.stringify({ ...event, [name]: undefined });
      expect(await refusal('TestEventPattern', { EventPattern: pattern, Event })).toMatchObject({
        code: 'ValidationException',
      });
    },
  );

  it.each([
    ['{', pattern, 'ValidationException'],
    ['[]', pattern, 'ValidationException'],
    [JSON.stringify(event), '{', 'InvalidEventPatternException'],
  ])('refuses %s with the pattern %s', async (Event, EventPattern, code) => {
    const { refusal } = await startEvents();
    expect(await refusal('TestEventPattern', { EventPattern, Event })).toMatchObject({ code });
  });
});
