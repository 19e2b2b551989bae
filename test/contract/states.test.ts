import type { Server } from 'node:http';
import {
  CreateStateMachineCommand,
  DeleteStateMachineCommand,
  DescribeExecutionCommand,
  DescribeStateMachineCommand,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  ListStateMachinesCommand,
  paginateGetExecutionHistory,
  SFNClient,
  StartExecutionCommand,
  StartSyncExecutionCommand,
  StopExecutionCommand,
  TestStateCommand,
  UpdateStateMachineCommand,
  ValidateStateMachineDefinitionCommand,
} from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { processTimers } from '../../local/asl/timers.ts';
import type { AwsCall, Principal } from '../../local/aws.ts';
import type { PolicyDocument } from '../../local/iam/policy.ts';
import { createS3Service } from '../../local/services/s3/service.ts';
import { createStatesService } from '../../local/services/states/service.ts';
import type { StatesService } from '../../local/services/states/service.ts';
import { memoryStore } from '../../local/state/store.ts';
import { createAwsCall } from '../../local/wire/dispatch.ts';
import { admin, clock, close, limited, listen, settingsOf } from '../support/twin/aws-endpoint.ts';

// One file, though long: its stories share one endpoint.

const allowAll: PolicyDocument = { Statement: { Effect: 'Allow', Action: '*', Resource: '*' } };
const roleArn = 'arn:aws:iam::123456789012:role/machine';
const machineRole: Principal = {
  kind: 'role-session',
  arn: 'arn:aws:sts::123456789012:assumed-role/machine/session',
  accountId: '123456789012',
  userId: 'AROA:session',
  identityPolicies: [allowAll],
  permissionsBoundary: null,
  sessionPolicies: [],
  conditionKeys: {},
};

let server: Server;
let service: StatesService;
let call: AwsCall;
let client: SFNClient;
let limitedClient: SFNClient;
beforeAll(async () => {
  const store = memoryStore();
  const s3 = await createS3Service({ directory: null, store, clock });
  service = await createStatesService({
    store,
    call: (...given) => call(...given),
    invokeFunction: (_, payload) => Promise.resolve({ payload }),
    principalOfRole: () => Promise.resolve(machineRole),
    mayDo: () => true,
    timers: processTimers(clock),
    writeLog: () => undefined,
  });
  call = createAwsCall([s3, service], { log: () => undefined });
  await s3.createBucket('data');
  server = await listen(service, () => ({ Statement: [] }));
  client = new SFNClient({ ...settingsOf(server, admin), disableHostPrefix: true });
  limitedClient = new SFNClient({ ...settingsOf(server, limited), disableHostPrefix: true });
});
afterAll(async () => {
  client.destroy();
  limitedClient.destroy();
  await service.close();
  await close(server);
});

const definition = (states: Record<string, unknown>): string =>
  JSON.stringify({ QueryLanguage: 'JSONata', StartAt: Object.keys(states)[0], States: states });
const echo = definition({ Echo: { Type: 'Succeed', Output: { got: '{% $states.input %}' } } });
const rest = definition({ Rest: { Type: 'Wait', Seconds: 3_600, End: true } });
const create = async (
  name: string,
  text: string,
  type: 'EXPRESS' | 'STANDARD' = 'STANDARD',
): Promise<string> => {
  const { stateMachineArn } = await client.send(
    new CreateStateMachineCommand({ name, definition: text, roleArn, type }),
  );
  return stateMachineArn ?? '';
};
const ended = async (executionArn: string | undefined) => {
  for (;;) {
    const execution = await client.send(new DescribeExecutionCommand({ executionArn }));
    if (execution.status !== 'RUNNING') return execution;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
};

describe('the Step Functions of the twin, to an SDK client', () => {
  it('make, show, change, list and delete machines', async () => {
    const stateMachineArn = await create('life', echo, 'EXPRESS');
    const described = await client.send(new DescribeStateMachineCommand({ stateMachineArn }));
    expect(described).toMatchObject({
      definition: echo,
      type: 'EXPRESS',
      status: 'ACTIVE',
      creationDate: expect.any(Date),
    });
    const updated = await client.send(
      new UpdateStateMachineCommand({ stateMachineArn, definition: rest }),
    );
    expect(updated.updateDate).toBeInstanceOf(Date);
    const { stateMachines } = await client.send(new ListStateMachinesCommand({}));
    expect(stateMachines?.map(({ name }) => name)).toContain('life');
    await client.send(new DeleteStateMachineCommand({ stateMachineArn }));
    await expect(
      client.send(new DescribeStateMachineCommand({ stateMachineArn })),
    ).rejects.toMatchObject({ name: 'StateMachineDoesNotExist' });
  });

  it('run an express workflow and wait for it', async () => {
    const stateMachineArn = await create('sync', echo, 'EXPRESS');
    const answer = await client.send(
      new StartSyncExecutionCommand({ stateMachineArn, input: '{"a":1}' }),
    );

    expect(answer).toMatchObject({
      status: 'SUCCEEDED',
      output: '{"got":{"a":1}}',
      startDate: expect.any(Date),
      stopDate: expect.any(Date),
    });
  });

  it('run a standard workflow and tell its history', async () => {
    const stateMachineArn = await create('history', echo);
    const { executionArn, startDate } = await client.send(
      new StartExecutionCommand({ stateMachineArn, name: 'one', input: '{"a":1}' }),
    );
    expect(startDate).toBeInstanceOf(Date);
    expect(await ended(executionArn)).toMatchObject({
      status: 'SUCCEEDED',
      output: '{"got":{"a":1}}',
      redriveStatus: 'NOT_REDRIVABLE',
      stopDate: expect.any(Date),
    });
    const { events } = await client.send(new GetExecutionHistoryCommand({ executionArn }));
    expect(events).toMatchObject([
      { type: 'ExecutionStarted', executionStartedEventDetails: { input: '{"a":1}', roleArn } },
      { type: 'SucceedStateEntered', stateEnteredEventDetails: { name: 'Echo' } },
      { type: 'SucceedStateExited', stateExitedEventDetails: { output: '{"got":{"a":1}}' } },
      { type: 'ExecutionSucceeded', executionSucceededEventDetails: { output: '{"got":{"a":1}}' } },
    ]);
    expect(events?.[0]?.timestamp).toBeInstanceOf(Date);

    const pages = paginateGetExecutionHistory({ client, pageSize: 3 }, { executionArn });
    const sizes: number[] = [];
    for await (const page of pages) sizes.push(page.events?.length ?? 0);
    expect(sizes).toEqual([3, 1]);
  });

  it('list and stop what runs', async () => {
    const stateMachineArn = await create('stop', rest);
    const { executionArn } = await client.send(new StartExecutionCommand({ stateMachineArn }));
    const statusFilter = 'RUNNING';
    const running = await client.send(new ListExecutionsCommand({ stateMachineArn, statusFilter }));
    expect(running.executions).toMatchObject([{ executionArn, startDate: expect.any(Date) }]);

    const stopped = await client.send(new StopExecutionCommand({ executionArn, error: 'Enough' }));
    expect(stopped.stopDate).toBeInstanceOf(Date);
    expect(await ended(executionArn)).toMatchObject({ status: 'ABORTED', error: 'Enough' });
  });

  it('map over an object of S3, and call each other', async () => {
    const inner = await create('inner', echo, 'EXPRESS');
    await call(
      's3',
      'PutObject',
      { Bucket: 'data', Key: 'in.csv', Body: 'id\n1\n2\n' },
      { principal: machineRole, requestId: 'r', sourceIp: '127.0.0.1' },
    );
    const outer = definition({
      Each: {
        Type: 'Map',
        ItemReader: {
          Resource: 'arn:aws:states:::s3:getObject',
          Arguments: { Bucket: 'data', Key: 'in.csv' },
          ReaderConfig: { InputType: 'CSV', CSVHeaderLocation: 'FIRST_ROW' },
        },
        ItemProcessor: {
          ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
          StartAt: 'Call',
          States: {
            Call: {
              Type: 'Task',
              Resource: 'arn:aws:states:::aws-sdk:sfn:startSyncExecution',
              Arguments: { StateMachineArn: inner, Input: '{% $string($states.input) %}' },
              Output: '{% $parse($states.result.Output) %}',
              End: true,
            },
          },
        },
        End: true,
      },
    });
    const stateMachineArn = await create('outer', outer);
    const { executionArn } = await client.send(new StartExecutionCommand({ stateMachineArn }));
    const { output } = await ended(executionArn);
    expect(JSON.parse(output ?? '')).toEqual([{ got: { id: '1' } }, { got: { id: '2' } }]);

    const { events } = await client.send(new GetExecutionHistoryCommand({ executionArn }));
    const mapRunArn = events?.find(({ type }) => type === 'MapRunStarted')
      ?.mapRunStartedEventDetails?.mapRunArn;
    const { executions } = await client.send(new ListExecutionsCommand({ mapRunArn }));
    expect(executions?.map(({ status }) => status)).toEqual(['SUCCEEDED', 'SUCCEEDED']);
  });

  it('validate a definition, and test a state', async () => {
    const validate = (text: string) =>
      client.send(new ValidateStateMachineDefinitionCommand({ definition: text, type: 'EXPRESS' }));
    expect(await validate(echo)).toMatchObject({ result: 'OK', diagnostics: [] });
    expect(await validate(definition({ Go: { Type: 'Pass', Next: 'None' } }))).toMatchObject({
      result: 'FAIL',
      diagnostics: [{ severity: 'ERROR', code: 'MISSING_TRANSITION_TARGET' }],
    });
    const tested = await client.send(
      new TestStateCommand({
        definition: JSON.stringify({ QueryLanguage: 'JSONata', Type: 'Pass', Next: 'B' }),
        input: '{"a":1}',
        inspectionLevel: 'DEBUG',
      }),
    );
    expect(tested).toMatchObject({
      status: 'SUCCEEDED',
      nextState: 'B',
      output: '{"a":1}',
      inspectionData: { input: '{"a":1}' },
    });
  });

  it('refuse with AWS’s names and status 400', async () => {
    const standard = await create('refuse', rest);
    const express = await create('refuse-express', echo, 'EXPRESS');
    const none = standard.replace('refuse', 'none');
    const executionArn = `${standard.replace(':stateMachine:', ':execution:')}:none`;
    const { executionArn: running } = await client.send(
      new StartExecutionCommand({ stateMachineArn: standard, name: 'taken' }),
    );
    const start = (changes: object) =>
      client.send(new StartExecutionCommand({ stateMachineArn: standard, ...changes }));
    const refusals: [string, () => Promise<unknown>][] = [
      ['StateMachineDoesNotExist', () => start({ stateMachineArn: none })],
      ['InvalidArn', () => start({ stateMachineArn: 'refuse' })],
      ['InvalidName', () => start({ name: 'a b' })],
      ['InvalidExecutionInput', () => start({ input: '{' })],
      ['ExecutionAlreadyExists', () => start({ name: 'taken', input: '{"other":1}' })],
      ['ExecutionDoesNotExist', () => client.send(new DescribeExecutionCommand({ executionArn }))],
      [
        'ExecutionDoesNotExist',
        () => client.send(new GetExecutionHistoryCommand({ executionArn })),
      ],
      ['ExecutionDoesNotExist', () => client.send(new StopExecutionCommand({ executionArn }))],
      [
        'InvalidArn',
        () =>
          client.send(
            new DescribeExecutionCommand({
              executionArn: executionArn.replace('execution', 'express'),
            }),
          ),
      ],
      [
        'InvalidToken',
        () =>
          client.send(new GetExecutionHistoryCommand({ executionArn: running, nextToken: 'x' })),
      ],
      [
        'StateMachineTypeNotSupported',
        () => client.send(new StartSyncExecutionCommand({ stateMachineArn: standard })),
      ],
      [
        'StateMachineTypeNotSupported',
        () => client.send(new ListExecutionsCommand({ stateMachineArn: express })),
      ],
      ['StateMachineAlreadyExists', () => create('refuse', echo)],
      ['InvalidDefinition', () => create('broken', '{}')],
      [
        'InvalidDefinition',
        () => create('express-map', definition({ No: { Type: 'Wish' } }), 'EXPRESS'),
      ],
    ];
    for (const [name, refused] of refusals) {
      await expect(refused()).rejects.toMatchObject({ name, $metadata: { httpStatusCode: 400 } });
    }
    await client.send(new StopExecutionCommand({ executionArn: running }));
  });

  it('ask for the right to each call', async () => {
    const stateMachineArn = await create('rights', echo);
    const denied = { name: 'AccessDeniedException' };
    const executionArn = `${stateMachineArn.replace(':stateMachine:', ':execution:')}:x`;
    await expect(
      limitedClient.send(new StartExecutionCommand({ stateMachineArn })),
    ).rejects.toMatchObject(denied);
    await expect(
      limitedClient.send(new DescribeExecutionCommand({ executionArn })),
    ).rejects.toMatchObject(denied);
  });
});
