import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { execute } from '../../../../local/asl/execute.ts';
import type { HistoryEvent } from '../../../../local/asl/history.ts';
import { processTimers } from '../../../../local/asl/timers.ts';
import { compiled, runScripted, told } from './scripted-run.ts';
import { jsonata, outputOf, task } from './jsonata-machine.ts';

describe('limits', () => {
  const large = 'x'.repeat(262_144 - 2);
  const asTask = jsonata({
    Work: { ...task, Retry: [{ ErrorEquals: ['States.ALL'] }], End: true },
  });

  it('take a payload of 256 KiB', async () => {
    const run = await runScripted(asTask, {}, { Work: [{ result: large }] });

    expect(run.outcome.status).toBe('SUCCEEDED');
  });

  it('end an execution above that, whatever is retried', async () => {
    const run = await runScripted(asTask, {}, { Work: [{ result: `${large}x` }] });

    expect(run.outcome).toMatchObject({ status: 'FAILED', error: 'States.DataLimitExceeded' });
    expect(run.requests).toHaveLength(1);
  });

  it('count bytes, not characters', async () => {
    const run = await runScripted(asTask, {}, { Work: [{ result: 'é'.repeat(131_072) }] });

    expect(run.outcome).toMatchObject({ error: 'States.DataLimitExceeded' });
  });

  it('hold for arguments and variables too', async () => {
    const doubled = '{% $states.input & $states.input %}';
    const text = 'x'.repeat(200_000);
    const machine = { Work: { ...task, Arguments: { a: doubled }, End: true } };
    const variables = { Keep: { Type: 'Pass', Assign: { a: doubled }, End: true } };

    for (const states of [machine, variables]) {
      const run = await runScripted(jsonata(states), text, { Work: [{ result: 1 }] });
      expect(run.outcome).toMatchObject({ error: 'States.DataLimitExceeded' });
    }
  });
});

describe('an execution', () => {
  const waiting = jsonata({ Rest: { Type: 'Wait', Seconds: 60, End: true } });

  it('can be aborted', async () => {
    const stop = new AbortController();
    const run = await runScripted(
      waiting,
      {},
      {},
      {
        signal: stop.signal,
        record: (event: HistoryEvent) => {
          if (event.type === 'WaitStateEntered')
            queueMicrotask(() => {
              stop.abort();
            });
        },
      },
    );

    expect(run).toMatchObject({ outcome: { status: 'ABORTED' }, elapsedMillis: 0 });
  });

  it('ends at the limit of its workflow type when that comes first', async () => {
    const run = await runScripted(
      { ...waiting, TimeoutSeconds: 50 },
      {},
      {},
      {
        maximumMillis: 30_000,
      },
    );

    expect(run).toMatchObject({ outcome: { status: 'TIMED_OUT' }, elapsedMillis: 30_000 });
  });

  it('that loops without waiting for anything still times out', async () => {
    const forever = compiled(
      jsonata({ Round: { Type: 'Pass', Next: 'Again' }, Again: { Type: 'Pass', Next: 'Round' } }),
    );
    const outcome = await execute(forever, {
      id: 'arn:aws:states:us-east-1:123456789012:express:machine:run:0',
      name: 'run',
      roleArn: 'arn:aws:iam::123456789012:role/machine',
      stateMachine: { id: 'arn', name: 'machine' },
      input: {},
      timers: processTimers({ nowEpochMillis: () => Date.now() }),
      runTask: () => Promise.resolve({}),
      record: () => undefined,
      maximumMillis: 20,
    });

    expect(outcome.status).toBe('TIMED_OUT');
  });

  it('can be held between any two states', async () => {
    const points: string[] = [];
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const events: HistoryEvent[] = [];
    const running = runScripted(
      jsonata({ One: { Type: 'Pass', Next: 'Two' }, Two: { Type: 'Succeed' } }),
      {},
      {},
      {
        record: (event) => events.push(event),
        pause: (stateName, when) => {
          points.push(`${when} ${stateName}`);
          return stateName === 'Two' && when === 'enter' ? held : Promise.resolve();
        },
      },
    );
    for (let turn = 0; turn < 10; turn += 1) await setImmediate();

    expect(points).toEqual(['enter One', 'exit One', 'enter Two']);
    expect(told(events)).toEqual([
      'ExecutionStarted',
      'PassStateEntered One',
      'PassStateExited One',
    ]);

    release();
    await running;
    expect(points.at(-1)).toBe('exit Two');
  });
});

describe('executions of one machine at a time', () => {
  it('never see each other’s input, variables, results or time', async () => {
    const machine = jsonata({
      Work: {
        ...task,
        Arguments: { who: "{% 'a-' & $states.input.who %}", at: '{% $millis() %}' },
        Assign: { who: '{% $states.input.who %}', got: '{% $states.result.who %}' },
        Output: '{% $states.input %}',
        Next: 'Show',
      },
      Show: {
        Type: 'Succeed',
        Output: {
          same: "{% $map([1..20], function($v) { $who & '/' & $got & '/' & $states.input.who }) ~> $distinct() %}",
        },
      },
    });
    const runs = await Promise.all(
      Array.from({ length: 50 }, async (_, index) => {
        const who = String(index);
        const run = await runScripted(
          machine,
          { who },
          {},
          {
            runTask: async ({ arguments: given }) => {
              for (let turn = 0; turn < index % 7; turn += 1) await setImmediate();
              return { who: (given as { who: string }).who };
            },
          },
        );
        return { who, output: outputOf(run) };
      }),
    );

    for (const { who, output } of runs) {
      expect(output).toEqual({ same: `${who}/a-${who}/${who}` });
    }
  });
});
