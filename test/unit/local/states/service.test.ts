import { describe, expect, it } from '@jest/globals';
import { AwsError } from '../../../../local/aws.ts';
import type { AwsCall } from '../../../../local/aws.ts';
import { invokeByCall } from '../../../../local/services/states/lambda-task.ts';
import { taskCallContext } from '../../../../local/services/states/task-runner.ts';
import { memoryStore } from '../../../../local/state/store.ts';
import { startOfTestEpochMillis } from '../asl/virtual-timers.ts';
import { context, definition, echo, machineArn, put, refusal, roleArn, setUp } from './set-up.ts';

describe('StartSyncExecution', () => {
  it('answers with the output, and echoes the input', async () => {
    const { run, service } = await setUp();
    await put(service, echo);
    const answer = await run('StartSyncExecution', {
      stateMachineArn: machineArn,
      name: 'one',
      input: '{"a":1}',
    });

    expect(answer).toEqual({
      executionArn: expect.stringMatching(
        /^arn:aws:states:us-east-1:123456789012:express:issue:one:[0-9a-f-]{36}$/,
      ),
      stateMachineArn: machineArn,
      name: 'one',
      startDate: startOfTestEpochMillis / 1_000,
      stopDate: startOfTestEpochMillis / 1_000,
      status: 'SUCCEEDED',
      input: '{"a":1}',
      inputDetails: { included: true },
      output: '{"got":{"a":1}}',
      outputDetails: { included: true },
      billingDetails: { billedMemoryUsedInMB: 64, billedDurationInMilliseconds: 100 },
    });
  });

  it('leaves data out where only metadata is asked for', async () => {
    const { run, service } = await setUp();
    await put(service, echo);
    const answer = await run('StartSyncExecution', {
      stateMachineArn: machineArn,
      includedData: 'METADATA_ONLY',
    });

    expect(answer).not.toHaveProperty('input');
    expect(answer).not.toHaveProperty('output');
    expect(answer).toMatchObject({ status: 'SUCCEEDED', outputDetails: { included: false } });
  });

  it('is no error of the call where the execution fails or times out', async () => {
    const { run, service } = await setUp();
    await put(service, definition({ No: { Type: 'Fail', Error: 'My.Error', Cause: 'why' } }));
    const failed = await run('StartSyncExecution', { stateMachineArn: machineArn });
    await put(
      service,
      definition({ Rest: { Type: 'Wait', Seconds: 60, End: true } }, { TimeoutSeconds: 20 }),
    );
    const timedOut = await run('StartSyncExecution', { stateMachineArn: machineArn });

    expect(failed).toMatchObject({ status: 'FAILED', error: 'My.Error', cause: 'why' });
    expect(timedOut).toMatchObject({
      status: 'TIMED_OUT',
      error: 'States.Timeout',
      billingDetails: { billedDurationInMilliseconds: 20_000 },
    });
  });

  it('ends after five minutes whatever the machine says', async () => {
    const { run, service, timers } = await setUp();
    await put(service, definition({ Rest: { Type: 'Wait', Seconds: 3_600, End: true } }));
    const answer = await run('StartSyncExecution', { stateMachineArn: machineArn });

    expect(answer).toMatchObject({ status: 'TIMED_OUT' });
    expect(timers.nowEpochMillis() - startOfTestEpochMillis).toBe(300_000);
  });

  it.each([
    ['InvalidExecutionInput', { stateMachineArn: machineArn, input: '{' }],
    ['InvalidExecutionInput', { stateMachineArn: machineArn, input: `"${'é'.repeat(131_072)}"` }],
    ['InvalidName', { stateMachineArn: machineArn, name: 'a b' }],
    ['InvalidArn', { stateMachineArn: 'issue' }],
    ['StateMachineDoesNotExist', { stateMachineArn: `${machineArn}2` }],
    ['ValidationException', { stateMachineArn: machineArn, includedData: 'SOME' }],
  ])('refuses with %s', async (code, input) => {
    const { run, service } = await setUp();
    await put(service, echo);

    expect(await refusal(run('StartSyncExecution', input))).toMatchObject({
      code,
      statusCode: 400,
    });
  });

  it('needs the right to start, and the key where the machine has one', async () => {
    const { service } = await setUp();
    const operation = service.operations['StartSyncExecution'];
    const needed = (input: Record<string, unknown>) =>
      typeof operation?.authorize === 'function'
        ? operation.authorize(input).map(({ action, resource }) => `${action} ${resource}`)
        : [];
    await put(service, echo);
    const start = `states:StartSyncExecution ${machineArn}`;
    expect(needed({ stateMachineArn: machineArn })).toEqual([start]);

    await put(service, echo, { kmsKeyArn: 'arn:aws:kms:us-east-1:123456789012:key/k' });
    expect(needed({ stateMachineArn: machineArn })).toEqual([
      start,
      'kms:Decrypt arn:aws:kms:us-east-1:123456789012:key/k',
    ]);
    expect(needed({ stateMachineArn: machineArn, includedData: 'METADATA_ONLY' })).toEqual([start]);
  });

  it('can be held between two states', async () => {
    const points: string[] = [];
    const { run, service } = await setUp({
      pause: (stateName, when, name) => {
        points.push(`${name} ${when} ${stateName}`);
        return Promise.resolve();
      },
    });
    await put(service, echo);
    await run('StartSyncExecution', { stateMachineArn: machineArn, name: 'one' });

    expect(points).toEqual(['one enter Echo', 'one exit Echo']);
  });
});

describe('StartExecution', () => {
  it('answers at once, and the execution goes on', async () => {
    const { logged, run, service, timers } = await setUp();
    await put(service, definition({ Rest: { Type: 'Wait', Seconds: 5, End: true } }), {
      logging: { level: 'ALL', includeExecutionData: false, logGroup: '/aws/vendedlogs/states/i' },
    });
    const answer = await run('StartExecution', { stateMachineArn: machineArn });
    const types = () => logged.map(({ message }) => message['type']);

    expect(Object.keys(answer).sort()).toEqual(['executionArn', 'startDate']);
    expect(types()).not.toContain('ExecutionSucceeded');
    await timers.until(timers.elapse(6_000));
    expect(types()).toContain('ExecutionSucceeded');
  });

  it('runs again what was cut off, when its successor resumes', async () => {
    const store = memoryStore();
    const first = await setUp({ store });
    await put(first.service, definition({ Rest: { Type: 'Wait', Seconds: 5, End: true } }), {
      logging: { level: 'ALL', includeExecutionData: false, logGroup: 'group' },
    });
    await first.run('StartExecution', { stateMachineArn: machineArn, name: 'once' });
    await first.service.close();

    const second = await setUp({ store });
    second.service.resume();
    await second.timers.until(second.timers.elapse(6_000));
    expect(second.logged.at(-1)?.message).toMatchObject({ type: 'ExecutionSucceeded' });

    const third = await setUp({ store });
    third.service.resume();
    await third.timers.until(third.timers.elapse(1));
    expect(third.logged).toEqual([]);
  });
});

describe('tasks of a machine', () => {
  const lambda = definition({
    Work: {
      Type: 'Task',
      Resource: 'arn:aws:states:::lambda:invoke',
      Arguments: { FunctionName: 'arn:aws:lambda:f', Payload: { a: '{% $states.input.a %}' } },
      End: true,
    },
  });
  const sdk = (resource: string, parameters: unknown = { TableName: 't' }) =>
    definition({
      Work: {
        Type: 'Task',
        Resource: `arn:aws:states:::${resource}`,
        Arguments: parameters,
        End: true,
      },
    });

  const failing =
    (error: AwsError): AwsCall =>
    () =>
      Promise.reject(error);

  it('invoke functions as a session of the machine’s role, named after the execution', async () => {
    const seen: unknown[] = [];
    const { run, service } = await setUp({
      invokeFunction: (functionArn, payload, options) => {
        seen.push(functionArn, payload, options.principal.arn);
        return Promise.resolve({ payload: { ok: true } });
      },
    });
    await put(service, lambda);
    const answer = await run('StartSyncExecution', {
      stateMachineArn: machineArn,
      name: 'one',
      input: '{"a":2}',
    });

    expect(seen).toEqual([
      'arn:aws:lambda:f',
      { a: 2 },
      'arn:aws:iam::123456789012:assumed-role/machine/one',
    ]);
    expect(JSON.parse(String(answer['output']))).toEqual({
      ExecutedVersion: '$LATEST',
      Payload: { ok: true },
      StatusCode: 200,
    });
  });

  it('fail with the function’s own error type', async () => {
    const functionError = { errorType: 'Token.Expired', errorMessage: 'm', trace: ['t'] };
    const { run, service } = await setUp({
      invokeFunction: () => Promise.resolve({ functionError }),
    });
    await put(service, lambda);

    expect(
      await run('StartSyncExecution', { stateMachineArn: machineArn, input: '{"a":1}' }),
    ).toMatchObject({
      status: 'FAILED',
      error: 'Token.Expired',
      cause: JSON.stringify(functionError),
    });
  });

  it.each([
    ['TooManyRequestsException', 'Lambda.TooManyRequestsException'],
    ['ResourceNotFoundException', 'Lambda.ResourceNotFoundException'],
    ['AccessDeniedException', 'Lambda.AWSLambdaException'],
  ])('tell a function’s %s as %s', async (code, error) => {
    const { run, service } = await setUp({
      invokeFunction: () => Promise.reject(new AwsError(code, 'no')),
    });
    await put(service, lambda);

    expect(
      await run('StartSyncExecution', { stateMachineArn: machineArn, input: '{"a":1}' }),
    ).toMatchObject({
      error,
    });
  });

  it('can invoke through the Lambda service’s Invoke', async () => {
    const calls: unknown[] = [];
    const call: AwsCall = (service, operation, input) => {
      calls.push([service, operation, input]);
      return Promise.resolve(
        calls.length === 1
          ? { StatusCode: 200, Payload: '{"ok":1}' }
          : {
              StatusCode: 200,
              Payload: '{"errorType":"E","errorMessage":"m"}',
              FunctionError: 'Unhandled',
            },
      );
    };
    const invoke = invokeByCall(call, taskCallContext);
    const options = { principal: context.principal, signal: new AbortController().signal };

    expect(await invoke('f', { a: 1 }, options)).toEqual({ payload: { ok: 1 } });
    expect(await invoke('f', {}, options)).toEqual({
      functionError: { errorType: 'E', errorMessage: 'm' },
    });
    expect(calls[0]).toEqual(['lambda', 'Invoke', { FunctionName: 'f', Payload: '{"a":1}' }]);
  });

  it('call services with their own operation names and the role’s principal', async () => {
    const calls: unknown[] = [];
    const { run, service } = await setUp({
      call: (name, operation, input, { principal: caller }) => {
        calls.push([name, operation, input, caller.arn]);
        return Promise.resolve({ Item: { pk: { S: 'x' } } });
      },
    });
    await put(service, sdk('aws-sdk:dynamodb:getItem'));
    const answer = await run('StartSyncExecution', { stateMachineArn: machineArn, name: 'one' });

    expect(calls).toEqual([
      [
        'dynamodb',
        'GetItem',
        { TableName: 't' },
        'arn:aws:iam::123456789012:assumed-role/machine/one',
      ],
    ]);
    expect(answer['output']).toBe('{"Item":{"pk":{"S":"x"}}}');
  });

  it('spell the members of Step Functions’ own calls with capitals', async () => {
    const calls: unknown[] = [];
    const { run, service } = await setUp({
      call: (name, operation, input) => {
        calls.push([name, operation, input]);
        return Promise.resolve({ executionArn: 'e', billingDetails: { billedMemoryUsedInMB: 64 } });
      },
    });
    await put(service, sdk('aws-sdk:sfn:startSyncExecution', { StateMachineArn: 's' }));
    const answer = await run('StartSyncExecution', { stateMachineArn: machineArn });

    expect(calls).toEqual([['states', 'StartSyncExecution', { stateMachineArn: 's' }]]);
    expect(answer['output']).toBe(
      '{"ExecutionArn":"e","BillingDetails":{"BilledMemoryUsedInMB":64}}',
    );
  });

  it.each([
    [
      'aws-sdk:dynamodb:getItem',
      'ConditionalCheckFailedException',
      'DynamoDb.ConditionalCheckFailedException',
    ],
    ['aws-sdk:dynamodb:getItem', 'InternalServerError', 'DynamoDb.InternalServerErrorException'],
    ['aws-sdk:dynamodb:getItem', 'RequestLimitExceeded', 'DynamoDb.RequestLimitExceededException'],
    ['aws-sdk:dynamodb:getItem', 'AccessDeniedException', 'DynamoDb.DynamoDbException'],
    ['aws-sdk:dynamodb:getItem', 'ValidationException', 'DynamoDb.DynamoDbException'],
    [
      'dynamodb:getItem',
      'ConditionalCheckFailedException',
      'DynamoDB.ConditionalCheckFailedException',
    ],
    ['dynamodb:getItem', 'AccessDeniedException', 'DynamoDB.AmazonDynamoDBException'],
    [
      'aws-sdk:cognitoidentity:getId',
      'TooManyRequestsException',
      'CognitoIdentity.TooManyRequestsException',
    ],
    [
      'aws-sdk:sfn:startSyncExecution',
      'StateMachineDoesNotExist',
      'Sfn.StateMachineDoesNotExistException',
    ],
  ])('tell the error of %s %s as %s', async (resource, code, error) => {
    const { run, service } = await setUp({ call: failing(new AwsError(code, 'no')) });
    await put(service, sdk(resource));

    expect(await run('StartSyncExecution', { stateMachineArn: machineArn })).toMatchObject({
      status: 'FAILED',
      error,
    });
  });

  it('give S3 texts, take texts of it, and tell Step Functions’ dates as texts', async () => {
    const calls: unknown[] = [];
    const { run, service } = await setUp({
      call: (name, operation, input) => {
        calls.push(input);
        return Promise.resolve(
          name === 's3'
            ? { Body: Buffer.from('é'), LastModified: new Date(0) }
            : { executionArn: 'e', startDate: 1 },
        );
      },
    });
    const output = async (resource: string, parameters: unknown): Promise<unknown> => {
      await put(service, sdk(resource, parameters));
      const answer = await run('StartSyncExecution', { stateMachineArn: machineArn });
      return JSON.parse(String(answer['output'])) as unknown;
    };

    expect(await output('aws-sdk:s3:getObject', { Bucket: 'b' })).toEqual({
      Body: 'é',
      LastModified: '1970-01-01T00:00:00.000Z',
    });
    await output('aws-sdk:s3:putObject', { Bucket: 'b', Body: { a: 1 } });
    expect(calls[1]).toEqual({ Bucket: 'b', Body: '{"a":1}' });
    expect(await output('aws-sdk:sfn:startExecution', { StateMachineArn: 's' })).toEqual({
      ExecutionArn: 'e',
      StartDate: '1970-01-01T00:00:01.000Z',
    });
  });

  it('put events whose details are texts and whose resources name the execution', async () => {
    const calls: unknown[] = [];
    const { run, service } = await setUp({
      call: (name, operation, input) => {
        calls.push([name, operation, input]);
        return Promise.resolve({ FailedEntryCount: calls.length - 1, Entries: [{}] });
      },
    });
    await put(
      service,
      sdk('events:putEvents', { Entries: [{ Source: 'mine', Detail: { a: 1 } }] }),
    );
    const answer = await run('StartSyncExecution', { stateMachineArn: machineArn });

    expect(calls).toEqual([
      [
        'events',
        'PutEvents',
        {
          Entries: [
            { Source: 'mine', Detail: '{"a":1}', Resources: [answer['executionArn'], machineArn] },
          ],
        },
      ],
    ]);
    expect(answer).toMatchObject({ status: 'SUCCEEDED' });
    expect(await run('StartSyncExecution', { stateMachineArn: machineArn })).toMatchObject({
      status: 'FAILED',
      error: 'EventBridge.FailedEntry',
    });
    await put(service, sdk('aws-sdk:eventbridge:putEvents', { Entries: [] }));
    await run('StartSyncExecution', { stateMachineArn: machineArn });
    expect(calls.at(-1)).toEqual(['events', 'PutEvents', { Entries: [] }]);
  });

  it.each(['assumeRole', 'assumeRoleWithSAML', 'assumeRoleWithWebIdentity'])(
    'may not be aws-sdk:sts:%s',
    async (action) => {
      const { service } = await setUp();

      expect(await refusal(put(service, sdk(`aws-sdk:sts:${action}`)))).toMatchObject({
        code: 'InvalidDefinition',
        message: expect.stringContaining('is not recognized'),
      });
    },
  );
});

describe('the log', () => {
  const logging = (level: string, includeExecutionData = true) => ({
    logging: { level, includeExecutionData, logGroup: '/aws/vendedlogs/states/issue' },
  });

  it('has every event at level ALL, as AWS writes those of Express workflows', async () => {
    const { logged, run, service } = await setUp();
    await put(service, echo, logging('ALL'));
    const { executionArn } = await run('StartSyncExecution', { stateMachineArn: machineArn });

    expect(logged.map(({ message }) => message)).toEqual(
      [
        {
          id: '1',
          type: 'ExecutionStarted',
          details: { input: '{}', inputDetails: { truncated: false }, roleArn },
          previous_event_id: '0',
        },
        {
          id: '2',
          type: 'SucceedStateEntered',
          details: { name: 'Echo', input: '{}', inputDetails: { truncated: false } },
          previous_event_id: '0',
        },
        {
          id: '3',
          type: 'SucceedStateExited',
          details: { name: 'Echo', output: '{"got":{}}', outputDetails: { truncated: false } },
          previous_event_id: '2',
        },
        {
          id: '4',
          type: 'ExecutionSucceeded',
          details: { output: '{"got":{}}', outputDetails: { truncated: false } },
          previous_event_id: '3',
        },
      ].map((event) => ({
        ...event,
        event_timestamp: String(startOfTestEpochMillis),
        execution_arn: executionArn,
        redrive_count: '0',
      })),
    );
    expect(logged[0]).toMatchObject({
      group: '/aws/vendedlogs/states/issue',
      stream: expect.stringMatching(/^states\/issue\/2026-11-21-09-00\/[0-9a-f]{8}$/),
    });
  });

  it('has no data where execution data is not included', async () => {
    const { logged, run, service } = await setUp();
    await put(service, echo, logging('ALL', false));
    await run('StartSyncExecution', { stateMachineArn: machineArn, input: '{"canary":1}' });

    expect(logged).toHaveLength(4);
    expect(JSON.stringify(logged)).not.toContain('canary');
  });

  it.each([
    ['ERROR', ['FailStateEntered', 'ExecutionFailed']],
    ['FATAL', ['ExecutionFailed']],
    ['OFF', []],
  ])('at level %s has %j of a failure', async (level, types) => {
    const { logged, run, service } = await setUp();
    await put(service, definition({ No: { Type: 'Fail', Error: 'E' } }), logging(level));
    await run('StartSyncExecution', { stateMachineArn: machineArn });

    expect(logged.map(({ message }) => message['type'])).toEqual(types);
  });
});

describe('state machines', () => {
  const create = { name: 'issue', definition: echo, roleArn, type: 'EXPRESS' };

  it('are created, described, listed, updated and deleted', async () => {
    const { run } = await setUp();
    const created = await run('CreateStateMachine', {
      ...create,
      loggingConfiguration: {
        level: 'ALL',
        includeExecutionData: true,
        destinations: [
          {
            cloudWatchLogsLogGroup: {
              logGroupArn: 'arn:aws:logs:us-east-1:123456789012:log-group:/aws/vendedlogs/i:*',
            },
          },
        ],
      },
    });
    expect(created).toMatchObject({ stateMachineArn: machineArn });

    expect(await run('DescribeStateMachine', { stateMachineArn: machineArn })).toMatchObject({
      name: 'issue',
      definition: echo,
      loggingConfiguration: {
        level: 'ALL',
        destinations: [
          {
            cloudWatchLogsLogGroup: {
              logGroupArn: 'arn:aws:logs:us-east-1:123456789012:log-group:/aws/vendedlogs/i:*',
            },
          },
        ],
      },
    });
    expect(await run('ListStateMachines', {})).toMatchObject({
      stateMachines: [{ stateMachineArn: machineArn, type: 'EXPRESS' }],
    });

    const other = definition({ Other: { Type: 'Succeed', Output: 'other' } });
    await run('UpdateStateMachine', { stateMachineArn: machineArn, definition: other });
    expect(await run('StartSyncExecution', { stateMachineArn: machineArn })).toMatchObject({
      output: '"other"',
    });

    await run('DeleteStateMachine', { stateMachineArn: machineArn });
    expect(
      await refusal(run('DescribeStateMachine', { stateMachineArn: machineArn })),
    ).toMatchObject({ code: 'StateMachineDoesNotExist' });
  });

  it('are the same machine when created alike, and a conflict when not', async () => {
    const { run } = await setUp();
    await run('CreateStateMachine', create);

    expect(await run('CreateStateMachine', create)).toMatchObject({ stateMachineArn: machineArn });
    expect(
      await refusal(run('CreateStateMachine', { ...create, roleArn: `${roleArn}2` })),
    ).toMatchObject({ code: 'StateMachineAlreadyExists' });
  });

  it('are kept in the store', async () => {
    const store = memoryStore();
    await put((await setUp({ store })).service, echo);
    const { run } = await setUp({ store });

    expect(await run('StartSyncExecution', { stateMachineArn: machineArn })).toMatchObject({
      output: '{"got":{}}',
    });
  });

  it('are validated without being created', async () => {
    const { run } = await setUp();
    const unknown = definition({ Work: { Type: 'Pass', Next: 'Play' } });

    expect(await run('ValidateStateMachineDefinition', { definition: echo })).toEqual({
      result: 'OK',
      diagnostics: [],
      truncated: false,
    });
    expect(await run('ValidateStateMachineDefinition', { definition: unknown })).toMatchObject({
      result: 'FAIL',
      diagnostics: [{ severity: 'ERROR', code: 'MISSING_TRANSITION_TARGET' }],
    });
    expect(await run('ListStateMachines', {})).toEqual({ stateMachines: [] });
  });
});
