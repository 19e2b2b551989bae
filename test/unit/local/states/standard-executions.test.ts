import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { memoryStore, openStore } from '../../../../local/state/store.ts';
import { startOfTestEpochMillis, virtualTimers } from '../asl/virtual-timers.ts';
import type { StatesService } from '../../../../local/services/states/service.ts';
import { definition, echo, machineArn, put, refusal, setUp } from './set-up.ts';

const executionArn = 'arn:aws:states:us-east-1:123456789012:execution:issue:one';
const standard = (service: StatesService, text: string) => put(service, text, { type: 'STANDARD' });
const rest = (seconds: number): string =>
  definition({ Rest: { Type: 'Wait', Seconds: seconds, End: true } });
const start = { stateMachineArn: machineArn, name: 'one', input: '{"a":1}' };
type Run = Awaited<ReturnType<typeof setUp>>['run'];

const history = async (run: Run, changes: Record<string, unknown> = {}) => {
  const { events } = await run('GetExecutionHistory', { executionArn, ...changes });
  return events as { type: string; id: number; previousEventId: number }[];
};
const types = async (run: Run): Promise<string[]> => (await history(run)).map(({ type }) => type);
const never = (): Promise<never> => new Promise(() => undefined);

describe('a standard execution', () => {
  it('is told by its name, with its input, output and times', async () => {
    const { run, service, timers } = await setUp();
    await standard(service, rest(5));
    expect(await run('StartExecution', start)).toEqual({
      executionArn,
      startDate: startOfTestEpochMillis / 1_000,
    });
    expect(await run('DescribeExecution', { executionArn })).toMatchObject({
      status: 'RUNNING',
      input: '{"a":1}',
      stateMachineArn: machineArn,
    });
    await timers.until(timers.elapse(6_000));

    expect(await run('DescribeExecution', { executionArn })).toMatchObject({
      status: 'SUCCEEDED',
      output: '{"a":1}',
      stopDate: startOfTestEpochMillis / 1_000 + 5,
    });
    const bare = await run('DescribeExecution', { executionArn, includedData: 'METADATA_ONLY' });
    expect(bare).not.toHaveProperty('input');
    expect(bare).toMatchObject({ outputDetails: { included: false } });
  });

  it('is the same one for the same name and input while it runs, and a conflict otherwise', async () => {
    const { run, service, timers } = await setUp();
    await standard(service, rest(5));
    const first = await run('StartExecution', start);

    expect(await run('StartExecution', { ...start, input: '{ "a": 1 }' })).toEqual(first);
    const conflict = { code: 'ExecutionAlreadyExists', statusCode: 400 };
    const other = run('StartExecution', { ...start, input: '{}' });
    expect(await refusal(other)).toMatchObject(conflict);
    await timers.until(timers.elapse(6_000));
    expect(await refusal(run('StartExecution', start))).toMatchObject(conflict);
  });

  it('keeps its history, in pages and in either order', async () => {
    const { run, service, timers } = await setUp();
    await standard(
      service,
      definition({
        First: { Type: 'Pass', Assign: { mine: 'x' }, Next: 'Last' },
        Last: { Type: 'Succeed', Output: '{% $mine %}' },
      }),
    );
    await run('StartExecution', start);
    await timers.until(timers.elapse(1));
    const all = await history(run);

    expect(all.map(({ id, previousEventId, type }) => [id, previousEventId, type])).toEqual([
      [1, 0, 'ExecutionStarted'],
      [2, 0, 'PassStateEntered'],
      [3, 2, 'PassStateExited'],
      [4, 3, 'SucceedStateEntered'],
      [5, 4, 'SucceedStateExited'],
      [6, 5, 'ExecutionSucceeded'],
    ]);
    expect(all[2]).toMatchObject({
      stateExitedEventDetails: {
        name: 'First',
        output: '{"a":1}',
        assignedVariables: { mine: '"x"' },
      },
    });
    expect(await history(run, { reverseOrder: true })).toEqual([...all].reverse());
    expect(JSON.stringify(await history(run, { includeExecutionData: false }))).not.toContain(
      '{\\"a',
    );

    const page = await run('GetExecutionHistory', { executionArn, maxResults: 4 });
    const { nextToken } = page;
    expect(page['events']).toEqual(all.slice(0, 4));
    expect(await history(run, { maxResults: 4, nextToken })).toEqual(all.slice(4));
    expect(
      await refusal(run('GetExecutionHistory', { executionArn, reverseOrder: true, nextToken })),
    ).toMatchObject({ code: 'InvalidToken' });
  });

  it('is stopped with the error and cause of who stops it', async () => {
    const { run, service } = await setUp();
    await standard(service, rest(50));
    await run('StartExecution', start);
    const stopped = await run('StopExecution', { executionArn, error: 'Enough', cause: 'why' });

    expect(stopped).toEqual({ stopDate: startOfTestEpochMillis / 1_000 });
    expect(await run('DescribeExecution', { executionArn })).toMatchObject({
      status: 'ABORTED',
      error: 'Enough',
      cause: 'why',
    });
    expect((await history(run)).at(-1)).toMatchObject({
      type: 'ExecutionAborted',
      executionAbortedEventDetails: { error: 'Enough', cause: 'why' },
    });
    expect(await run('StopExecution', { executionArn, error: 'Again' })).toEqual(stopped);
    expect(await run('DescribeExecution', { executionArn })).toMatchObject({ error: 'Enough' });
  });

  it('is listed, newest first, by status and in pages', async () => {
    const { run, service, timers } = await setUp();
    await standard(service, rest(5));
    for (const name of ['a', 'b', 'c']) {
      await run('StartExecution', { ...start, name });
      await timers.until(timers.elapse(2_000));
    }
    const names = async (changes: Record<string, unknown>) => {
      const answer = await run('ListExecutions', { stateMachineArn: machineArn, ...changes });
      return [
        (answer['executions'] as { name: string }[]).map(({ name }) => name),
        answer['nextToken'],
      ];
    };

    expect(await names({})).toEqual([['c', 'b', 'a'], undefined]);
    expect(await names({ statusFilter: 'SUCCEEDED' })).toEqual([['a'], undefined]);
    const [first, nextToken] = await names({ maxResults: 2 });
    expect(first).toEqual(['c', 'b']);
    expect(await names({ maxResults: 2, nextToken })).toEqual([['a'], undefined]);
  });

  it.each([
    ['DescribeExecution', { executionArn: 'one' }, 'InvalidArn', "Invalid Arn: 'one'"],
    [
      'DescribeExecution',
      { executionArn: executionArn.replace(':execution:', ':express:') },
      'InvalidArn',
      "Invalid Arn: 'Resource type not valid in this context: express'",
    ],
    [
      'GetExecutionHistory',
      { executionArn },
      'ExecutionDoesNotExist',
      `Execution Does Not Exist: '${executionArn}'`,
    ],
    ['StopExecution', { executionArn }, 'ExecutionDoesNotExist', expect.any(String)],
    ['ListExecutions', {}, 'ValidationException', expect.any(String)],
    [
      'ListExecutions',
      { stateMachineArn: `${machineArn}2` },
      'StateMachineDoesNotExist',
      expect.any(String),
    ],
    [
      'StartSyncExecution',
      { stateMachineArn: machineArn },
      'StateMachineTypeNotSupported',
      expect.any(String),
    ],
  ])('%s of %j is refused with %s', async (operation, input, code, message) => {
    const { run, service } = await setUp();
    await standard(service, echo);
    const error = await refusal(run(operation, input));

    expect({ code: error.code, message: error.message }).toEqual({ code, message });
  });

  it('has no list where its machine is an express workflow', async () => {
    const { run, service } = await setUp();
    await put(service, echo);

    expect(await refusal(run('ListExecutions', { stateMachineArn: machineArn }))).toMatchObject({
      code: 'StateMachineTypeNotSupported',
    });
  });
});

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

describe('a distributed Map', () => {
  const each = (type: string) =>
    definition({
      Each: {
        Type: 'Map',
        MaxConcurrency: 1,
        ItemProcessor: {
          ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: type },
          StartAt: 'Work',
          States: {
            Work: {
              Type: 'Task',
              Resource: 'arn:aws:states:::lambda:invoke',
              Arguments: { FunctionName: 'work', Payload: '{% $states.input %}' },
              Output: '{% $states.result.Payload %}',
              End: true,
            },
          },
        },
        End: true,
      },
    });
  const mapRunOf = async (run: Run): Promise<string> => {
    const begun = (await history(run)).find(({ type }) => type === 'MapRunStarted');
    return (begun as unknown as { mapRunStartedEventDetails: { mapRunArn: string } })
      .mapRunStartedEventDetails.mapRunArn;
  };

  it.each(['STANDARD', 'EXPRESS'])(
    'runs no %s child again that ended before the kill',
    async (type) => {
      const store = memoryStore();
      const timers = virtualTimers();
      const calls: unknown[] = [];
      const first = await setUp({
        store,
        timers,
        invokeFunction: (_, payload) => {
          calls.push(payload);
          return payload === 2 ? never() : Promise.resolve({ payload });
        },
      });
      await standard(first.service, each(type));
      await first.run('StartExecution', { ...start, input: '[1,2,3]' });
      await timers.until(timers.elapse(1));
      expect(calls).toEqual([1, 2]);

      const next = await setUp({
        store,
        timers,
        invokeFunction: (_, payload) => {
          calls.push(payload);
          return Promise.resolve({ payload });
        },
      });
      next.service.resume();
      await timers.until(timers.elapse(1));
      expect(calls).toEqual([1, 2, 2, 3]);
      expect(await next.run('DescribeExecution', { executionArn })).toMatchObject({
        output: '[1,2,3]',
      });
      const mapRunArn = await mapRunOf(next.run);
      expect(mapRunArn).toMatch(/^arn:aws:states:us-east-1:123456789012:mapRun:issue\/Each:/);
      const { executions } = await next.run('ListExecutions', { mapRunArn });
      expect(executions).toHaveLength(type === 'STANDARD' ? 3 : 0);
    },
  );

  it('aborts its children when its execution is stopped', async () => {
    const { run, service, timers } = await setUp({ invokeFunction: never });
    await standard(service, each('STANDARD'));
    await run('StartExecution', { ...start, input: '[1,2]' });
    await timers.until(timers.elapse(1));
    await run('StopExecution', { executionArn });
    await timers.until(timers.elapse(1));

    const { executions } = await run('ListExecutions', { mapRunArn: await mapRunOf(run) });
    expect(executions).toMatchObject([{ status: 'ABORTED' }]);
    expect((await types(run)).slice(-2)).toEqual(['MapRunAborted', 'ExecutionAborted']);
  });

  it('reads and writes S3 as the machine’s role', async () => {
    const written: Record<string, unknown> = {};
    const seen: string[] = [];
    const { run, service, timers } = await setUp({
      invokeFunction: (_, payload) => Promise.resolve({ payload }),
      call: (name, operation, input, { principal }) => {
        seen.push(`${name}:${operation} ${principal.arn}`);
        if (operation === 'GetObject') return Promise.resolve({ Body: Buffer.from('[7,8]') });
        written[String(input['Key'])] = JSON.parse(String(input['Body']));
        return Promise.resolve({});
      },
    });
    const machine = JSON.parse(each('EXPRESS')) as { States: { Each: Record<string, unknown> } };
    machine.States.Each['ItemReader'] = {
      Resource: 'arn:aws:states:::s3:getObject',
      Arguments: { Bucket: 'in', Key: 'k' },
      ReaderConfig: { InputType: 'JSON' },
    };
    machine.States.Each['ResultWriter'] = {
      Resource: 'arn:aws:states:::s3:putObject',
      Arguments: { Bucket: 'out', Prefix: 'p' },
      WriterConfig: { Transformation: 'COMPACT' },
    };
    await standard(service, JSON.stringify(machine));
    await run('StartExecution', start);
    await timers.until(timers.elapse(1));

    expect(seen[0]).toBe('s3:GetObject arn:aws:iam::123456789012:assumed-role/machine/one');
    const { output } = await run('DescribeExecution', { executionArn });
    const manifest = JSON.parse(String(output)) as { ResultWriterDetails: { Key: string } };
    const { Key } = manifest.ResultWriterDetails;
    expect(written[Key]).toMatchObject({ DestinationBucket: 'out' });
    expect(written[Key.replace('manifest', 'SUCCEEDED_0')]).toEqual([7, 8]);
  });
});
