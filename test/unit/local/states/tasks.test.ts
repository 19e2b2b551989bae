import { describe, expect, it } from '@jest/globals';
import { AwsError } from '../../../../local/aws.ts';
import type { AwsCall } from '../../../../local/aws.ts';
import { createLambdaService, functionArn } from '../../../../local/services/lambda/service.ts';
import { invokeByCall } from '../../../../local/services/states/lambda-task.ts';
import { taskCallContext } from '../../../../local/services/states/task-runner.ts';
import { context, definition, machineArn, put, refusal, setUp } from './set-up.ts';

// One file, though long: what one kind of state may call is read together.

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
    const options = { principal: context.principal, signal: () => new AbortController().signal };

    expect(await invoke('f', { a: 1 }, options)).toEqual({ payload: { ok: 1 } });
    expect(await invoke('f', {}, options)).toEqual({
      functionError: { errorType: 'E', errorMessage: 'm' },
    });
    expect(calls[0]).toEqual(['lambda', 'Invoke', { FunctionName: 'f', Payload: '{"a":1}' }]);
  });

  it('leave a function to itself that they invoke as an event: it is started, and not waited for', async () => {
    const started: unknown[] = [];
    const lambdaService = createLambdaService({
      runtime: {
        invoke: ({ name }, payload) => {
          started.push([name, payload]);
          return new Promise(() => undefined);
        },
        warm: () => Promise.resolve(),
        setClockAhead: () => Promise.resolve(),
        stop: () => Promise.resolve(),
      },
      requireTrust: () => undefined,
      log: () => undefined,
    });
    lambdaService.putFunction({
      name: 'f',
      arn: functionArn('f'),
      roleArn: 'arn:aws:iam::123456789012:role/f',
      taskRoot: '/',
      handler: 'index.handler',
      runtime: 'nodejs24.x',
      timeoutSeconds: 3,
      memoryMegabytes: 128,
      environment: {},
      logGroup: '/aws/lambda/f',
    });
    const call: AwsCall = async (_, operation, input, caller) =>
      (await lambdaService.operations[operation]?.run(input, caller)) ?? {};
    const { run, service } = await setUp({ invokeFunction: invokeByCall(call, taskCallContext) });
    await put(
      service,
      definition({
        Work: {
          Type: 'Task',
          Resource: 'arn:aws:states:::lambda:invoke',
          Arguments: {
            FunctionName: functionArn('f'),
            InvocationType: 'Event',
            Payload: { a: 1 },
          },
          End: true,
        },
      }),
    );
    const answer = await run('StartSyncExecution', { stateMachineArn: machineArn });

    expect(JSON.parse(String(answer['output']))).toEqual({ StatusCode: 202 });
    expect(started).toEqual([['f', '{"a":1}']]);
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
