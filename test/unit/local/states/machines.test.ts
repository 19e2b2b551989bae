import { describe, expect, it } from '@jest/globals';
import { memoryStore } from '../../../../local/state/store.ts';
import { definition, echo, machineArn, put, refusal, roleArn, setUp } from './set-up.ts';

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
