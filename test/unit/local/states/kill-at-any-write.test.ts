import { describe, expect, it } from '@jest/globals';
import { virtualTimers } from '../asl/virtual-timers.ts';
import { cutOff, recordingStore } from './recording-store.ts';
import { definition, machineArn, put, setUp } from './set-up.ts';

const executionArn = 'arn:aws:states:us-east-1:123456789012:execution:issue:one';
const work = (name: string, rest: Record<string, unknown>) => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke',
  Arguments: { FunctionName: name, Payload: '{% $states.input %}' },
  Output: '{% $states.result.Payload %}',
  ...rest,
});
const text = definition({
  First: work('first', { Assign: { kept: '{% $states.result.Payload %}' }, Next: 'Rest' }),
  Rest: { Type: 'Wait', Seconds: 5, Next: 'Each' },
  Each: {
    Type: 'Map',
    ItemProcessor: {
      ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
      StartAt: 'Item',
      States: { Item: work('item', { End: true }) },
    },
    Next: 'Both',
  },
  Both: {
    Type: 'Parallel',
    Branches: [{ StartAt: 'Left', States: { Left: work('left', { End: true }) } }],
    Next: 'Last',
  },
  Last: { Type: 'Succeed', Output: { both: '{% $states.input %}', kept: '{% $kept %}' } },
});

const own = ['First', 'Rest', 'Each', 'Both', 'Last'];

interface Told {
  readonly id: number;
  readonly previousEventId: number;
  readonly type: string;
  readonly stateEnteredEventDetails?: { readonly name: string };
  readonly stateExitedEventDetails?: { readonly name: string };
}

const invokeFunction = (_: string, payload: unknown) => Promise.resolve({ payload });

const recorded = async () => {
  const store = recordingStore();
  const { run, service, timers } = await setUp({ store, invokeFunction });
  await put(service, text, { type: 'STANDARD' });
  await run('StartExecution', { stateMachineArn: machineArn, name: 'one', input: '[1,2]' });
  await timers.until(timers.elapse(10_000));
  const { output } = await run('DescribeExecution', { executionArn });
  return { batches: store.batches, output };
};

describe('a standard execution that is killed after any of its writes', () => {
  it('ends as if it had not been, and tells each of its states once', async () => {
    const { batches, output } = await recorded();
    expect(output).toBe('{"both":[[1,2]],"kept":[1,2]}');
    let killed = 0;
    for (let count = 1; count <= batches.length; count += 1) {
      const timers = virtualTimers();
      const store = await cutOff(batches, count);
      const { run, service } = await setUp({ store, timers, invokeFunction });
      const executions = await store.collection('states-executions');
      // The kill came before StartExecution was answered.
      if (executions.get(executionArn) === undefined) continue;
      killed += 1;
      service.resume();
      await timers.until(timers.elapse(10_000));

      expect(await run('DescribeExecution', { executionArn })).toMatchObject({
        status: 'SUCCEEDED',
        output,
      });
      const answer = await run('GetExecutionHistory', { executionArn });
      const events = answer['events'] as Told[];
      expect(events.map(({ id }) => id)).toEqual(events.map((_, index) => index + 1));
      expect(events.every(({ id, previousEventId }) => previousEventId < id)).toBe(true);
      const named = (details: 'stateEnteredEventDetails' | 'stateExitedEventDetails') =>
        events
          .map((event) => event[details]?.name)
          .filter((name) => name !== undefined && name !== 'Left');
      expect(named('stateEnteredEventDetails')).toEqual(own);
      expect(named('stateExitedEventDetails')).toEqual(own);
      const ends = events.map(({ type }) => type).filter((type) => type.startsWith('Execution'));
      expect(ends).toEqual(['ExecutionStarted', 'ExecutionSucceeded']);
    }
    expect(killed).toBeGreaterThan(20);
  });
});
