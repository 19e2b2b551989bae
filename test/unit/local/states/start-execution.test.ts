import { describe, expect, it } from '@jest/globals';
import { memoryStore } from '../../../../local/state/store.ts';
import { startOfTestEpochMillis } from '../asl/virtual-timers.ts';
import { definition, echo, machineArn, put, refusal, setUp } from './set-up.ts';

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
