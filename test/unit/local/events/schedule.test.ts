import { describe, expect, it } from '@jest/globals';
import { scheduleOf } from '../../../../local/services/events/schedule.ts';
import { functionArn, startEvents } from './support.ts';

const nextOf = (expression: string, after: string): string | null => {
  const next = scheduleOf(expression)?.nextAfter(Date.parse(after)) ?? null;
  return next === null ? null : new Date(next).toISOString();
};

describe('a schedule', () => {
  const saturday = '2026-11-21T10:00:00.000Z';
  it.each([
    ['rate(1 minute)', '2026-11-21T10:01:00.000Z'],
    ['rate(5 hours)', '2026-11-21T15:00:00.000Z'],
    ['rate(7 days)', '2026-11-28T10:00:00.000Z'],
    ['cron(0 10 * * ? *)', '2026-11-22T10:00:00.000Z'],
    ['cron(15 12 * * ? *)', '2026-11-21T12:15:00.000Z'],
    ['cron(0 18 ? * MON-FRI *)', '2026-11-23T18:00:00.000Z'],
    ['cron(0 8 1 * ? *)', '2026-12-01T08:00:00.000Z'],
    ['cron(0/15 * * * ? *)', '2026-11-21T10:15:00.000Z'],
    ['cron(0/5 8-9 ? * 2,4 *)', '2026-11-23T08:00:00.000Z'],
    ['cron(0 0 L * ? *)', '2026-11-30T00:00:00.000Z'],
    ['cron(0 0 15W 5 ? 2027)', '2027-05-14T00:00:00.000Z'],
    ['cron(0 0 1W 5 ? 2027)', '2027-05-03T00:00:00.000Z'],
    ['cron(0 0 LW 2 ? 2027)', '2027-02-26T00:00:00.000Z'],
    ['cron(0 0 ? * 3#2 *)', '2026-12-08T00:00:00.000Z'],
    ['cron(0 0 ? * FRIL *)', '2026-11-27T00:00:00.000Z'],
    ['cron(0 0 ? * L *)', '2026-11-28T00:00:00.000Z'],
    ['cron(0 0 29 FEB ? *)', '2028-02-29T00:00:00.000Z'],
    ['cron(0 0 1 1 ? 2020-2021)', null],
  ])('%s after Saturday, 10:00 is %s', (expression, next) => {
    expect(nextOf(expression, saturday)).toBe(next);
  });

  it.each([
    'rate(0 minutes)',
    'rate(1 minutes)',
    'rate(2 minute)',
    'rate(1 second)',
    'rate(1.5 hours)',
    'cron(0 10 * * * *)',
    'cron(0 10 ? * ? *)',
    'cron(0 10 * * ?)',
    'cron(60 10 * * ? *)',
    'cron(0 24 * * ? *)',
    'cron(0 0 0 * ? *)',
    'cron(0 0 32 * ? *)',
    'cron(0 0 1 13 ? *)',
    'cron(0 0 ? * 8 *)',
    'cron(0 0 ? * MON#6 *)',
    'cron(5-1 0 * * ? *)',
    'cron(*/0 0 * * ? *)',
    'cron(a 0 * * ? *)',
    'every minute',
    '',
  ])('%j is none', (expression) => {
    expect(scheduleOf(expression)).toBeNull();
  });

  it('sends an event of AWS’s own while its rule is enabled', async () => {
    const { call, timers, delivered } = await startEvents();
    await call('PutRule', { Name: 'tick', ScheduleExpression: 'cron(0/1 * * * ? *)' });
    await call('PutTargets', { Rule: 'tick', Targets: [{ Id: 't', Arn: functionArn }] });
    await timers.advance(180_000);
    expect(delivered.map(({ payload }) => JSON.parse(payload) as unknown)).toMatchObject(
      ['10:01', '10:02', '10:03'].map((time) => ({
        source: 'aws.events',
        'detail-type': 'Scheduled Event',
        time: `2026-11-21T${time}:00Z`,
        resources: ['arn:aws:events:us-east-1:123456789012:rule/tick'],
        detail: {},
      })),
    );
    await call('DisableRule', { Name: 'tick' });
    expect(timers.waiting()).toBe(0);
    await call('EnableRule', { Name: 'tick' });
    await timers.advance(60_000);
    expect(delivered).toHaveLength(4);
    await call('RemoveTargets', { Rule: 'tick', Ids: ['t'] });
    await call('DeleteRule', { Name: 'tick' });
    expect(timers.waiting()).toBe(0);
  });

  it('waits longer than a timer can', async () => {
    const { call, timers, delivered } = await startEvents();
    await call('PutRule', { Name: 'tick', ScheduleExpression: 'rate(60 days)' });
    await call('PutTargets', { Rule: 'tick', Targets: [{ Id: 't', Arn: functionArn }] });
    await timers.advance(59 * 86_400_000);
    expect(delivered).toHaveLength(0);
    await timers.advance(86_400_000);
    expect(delivered).toHaveLength(1);
  });

  it('ends with the service', async () => {
    const { call, timers, service } = await startEvents();
    await call('PutRule', { Name: 'tick', ScheduleExpression: 'rate(1 minute)' });
    expect(timers.waiting()).toBe(1);
    await service.close();
    expect(timers.waiting()).toBe(0);
  });
});
