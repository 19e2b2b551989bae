import { describe, expect, it } from '@jest/globals';
import { AwsError } from '../../../../local/aws.ts';
import { refusal, roleArn, setUp } from './set-up.ts';

const task = {
  QueryLanguage: 'JSONata',
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke',
  Arguments: { FunctionName: 'f', Payload: { a: '{% $states.input.a & $mine %}' } },
  Assign: { got: '{% $states.result.Payload %}' },
  Output: '{% $states.result.Payload.b %}',
  Retry: [{ ErrorEquals: ['Busy'], IntervalSeconds: 2, BackoffRate: 3, MaxAttempts: 2 }],
  Catch: [{ ErrorEquals: ['Bad', 'Busy'], Next: 'Sorry', Output: '{% $states.errorOutput %}' }],
  Next: 'After',
};
const call = {
  definition: JSON.stringify(task),
  input: '{"a":"x"}',
  variables: '{"mine":"y"}',
  inspectionLevel: 'DEBUG',
};
const failing = (error: string) => ({ mock: { errorOutput: { error, cause: 'why' } } });

describe('TestState', () => {
  it('runs a task with the role, and tells what went in and came out', async () => {
    const seen: unknown[] = [];
    const { run } = await setUp({
      invokeFunction: (name, payload, { principal }) => {
        seen.push(name, payload, principal.arn);
        return Promise.resolve({ payload: { b: 1 } });
      },
    });
    const answer = await run('TestState', { ...call, roleArn });

    expect(seen).toEqual([
      'f',
      { a: 'xy' },
      expect.stringContaining('arn:aws:iam::123456789012:assumed-role/machine/'),
    ]);
    expect(answer).toEqual({
      status: 'SUCCEEDED',
      output: '1',
      nextState: 'After',
      inspectionData: {
        input: '{"a":"x"}',
        afterArguments: '{"FunctionName":"f","Payload":{"a":"xy"}}',
        result: '{"ExecutedVersion":"$LATEST","Payload":{"b":1},"StatusCode":200}',
        variables: '{"mine":"y","got":{"b":1}}',
      },
    });
  });

  it('takes a mocked result in the place of the service, and inspects nothing at INFO', async () => {
    const { run } = await setUp();
    const mock = { result: '{"Payload":{"b":2}}' };

    expect(await run('TestState', { ...call, mock, inspectionLevel: 'INFO' })).toEqual({
      status: 'SUCCEEDED',
      output: '2',
      nextState: 'After',
    });
  });

  it('tells which retrier an error meets, and how long it would wait', async () => {
    const { run } = await setUp();
    const stateConfiguration = { retrierRetryCount: 1 };

    expect(
      await run('TestState', { ...call, ...failing('Busy'), stateConfiguration }),
    ).toMatchObject({
      status: 'RETRIABLE',
      error: 'Busy',
      cause: 'why',
      inspectionData: { errorDetails: { retryIndex: 0, retryBackoffIntervalSeconds: 6 } },
    });
  });

  it('tells which catcher an error meets when its retries are used up', async () => {
    const { run } = await setUp();
    const stateConfiguration = { retrierRetryCount: 2 };

    expect(
      await run('TestState', { ...call, ...failing('Busy'), stateConfiguration }),
    ).toMatchObject({
      status: 'CAUGHT_ERROR',
      nextState: 'Sorry',
      output: '{"Error":"Busy","Cause":"why"}',
      inspectionData: { errorDetails: { catchIndex: 0 } },
    });
  });

  it('fails with an error that nothing meets', async () => {
    const { run } = await setUp();

    expect(await run('TestState', { ...call, ...failing('Worse') })).toMatchObject({
      status: 'FAILED',
      error: 'Worse',
    });
    const broken = { ...call, variables: '{}', mock: { result: '1' } };
    expect(await run('TestState', broken)).toMatchObject({
      status: 'FAILED',
      error: 'States.QueryEvaluationError',
    });
  });

  it('finds a state by its name in a branch, and mocks a whole Parallel', async () => {
    const { run } = await setUp();
    const definition = JSON.stringify({
      QueryLanguage: 'JSONata',
      StartAt: 'Both',
      States: {
        Both: {
          Type: 'Parallel',
          Output: '{% $sum($states.result) %}',
          Branches: [
            { StartAt: 'In', States: { In: { Type: 'Pass', Output: 'inner', End: true } } },
          ],
          End: true,
        },
      },
    });

    expect(await run('TestState', { definition, stateName: 'In' })).toEqual({
      status: 'SUCCEEDED',
      output: '"inner"',
    });
    expect(
      await run('TestState', { definition, stateName: 'Both', mock: { result: '[1,2]' } }),
    ).toEqual({ status: 'SUCCEEDED', output: '3' });
    expect(await refusal(run('TestState', { definition, stateName: 'Both' }))).toMatchObject({
      code: 'ValidationException',
    });
  });

  it('chooses, and reads the context that it is given with a mock', async () => {
    const { run } = await setUp();
    const choice = {
      QueryLanguage: 'JSONata',
      Type: 'Choice',
      Choices: [{ Condition: '{% $states.input.a > 1 %}', Next: 'Big' }],
      Default: 'Small',
    };
    const definition = JSON.stringify(choice);

    expect(await run('TestState', { definition, input: '{"a":2}' })).toMatchObject({
      nextState: 'Big',
    });
    expect(await run('TestState', { definition, input: '{"a":0}' })).toMatchObject({
      nextState: 'Small',
    });
    const named = { ...task, Output: '{% $states.context.Execution.Name %}' };
    const context = '{"Execution":{"Name":"mine"}}';
    const given = { ...call, definition: JSON.stringify(named), context };
    expect(await run('TestState', { ...given, mock: { result: '{"Payload":1}' } })).toMatchObject({
      output: '"mine"',
    });
  });

  it('does not wait for a Wait', async () => {
    const { run, timers } = await setUp();
    const before = timers.nowEpochMillis();
    const wait = { QueryLanguage: 'JSONata', Type: 'Wait', Seconds: 3_600, Next: 'After' };

    expect(await run('TestState', { definition: JSON.stringify(wait) })).toMatchObject({
      nextState: 'After',
    });
    expect(timers.nowEpochMillis()).toBe(before);
  });

  it.each([
    ['a JSONPath state', { definition: '{"Type":"Pass","End":true}' }, 'InvalidDefinition'],
    ['no JSON', { definition: '{' }, 'InvalidDefinition'],
    ['a task without role or mock', {}, 'ValidationException'],
    ['input that is no JSON', { input: '{', mock: { result: '1' } }, 'InvalidExecutionInput'],
    ['a mock of both kinds', { mock: { result: '1', errorOutput: {} } }, 'ValidationException'],
    ['an unknown state', { stateName: 'None' }, 'ValidationException'],
  ])('refuses %s', async (_, changes, code) => {
    const { run } = await setUp();
    const error = await refusal(run('TestState', { ...call, ...changes }));

    expect(error).toBeInstanceOf(AwsError);
    expect(error).toMatchObject({ code, statusCode: 400 });
  });
});
