import { describe, expect, it } from '@jest/globals';
import { memoryStore } from '../../../../local/state/store.ts';
import { virtualTimers } from '../asl/virtual-timers.ts';
import { definition, setUp } from './set-up.ts';
import {
  executionArn,
  history,
  never,
  standard,
  start,
  type Run,
  types,
} from './standard-set-up.ts';

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
