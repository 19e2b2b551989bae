import { describe, expect, it } from '@jest/globals';
import { runScripted } from './scripted-run.ts';
import { jsonata, outputOf } from './jsonata-machine.ts';

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
