import { describe, expect, it } from '@jest/globals';
import { AwsError } from '../../../../local/aws.ts';
import { memoryStore } from '../../../../local/state/store.ts';
import { startEvents } from './support.ts';

// One file, though long: its stories share one bus and its targets.

const seen = (delivered: readonly { readonly payload: string }[]): unknown[] =>
  delivered.map(({ payload }) => JSON.parse(payload) as unknown);

describe('PutEvents', () => {
  it('gives each accepted entry an id and the targets the whole event', async () => {
    const { rule, send, service, delivered } = await startEvents();
    await rule('r', 'app');
    const answer = await send('app', { n: 1 }, { Resources: ['arn:x'] });
    await service.settled();
    const [{ EventId }] = answer['Entries'] as [{ EventId: string }];
    expect(answer).toEqual({ FailedEntryCount: 0, Entries: [{ EventId }] });
    expect(seen(delivered)).toEqual([
      {
        version: '0',
        id: EventId,
        'detail-type': 'test',
        source: 'app',
        account: '123456789012',
        time: '2026-11-21T10:00:00Z',
        region: 'us-east-1',
        resources: ['arn:x'],
        detail: { n: 1 },
      },
    ]);
  });

  it('takes the given time, and leaves large numbers as they are', async () => {
    const { rule, call, service, delivered } = await startEvents();
    await rule('r', 'app');
    const Detail = '{"n":9007199254740993}';
    await call('PutEvents', {
      Entries: [{ Source: 'app', DetailType: 't', Detail, Time: 1_700_000_000 }],
    });
    await service.settled();
    expect(delivered[0]?.payload).toContain('"time":"2023-11-14T22:13:20Z"');
    expect(delivered[0]?.payload).toContain(`"detail":${Detail}`);
  });

  it.each([
    [{ DetailType: 't', Detail: '{}' }, 'InvalidArgument'],
    [{ Source: 's', Detail: '{}' }, 'InvalidArgument'],
    [{ Source: 's', DetailType: 't' }, 'InvalidArgument'],
    [{ Source: 's', DetailType: 't', Detail: '{' }, 'MalformedDetail'],
    [{ Source: 's', DetailType: 't', Detail: '[1]' }, 'MalformedDetail'],
    [{ Source: 'aws.ec2', DetailType: 't', Detail: '{}' }, 'NotAuthorizedForSourceException'],
  ])('fails the entry %j with %s and takes the others', async (entry, ErrorCode) => {
    const { call } = await startEvents();
    const good = { Source: 's', DetailType: 't', Detail: '{}' };
    expect(await call('PutEvents', { Entries: [good, entry, good] })).toMatchObject({
      FailedEntryCount: 1,
      Entries: [
        { EventId: expect.any(String) as unknown },
        { ErrorCode, ErrorMessage: expect.any(String) as unknown },
        { EventId: expect.any(String) as unknown },
      ],
    });
  });

  it('refuses none and more than ten entries, and more than 256 KB in all', async () => {
    const { call, refusal } = await startEvents();
    const entry = { Source: 's', DetailType: 't', Detail: '{}' };
    const entries = (count: number) => Array.from({ length: count }, () => entry);
    expect(await refusal('PutEvents', { Entries: [] })).toMatchObject({
      code: 'ValidationException',
    });
    expect(await refusal('PutEvents', { Entries: entries(11) })).toMatchObject({
      code: 'ValidationException',
    });
    await call('PutEvents', { Entries: entries(10) });
    const sized = (bytes: number) => ({
      Entries: [{ ...entry, Detail: JSON.stringify({ x: 'é'.repeat((bytes - 10) / 2) }) }],
    });
    await call('PutEvents', sized(256 * 1024));
    expect(await refusal('PutEvents', sized(256 * 1024 + 2))).toMatchObject({
      code: 'ValidationException',
      message: 'Total size of the entries in the request is over the limit.',
    });
  });

  it('answers 501 to global endpoints', async () => {
    const { refusal } = await startEvents();
    expect(await refusal('PutEvents', { EndpointId: 'a.b', Entries: [] })).toMatchObject({
      statusCode: 501,
    });
  });

  it('reaches only enabled rules that match, of the entry’s bus', async () => {
    const { rule, call, send, service, attempts } = await startEvents();
    await call('CreateEventBus', { Name: 'orders' });
    await rule('on', 'app');
    await rule('off', 'app');
    await rule('else', 'other');
    await rule('orders', 'app', {}, 'orders');
    await call('DisableRule', { Name: 'off' });
    await send('app');
    await service.settled();
    expect(attempts).toEqual(['on']);
    await send('app', {}, { EventBusName: 'orders' });
    await send('app', {}, { EventBusName: 'unknown' });
    await service.settled();
    expect(attempts).toEqual(['on', 'orders']);
  });

  it('carries events of AWS services that the twin publishes itself', async () => {
    const { rule, service, delivered } = await startEvents();
    await rule('r', 'aws.states');
    await service.publish({
      source: 'aws.states',
      detailType: 'Step Functions Execution Status Change',
      detail: { status: 'RUNNING' },
      resources: ['arn:execution'],
    });
    await service.settled();
    expect(seen(delivered)).toMatchObject([
      { source: 'aws.states', detail: { status: 'RUNNING' } },
    ]);
  });
});

describe('delivery', () => {
  it('is in the order of acceptance for each target, though one fails between', async () => {
    const failed = new Set<string>();
    const { rule, send, timers, delivered } = await startEvents({
      deliver: ({ payload, target }) => {
        if (target.Id !== 'slow' || !payload.includes('"n":1') || failed.has(payload)) return;
        failed.add(payload);
        throw new Error('not now');
      },
    });
    await rule('slow', 'app');
    await rule('fast', 'app');
    for (const n of [0, 1, 2]) await send('app', { n });
    await timers.advance(0);
    const numbers = (id: string) =>
      delivered
        .filter(({ target }) => target.Id === id)
        .map(({ payload }) => (JSON.parse(payload) as { detail: { n: number } }).detail.n);
    expect(numbers('fast')).toEqual([0, 1, 2]);
    expect(numbers('slow')).toEqual([0]);
    await timers.advance(1_000);
    expect(numbers('slow')).toEqual([0, 1, 2]);
  });

  it.each([
    [undefined, 4],
    [{ MaximumRetryAttempts: 0 }, 1],
    [{ MaximumRetryAttempts: 6 }, 7],
  ])('with the policy %j is tried %i times, then handed to the hook', async (policy, times) => {
    const { rule, send, timers, attempts, letters, log } = await startEvents({
      deliver: () => {
        throw new AwsError('ServiceException', 'down', { statusCode: 500 });
      },
    });
    await rule('r', 'app', policy === undefined ? {} : { RetryPolicy: policy });
    await send('app');
    await timers.advance(120_000);
    expect(attempts).toHaveLength(times);
    expect(letters).toMatchObject([
      {
        attempts: times,
        errorCode: 'ServiceException',
        exhaustedRetryCondition: 'MaximumRetryAttempts',
      },
    ]);
    expect(log).toHaveLength(1);
    expect(timers.waiting()).toBe(0);
  });

  it('is given up when the event is too old', async () => {
    const { rule, send, timers, letters } = await startEvents({
      deliver: () => {
        throw new Error('down');
      },
    });
    await rule('r', 'app', {
      RetryPolicy: { MaximumRetryAttempts: 185, MaximumEventAgeInSeconds: 60 },
    });
    await send('app');
    await timers.advance(200_000);
    expect(letters).toMatchObject([{ exhaustedRetryCondition: 'MaximumEventAgeInSeconds' }]);
  });

  it('is not tried again when the target is gone or forbidden', async () => {
    const { rule, send, timers, attempts, letters } = await startEvents({
      deliver: () => {
        throw new AwsError('ResourceNotFoundException', 'gone', { statusCode: 404 });
      },
    });
    await rule('r', 'app');
    await send('app');
    await timers.advance(60_000);
    expect(attempts).toHaveLength(1);
    expect(letters).toMatchObject([{ exhaustedRetryCondition: null }]);
  });

  it('waits for the start, when the targets are there', async () => {
    const { rule, send, service, timers, delivered } = await startEvents({ isStarted: false });
    await rule('r', 'app');
    await send('app');
    await timers.advance(1_000);
    expect(delivered).toHaveLength(0);
    service.start();
    await service.settled();
    expect(delivered).toHaveLength(1);
  });

  it('under way does not hold up the end, and is made again after the next start', async () => {
    const store = memoryStore();
    const first = await startEvents({ store, deliver: () => new Promise(() => undefined) });
    await first.rule('r', 'app');
    await first.send('app');
    await first.timers.advance(0);
    expect(first.attempts).toHaveLength(1);
    await first.service.close();
    const second = await startEvents({ store });
    await second.service.settled();
    expect(second.delivered).toHaveLength(1);
  });

  it('that never started ends with the service, and is not lost', async () => {
    const store = memoryStore();
    const first = await startEvents({ store, isStarted: false });
    await first.rule('r', 'app');
    await first.send('app');
    await first.service.close();
    expect(first.delivered).toHaveLength(0);
    const second = await startEvents({ store });
    await second.service.settled();
    expect(second.delivered).toHaveLength(1);
  });

  it('that was not finished is made after the next start, and not again after that', async () => {
    const store = memoryStore();
    const first = await startEvents({
      store,
      deliver: () => {
        throw new Error('down');
      },
    });
    await first.rule('r', 'app');
    await first.send('app', { n: 1 });
    await first.send('app', { n: 2 });
    await first.service.close();
    expect(first.delivered).toEqual([]);
    const second = await startEvents({ store });
    await second.service.settled();
    expect(seen(second.delivered)).toMatchObject([{ detail: { n: 1 } }, { detail: { n: 2 } }]);
    const third = await startEvents({ store });
    await third.service.settled();
    expect(third.delivered).toEqual([]);
  });
});
