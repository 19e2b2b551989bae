import { describe, expect, it } from '@jest/globals';
import { startOfTestEpochMillis } from '../asl/virtual-timers.ts';
import { definition, echo, machineArn, put, refusal, setUp } from './set-up.ts';
import { executionArn, history, rest, standard, start } from './standard-set-up.ts';

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
