import { describe, expect, it } from '@jest/globals';
import { executionLogger } from '../../../../local/services/states/execution-log.ts';
import { startOfTestEpochMillis } from '../asl/virtual-timers.ts';
import { definition, echo, machineArn, put, roleArn, setUp } from './set-up.ts';

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

  it('is cut off where a payload is longer than AWS logs', async () => {
    const { logged, run, service } = await setUp();
    await put(service, echo, logging('ALL'));
    const long = (letter: string, count: number) => JSON.stringify(letter.repeat(count));
    const inputs = [long('a', 248 * 1_024 - 2), long('a', 248 * 1_024 - 1), long('€', 85_000)];
    for (const input of inputs) {
      await run('StartSyncExecution', { stateMachineArn: machineArn, input });
    }

    const started = logged.filter(({ message }) => message['type'] === 'ExecutionStarted');
    const details = started.map(({ message }) => message['details'] as Record<string, unknown>);
    expect(details.map(({ inputDetails }) => inputDetails)).toEqual([
      { truncated: false },
      { truncated: true },
      { truncated: true },
    ]);
    expect(details.map(({ input }) => Buffer.byteLength(String(input)))).toEqual([
      248 * 1_024,
      248 * 1_024,
      expect.any(Number),
    ]);
    expect(inputs[2]).toContain(String(details[2]?.['input']).slice(0, -1));
  });

  it('is the text that JSON.stringify makes, whatever the payloads and however they repeat', () => {
    const logged: string[] = [];
    const log = executionLogger(
      { level: 'ALL', includeExecutionData: true, logGroup: 'g' },
      { arn: 'arn:aws:states:us-east-1:123456789012:express:é"', stream: 's' },
      (_group, _stream, _millis, message) => logged.push(message),
    );
    const values = [{}, 'é€😀', '\ud800 and \udc00', 'a"b\\c\n\0', '', {}, {}, null, 'é€😀', [1]];
    const payloads = values.map((value) => JSON.stringify(value));
    const names = { resource: 'a"b', region: 'c\\d' };
    for (const [index, output] of payloads.entries()) {
      const assignedVariables = { first: output, second: payloads[index + 1] ?? '' };
      const details = { name: 'Ä"', absent: undefined, input: payloads[index - 1] ?? '', output };
      const shared = { id: index, previousEventId: 0, timestampEpochMillis: 1, details };
      log({ ...shared, type: 'PassStateExited', details: { ...details, assignedVariables } });
      log({ ...shared, type: 'TaskScheduled', details: { ...names, parameters: output } });
    }

    expect(logged).toHaveLength(2 * payloads.length);
    expect(logged).toEqual(logged.map((message) => JSON.stringify(JSON.parse(message))));
    const details = logged.map((message) => (JSON.parse(message) as { details: object }).details);
    const whole = { truncated: false };
    expect(details).toEqual(
      payloads.flatMap((output, index) => [
        {
          name: 'Ä"',
          input: payloads[index - 1] ?? '',
          inputDetails: whole,
          output,
          outputDetails: whole,
          assignedVariables: { first: output, second: payloads[index + 1] ?? '' },
        },
        { ...names, parameters: output },
      ]),
    );
  });
});
