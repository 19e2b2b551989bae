import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { memoryStore, openStore } from '../../../../local/state/store.ts';
import { startOfTestEpochMillis, virtualTimers } from '../asl/virtual-timers.ts';
import { definition, echo, refusal, setUp } from './set-up.ts';
import { executionArn, history, never, rest, standard, start, types } from './standard-set-up.ts';

describe('after the process was killed', () => {
  const work = definition({
    First: {
      Type: 'Task',
      Resource: 'arn:aws:states:::lambda:invoke',
      Arguments: { FunctionName: 'first' },
      Assign: { kept: '{% $states.result.Payload %}' },
      Next: 'Second',
    },
    Second: {
      Type: 'Task',
      Resource: 'arn:aws:states:::lambda:invoke',
      Arguments: { FunctionName: 'second' },
      Output: '{% $kept & $states.result.Payload %}',
      End: true,
    },
  });

  it('goes on behind the last state that ended, and runs the task under way again', async () => {
    const store = memoryStore();
    const timers = virtualTimers();
    const calls: string[] = [];
    const first = await setUp({
      store,
      timers,
      invokeFunction: (name) => {
        calls.push(name);
        return name === 'second' ? never() : Promise.resolve({ payload: 'x' });
      },
    });
    await standard(first.service, work);
    await first.run('StartExecution', start);
    await timers.until(timers.elapse(1));
    expect(calls).toEqual(['first', 'second']);

    const next = await setUp({
      store,
      timers,
      invokeFunction: (name) => {
        calls.push(name);
        return Promise.resolve({ payload: 'y' });
      },
    });
    next.service.resume();
    await timers.until(timers.elapse(1));

    expect(calls).toEqual(['first', 'second', 'second']);
    expect(await next.run('DescribeExecution', { executionArn })).toMatchObject({
      status: 'SUCCEEDED',
      output: '"xy"',
    });
    expect(await types(next.run)).toEqual([
      'ExecutionStarted',
      ...['TaskStateEntered', 'TaskScheduled', 'TaskStarted', 'TaskSucceeded', 'TaskStateExited'],
      ...['TaskStateEntered', 'TaskScheduled', 'TaskStarted'],
      ...['TaskScheduled', 'TaskStarted', 'TaskSucceeded', 'TaskStateExited'],
      'ExecutionSucceeded',
    ]);
    expect((await history(next.run)).map(({ id }) => id)).toEqual(
      Array.from({ length: 14 }, (_, index) => index + 1),
    );
  });

  it.each([
    ['enter', 'First'],
    ['exit', 'First'],
    ['enter', 'Second'],
    ['exit', 'Second'],
  ])('tells no state twice that was cut off at the %s of %s', async (when, where) => {
    const store = memoryStore();
    const timers = virtualTimers();
    const invokeFunction = () => Promise.resolve({ payload: 'x' });
    const first = await setUp({
      store,
      timers,
      invokeFunction,
      pause: (state, at) => (state === where && at === when ? never() : Promise.resolve()),
    });
    await standard(first.service, work);
    await first.run('StartExecution', start);
    await timers.until(timers.elapse(1));

    const next = await setUp({ store, timers, invokeFunction });
    next.service.resume();
    await timers.until(timers.elapse(1));
    const task = ['Entered', 'Exited'].map((end) => `TaskState${end}`);
    expect(
      (await types(next.run)).filter((type) => !/^Task[^S]|^TaskS[^t]|Started$/.test(type)),
    ).toEqual([...task, ...task, 'ExecutionSucceeded']);
  });

  it('finds on disk what it needs', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'states-'));
    const timers = virtualTimers();
    const store = await openStore(directory);
    const first = await setUp({
      store,
      timers,
      invokeFunction: (name) => (name === 'second' ? never() : Promise.resolve({ payload: 'x' })),
    });
    await standard(first.service, work);
    await first.run('StartExecution', start);
    const told = async (): Promise<string[]> => types(first.run);
    while ((await told()).length < 9) await timers.until(timers.elapse(1));
    await store.close();

    const reopened = await openStore(directory);
    const next = await setUp({
      store: reopened,
      timers,
      invokeFunction: () => Promise.resolve({ payload: 'y' }),
    });
    next.service.resume();
    const status = async () => (await next.run('DescribeExecution', { executionArn }))['status'];
    while ((await status()) === 'RUNNING') await timers.until(timers.elapse(1));
    expect(await next.run('DescribeExecution', { executionArn })).toMatchObject({ output: '"xy"' });
    expect(await types(next.run)).toHaveLength(14);
    await reopened.close();
    await rm(directory, { recursive: true });
  });

  it('a Wait ends when it would have ended', async () => {
    const store = memoryStore();
    const timers = virtualTimers();
    const first = await setUp({ store, timers });
    await standard(first.service, rest(60));
    await first.run('StartExecution', start);
    await timers.until(timers.elapse(20_000));
    await first.service.close();
    await timers.until(timers.elapse(20_000));

    const next = await setUp({ store, timers });
    expect(await next.run('DescribeExecution', { executionArn })).toMatchObject({
      status: 'RUNNING',
    });
    next.service.resume();
    await timers.until(timers.elapse(30_000));
    expect(await next.run('DescribeExecution', { executionArn })).toMatchObject({
      status: 'SUCCEEDED',
      stopDate: startOfTestEpochMillis / 1_000 + 60,
    });
    expect(await types(next.run)).toEqual([
      'ExecutionStarted',
      'WaitStateEntered',
      'WaitStateExited',
      'ExecutionSucceeded',
    ]);
  });

  it('times out by the time that it began', async () => {
    const store = memoryStore();
    const timers = virtualTimers();
    const first = await setUp({ store, timers });
    const text = definition(
      { Rest: { Type: 'Wait', Seconds: 600, End: true } },
      { TimeoutSeconds: 60 },
    );
    await standard(first.service, text);
    await first.run('StartExecution', start);
    await timers.until(timers.elapse(20_000));
    await first.service.close();

    const next = await setUp({ store, timers });
    next.service.resume();
    await timers.until(timers.elapse(100_000));
    expect(await next.run('DescribeExecution', { executionArn })).toMatchObject({
      status: 'TIMED_OUT',
      stopDate: startOfTestEpochMillis / 1_000 + 60,
    });
  });

  it('goes on with the definition that it began with', async () => {
    const store = memoryStore();
    const timers = virtualTimers();
    const first = await setUp({ store, timers });
    await standard(first.service, rest(60));
    await first.run('StartExecution', start);
    await standard(first.service, echo);
    await timers.until(timers.elapse(1));
    await first.service.close();

    const next = await setUp({ store, timers });
    next.service.resume();
    await timers.until(timers.elapse(61_000));
    expect(await next.run('DescribeExecution', { executionArn })).toMatchObject({
      output: '{"a":1}',
    });
  });

  it('frees a name 90 days after its execution', async () => {
    const store = memoryStore();
    const timers = virtualTimers();
    const first = await setUp({ store, timers });
    await standard(first.service, echo);
    await first.run('StartExecution', start);
    await timers.until(timers.elapse(90 * 86_400_000));

    const next = await setUp({ store, timers });
    next.service.resume();
    await timers.until(timers.elapse(1));
    expect(await refusal(next.run('DescribeExecution', { executionArn }))).toMatchObject({
      code: 'ExecutionDoesNotExist',
    });
  });
});
