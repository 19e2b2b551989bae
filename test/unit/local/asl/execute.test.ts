import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { execute } from '../../../../local/asl/execute.ts';
import type { HistoryEvent } from '../../../../local/asl/history.ts';
import { processTimers } from '../../../../local/asl/timers.ts';
import { compiled, runScripted, told } from './scripted-run.ts';

const jsonata = (states: Record<string, unknown>, rest: Record<string, unknown> = {}) => ({
  QueryLanguage: 'JSONata',
  StartAt: Object.keys(states)[0],
  States: states,
  ...rest,
});

const task = { Type: 'Task', Resource: 'arn:aws:states:::aws-sdk:dynamodb:getItem' };

const outputOf = ({ outcome }: { outcome: { status: string; output?: string } }): unknown =>
  outcome.output === undefined ? outcome : JSON.parse(outcome.output);

describe('variables', () => {
  it('are assigned from the values of entry, all at once, and seen in the next state', async () => {
    const run = await runScripted(
      jsonata({
        First: { Type: 'Pass', Assign: { a: 1, b: 2 }, Next: 'Swap' },
        Swap: {
          Type: 'Pass',
          Assign: { a: '{% $b %}', b: '{% $a %}' },
          Output: ['{% $a %}', '{% $b %}'],
          Next: 'Show',
        },
        Show: {
          Type: 'Succeed',
          Output: { then: '{% $states.input %}', now: ['{% $a %}', '{% $b %}'] },
        },
      }),
      {},
    );

    expect(outputOf(run)).toEqual({ then: [1, 2], now: [2, 1] });
  });

  it('that are not assigned yet make an expression fail, also where it only asks for them', async () => {
    const run = await runScripted(
      jsonata({
        First: { Type: 'Pass', Output: '{% $exists($later) %}', Next: 'Second' },
        Second: { Type: 'Pass', Assign: { later: 1 }, End: true },
      }),
      {},
    );

    expect(run.outcome).toMatchObject({
      status: 'FAILED',
      error: 'States.QueryEvaluationError',
      cause: expect.stringContaining("undefined variable 'later'"),
    });
    expect(run.events.find(({ type }) => type === 'EvaluationFailed')?.details).toMatchObject({
      location: 'Output',
      state: 'First',
    });
  });

  it('of a branch are seen in that branch only, those of the machine in every branch', async () => {
    const branch = (own: string) => ({
      StartAt: `Set${own}`,
      States: {
        [`Set${own}`]: { Type: 'Pass', Assign: { own }, Next: `Get${own}` },
        [`Get${own}`]: { Type: 'Pass', Output: '{% $outer & $own %}', End: true },
      },
    });
    const run = await runScripted(
      jsonata({
        First: { Type: 'Pass', Assign: { outer: 'o' }, Next: 'Both' },
        Both: { Type: 'Parallel', Branches: [branch('a'), branch('b')], Next: 'After' },
        After: {
          Type: 'Pass',
          Output: { branches: '{% $states.input %}', outer: '{% $outer %}' },
          End: true,
        },
      }),
      {},
    );

    expect(outputOf(run)).toEqual({ branches: ['oa', 'ob'], outer: 'o' });
  });

  it('appear in the exit event as JSON texts', async () => {
    const run = await runScripted(
      jsonata({ First: { Type: 'Pass', Assign: { a: { b: [1] } }, End: true } }),
      {},
    );

    expect(run.events.find(({ type }) => type === 'PassStateExited')?.details).toEqual({
      name: 'First',
      output: '{}',
      assignedVariables: { a: '{"b":[1]}' },
    });
  });
});

describe('expressions', () => {
  it.each([
    ['a list of one that a path selects is that one', '$states.input.rows[n = 1].n', 1],
    ['a list of none that an append makes is empty', '$append([], $states.input.none)', []],
    ['a list of one that a constructor makes stays a list', '[$states.input.rows[n = 1].n]', [1]],
    ['a path through a list maps it', '$states.input.rows.n', [1, 2]],
    ['a member of JSON null is null', '$states.input.nothing', null],
    ['text joins nothing as an empty text', "'a' & $states.input.missing", 'a'],
    ['a path over one row with a list in it', '$states.input.deep.list', [7]],
  ])('%s', async (_, expression, value) => {
    const run = await runScripted(
      jsonata({
        Make: { Type: 'Pass', Assign: { made: `{% ${expression} %}` }, Next: 'Show' },
        Show: {
          Type: 'Pass',
          Output: { made: '{% $made %}', count: '{% $count($made) %}' },
          End: true,
        },
      }),
      { rows: [{ n: 1 }, { n: 2 }], none: [], nothing: null, deep: { list: [7] } },
    );

    expect(outputOf(run)).toMatchObject({ made: value });
  });
});

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

describe('tasks', () => {
  const machine = jsonata({
    Work: { ...task, Arguments: { fixed: { list: [1] } }, TimeoutSeconds: 3, End: true },
  });

  it('get a copy of their arguments that they may change', async () => {
    const seen: unknown[] = [];
    for (const turn of [1, 2]) {
      await runScripted(
        machine,
        {},
        {},
        {
          runTask: (request) => {
            seen.push(structuredClone(request.arguments));
            (request.arguments as { fixed: { list: number[] } }).fixed.list.push(turn);
            return Promise.resolve({});
          },
        },
      );
    }

    expect(seen).toEqual([{ fixed: { list: [1] } }, { fixed: { list: [1] } }]);
  });

  it('are told by their signal that their result is no longer wanted', async () => {
    const run = await runScripted(machine, {}, { Work: [{ takesMillis: 5_000, result: 1 }] });

    expect(run.requests[0]).toMatchObject({ timeoutMillis: 3_000 });
    expect(run.requests[0]?.signal.aborted).toBe(true);
    expect(run.outcome).toMatchObject({ status: 'FAILED', error: 'States.Timeout' });
  });

  it('that break instead of failing end the run with what they threw', async () => {
    const broken = runScripted(
      machine,
      {},
      {},
      {
        runTask: () => Promise.reject(new RangeError('broken')),
      },
    );

    await expect(broken).rejects.toThrow(RangeError);
  });

  it('are scheduled under the names that history gives them', async () => {
    const run = await runScripted(machine, {}, { Work: [{ result: { Item: 1 } }] });

    expect(run.events.slice(2, 5).map(({ details }) => details)).toEqual([
      {
        resourceType: 'aws-sdk:dynamodb',
        resource: 'getItem',
        region: 'us-east-1',
        parameters: '{"fixed":{"list":[1]}}',
        timeoutInSeconds: 3,
      },
      { resourceType: 'aws-sdk:dynamodb', resource: 'getItem' },
      { resourceType: 'aws-sdk:dynamodb', resource: 'getItem', output: '{"Item":1}' },
    ]);
    expect(run.events.map(({ id, previousEventId }) => [id, previousEventId])).toEqual([
      [1, 0],
      [2, 0],
      [3, 2],
      [4, 3],
      [5, 4],
      [6, 5],
      [7, 6],
    ]);
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
