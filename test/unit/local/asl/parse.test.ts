import { describe, expect, it } from '@jest/globals';
import { parseDefinition } from '../../../../local/asl/parse.ts';

// One file, though long: each fault differs from one sound machine in one field.

const task = { Type: 'Task', Resource: 'arn:aws:states:::lambda:invoke', End: true };

const machine = (states: Record<string, unknown>, rest: Record<string, unknown> = {}): string =>
  JSON.stringify({
    QueryLanguage: 'JSONata',
    StartAt: Object.keys(states)[0],
    States: states,
    ...rest,
  });

const distributed = (
  fields: Record<string, unknown>,
  configuration: Record<string, unknown> = { Mode: 'DISTRIBUTED', ExecutionType: 'EXPRESS' },
): string =>
  machine({
    Each: {
      Type: 'Map',
      End: true,
      ItemProcessor: {
        ProcessorConfig: configuration,
        StartAt: 'In',
        States: { In: { Type: 'Pass', End: true } },
      },
      ...fields,
    },
  });

const faults = (text: string): string[] =>
  parseDefinition(text).diagnostics.map(({ code, location }) => `${code} ${location}`);

describe('parseDefinition', () => {
  it('compiles a definition without faults', () => {
    const parsed = parseDefinition(machine({ Work: task }, { TimeoutSeconds: 20 }));

    expect(parsed.diagnostics).toEqual([]);
    expect(parsed.machine).toMatchObject({ startAt: 'Work', timeoutSeconds: 20 });
  });

  it.each([
    ['no JSON', '{', 'INVALID_JSON_DESCRIPTION /'],
    [
      'a JSONPath machine',
      JSON.stringify({ StartAt: 'Work', States: { Work: task } }),
      'SCHEMA_VALIDATION_FAILED /QueryLanguage',
    ],
    ['no StartAt', machine({ Work: task }, { StartAt: undefined }), 'SCHEMA_VALIDATION_FAILED '],
    [
      'an unknown start',
      machine({ Work: task }, { StartAt: 'Play' }),
      'MISSING_TRANSITION_TARGET /StartAt',
    ],
    [
      'an unknown next state',
      machine({ Work: { ...task, End: undefined, Next: 'Play' } }),
      'MISSING_TRANSITION_TARGET /States/Work',
    ],
    [
      'an unknown state in a catcher',
      machine({ Work: { ...task, Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Play' }] } }),
      'MISSING_TRANSITION_TARGET /States/Work',
    ],
    [
      'a state that nothing leads to',
      machine({ Work: task, Play: { Type: 'Succeed' } }),
      'MISSING_TRANSITION_TARGET /States/Play',
    ],
    [
      'a JSONPath field',
      machine({ Work: { ...task, ResultPath: '$.x' } }),
      'SCHEMA_VALIDATION_FAILED /States/Work/ResultPath',
    ],
    [
      'a JSONPath state',
      machine({ Work: { ...task, QueryLanguage: 'JSONPath' } }),
      'SCHEMA_VALIDATION_FAILED /States/Work',
    ],
    [
      'an unknown field',
      machine({ Work: { ...task, Colour: 'red' } }),
      'SCHEMA_VALIDATION_FAILED /States/Work/Colour',
    ],
    [
      'neither Next nor End',
      machine({ Work: { ...task, End: undefined } }),
      'SCHEMA_VALIDATION_FAILED /States/Work',
    ],
    [
      'States.ALL beside another name',
      machine({ Work: { ...task, Retry: [{ ErrorEquals: ['Busy', 'States.ALL'] }] } }),
      'SCHEMA_VALIDATION_FAILED /States/Work/Retry[0]/ErrorEquals',
    ],
    [
      'States.ALL before the last retrier',
      machine({
        Work: { ...task, Retry: [{ ErrorEquals: ['States.ALL'] }, { ErrorEquals: ['Busy'] }] },
      }),
      'SCHEMA_VALIDATION_FAILED /States/Work/Retry[0]/ErrorEquals',
    ],
    [
      'an error of a reserved prefix',
      machine({ Work: { ...task, Retry: [{ ErrorEquals: ['States.Mine'] }] } }),
      'SCHEMA_VALIDATION_FAILED /States/Work/Retry[0]/ErrorEquals',
    ],
    [
      'an expression with a fault',
      machine({ Work: { ...task, Output: { a: '{% $states. %}' } } }),
      'SCHEMA_VALIDATION_FAILED /States/Work/Output/a',
    ],
    [
      'an expression that JSONata accepts since 2.1 only',
      machine({ Work: { ...task, Output: '{% $states.result ?? 1 %}' } }),
      'SCHEMA_VALIDATION_FAILED /States/Work/Output',
    ],
    [
      'a result where there is none',
      machine({ Work: { ...task, Arguments: { a: '{% $states.result %}' } } }),
      'SCHEMA_VALIDATION_FAILED /States/Work/Arguments/a',
    ],
    [
      'an error output outside a catcher',
      machine({ Work: { ...task, Output: '{% $states.errorOutput.Error %}' } }),
      'SCHEMA_VALIDATION_FAILED /States/Work/Output',
    ],
    [
      'a variable that no state assigns',
      machine({ Work: { ...task, Arguments: { a: '{% $never.x %}' } } }),
      'SCHEMA_VALIDATION_FAILED /States/Work/Arguments/a',
    ],
    [
      'a variable by a reserved name',
      machine({ Work: { ...task, Assign: { states: 1 } } }),
      'SCHEMA_VALIDATION_FAILED /States/Work/Assign',
    ],
    [
      'a variable of an outer scope assigned in a branch',
      machine({
        Work: { ...task, End: undefined, Assign: { mine: 1 }, Next: 'Both' },
        Both: {
          Type: 'Parallel',
          End: true,
          Branches: [
            { StartAt: 'In', States: { In: { Type: 'Pass', Assign: { mine: 2 }, End: true } } },
          ],
        },
      }),
      'SCHEMA_VALIDATION_FAILED /States/Both/Branches[0]',
    ],
    [
      'a Choice without rules',
      machine({ Sort: { Type: 'Choice', Default: 'Sort' } }),
      'SCHEMA_VALIDATION_FAILED /States/Sort',
    ],
    [
      'a Wait for two things',
      machine({ Rest: { Type: 'Wait', Seconds: 1, Timestamp: '2026-11-21T09:00:00Z', End: true } }),
      'SCHEMA_VALIDATION_FAILED /States/Rest',
    ],
    [
      'an unknown type',
      machine({ Work: { Type: 'Wish' } }),
      'SCHEMA_VALIDATION_FAILED /States/Work/Type',
    ],
    [
      'a distributed Map that does not say what runs its children',
      distributed({}, { Mode: 'DISTRIBUTED' }),
      'SCHEMA_VALIDATION_FAILED /States/Each/ItemProcessor/ProcessorConfig',
    ],
    [
      'an item reader of an inline Map',
      distributed({ Label: 'x' }, { Mode: 'INLINE' }),
      'SCHEMA_VALIDATION_FAILED /States/Each/Label',
    ],
    [
      'a dataset of an unknown kind',
      distributed({
        ItemReader: {
          Resource: 'arn:aws:states:::s3:getObject',
          Arguments: { Bucket: 'b', Key: 'k' },
          ReaderConfig: { InputType: 'XML' },
        },
      }),
      'SCHEMA_VALIDATION_FAILED /States/Each/ItemReader/ReaderConfig/InputType',
    ],
    [
      'a result writer that writes nowhere',
      distributed({
        ResultWriter: { Resource: 'arn:aws:states:::s3:putObject', WriterConfig: {} },
      }),
      'SCHEMA_VALIDATION_FAILED /States/Each/ResultWriter',
    ],
    [
      'an outer variable in a child execution',
      machine({
        Work: { ...task, End: undefined, Assign: { mine: 1 }, Next: 'Each' },
        Each: {
          Type: 'Map',
          End: true,
          ItemProcessor: {
            ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'EXPRESS' },
            StartAt: 'In',
            States: { In: { Type: 'Pass', Output: '{% $mine %}', End: true } },
          },
        },
      }),
      'SCHEMA_VALIDATION_FAILED /States/Each/ItemProcessor/States/In/Output',
    ],
    [
      'a state whose name another flow has, too',
      machine({
        Work: {
          Type: 'Parallel',
          End: true,
          Branches: [{ StartAt: 'Work', States: { Work: { Type: 'Pass', End: true } } }],
        },
      }),
      'SCHEMA_VALIDATION_FAILED /States/Work/Branches[0]/States/Work',
    ],
    [
      'a catcher that comes after States.ALL',
      machine({
        Work: {
          ...task,
          Catch: [
            { ErrorEquals: ['States.ALL'], Next: 'Done' },
            { ErrorEquals: ['Busy'], Next: 'Done' },
          ],
        },
        Done: { Type: 'Succeed' },
      }),
      'SCHEMA_VALIDATION_FAILED /States/Work/Catch[0]/ErrorEquals',
    ],
    [
      'a retrier whose longest delay is its first',
      machine({
        Work: {
          ...task,
          Retry: [{ ErrorEquals: ['Busy'], IntervalSeconds: 3, MaxDelaySeconds: 3 }],
        },
      }),
      'SCHEMA_VALIDATION_FAILED /States/Work/Retry[0]/MaxDelaySeconds',
    ],
    [
      'a retrier that waits ever less',
      machine({ Work: { ...task, Retry: [{ ErrorEquals: ['Busy'], BackoffRate: 0.5 }] } }),
      'SCHEMA_VALIDATION_FAILED /States/Work/Retry[0]/BackoffRate',
    ],
    [
      'a jitter that it does not know',
      machine({ Work: { ...task, Retry: [{ ErrorEquals: ['Busy'], JitterStrategy: 'SOME' }] } }),
      'SCHEMA_VALIDATION_FAILED /States/Work/Retry[0]/JitterStrategy',
    ],
    [
      'a catcher that retries',
      machine({
        Work: { ...task, Catch: [{ ErrorEquals: ['Busy'], Next: 'Done', MaxAttempts: 1 }] },
        Done: { Type: 'Succeed' },
      }),
      'SCHEMA_VALIDATION_FAILED /States/Work/Catch[0]/MaxAttempts',
    ],
    [
      'a rule of a Choice without a condition',
      machine({ Sort: { Type: 'Choice', Choices: [{ Next: 'Done' }] }, Done: { Type: 'Succeed' } }),
      'SCHEMA_VALIDATION_FAILED /States/Sort/Choices[0]',
    ],
    [
      'a timeout of nothing',
      machine({ Work: { ...task, TimeoutSeconds: 0 } }),
      'SCHEMA_VALIDATION_FAILED /States/Work/TimeoutSeconds',
    ],
    [
      'a heartbeat that the timeout forestalls',
      machine({ Work: { ...task, TimeoutSeconds: 5, HeartbeatSeconds: 5 } }),
      'SCHEMA_VALIDATION_FAILED /States/Work/HeartbeatSeconds',
    ],
    [
      'a percentage above 100',
      distributed({ ToleratedFailurePercentage: 101 }),
      'SCHEMA_VALIDATION_FAILED /States/Each/ToleratedFailurePercentage',
    ],
  ])('refuses %s, and only that', (_, text, fault) => {
    expect(faults(text)).toEqual([fault]);
    expect(parseDefinition(text).machine).toBeNull();
  });

  it('has distributed Maps in standard workflows only', () => {
    const { diagnostics, machine: none } = parseDefinition(distributed({}), { type: 'EXPRESS' });

    expect(diagnostics).toMatchObject([
      { location: '/States/Each/ItemProcessor/ProcessorConfig', severity: 'ERROR' },
    ]);
    expect(none).toBeNull();
    expect(faults(distributed({}))).toEqual([]);
  });

  it('takes a lambda parameter for no variable of the machine', () => {
    const text = machine({
      Work: { ...task, Output: '{% $map([1, 2], function($v, $i) { $v + $i }) %}' },
    });

    expect(faults(text)).toEqual([]);
  });

  it('gives the reason that its user has against a resource', () => {
    const { diagnostics } = parseDefinition(machine({ Work: task }), {
      refuseResource: () => 'not here',
    });

    expect(diagnostics).toEqual([
      {
        severity: 'ERROR',
        code: 'SCHEMA_VALIDATION_FAILED',
        message: 'not here',
        location: '/States/Work/Resource',
      },
    ]);
  });
});
