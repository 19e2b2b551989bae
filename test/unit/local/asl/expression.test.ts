import { describe, expect, it } from '@jest/globals';
import jsonata from 'jsonata';
import { EvaluationError } from '../../../../local/asl/errors.ts';
import { plainJson } from '../../../../local/asl/plain-json.ts';
import { compileExpression, expressionText } from '../../../../local/asl/expression.ts';
import type { Surroundings } from '../../../../local/asl/expression.ts';

const surroundings: Surroundings = {
  states: { input: { name: 'n', list: [1, 2], one: [{ a: 'x' }], nothing: null, empty: '' } },
  variables: new Map(
    Object.entries({
      rows: [{ pk: { S: 'a' } }, { pk: { S: 'b' } }],
      none: [],
      caller: { subject: 'users:a', deep: { list: [[1]], yes: false, twin: { a: 1 } } },
      twin: { a: 1 },
      count: 'shadowed',
      marked: { _jsonata_lambda: true },
    }).map(([name, value]) => [name, { value, bytes: 0 }]),
  ),
  nowEpochMillis: 1_000,
  random: () => 0.5,
};

describe('an expression', () => {
  it.each([
    '$caller',
    '$caller.subject',
    '$caller.deep.list',
    '$caller.deep.list[0]',
    '$caller.deep.yes',
    '$caller.missing',
    '$rows',
    '$rows.pk.S',
    '$rows[1].pk',
    '$rows[pk.S = "a"].pk.S',
    '$none',
    '$none.x',
    '$states.input.one.a',
    '$states.input.one[]',
    '$states.input.list[]',
    '$states.input.nothing',
    '$states.input.nothing.x',
    '$states.input.empty',
    "'a' & $caller.subject & 'b'",
    "'a' & $caller.deep",
    "'a' & $caller.missing",
    "$states.input.list & 'b'",
    "'text'",
    '$count',
    '1 <= 1',
    '1 < 1',
    '2 >= 2',
    '2 > 2',
    "'b' >= 'b'",
    '$twin = $caller.deep.twin',
    '$twin != $caller.deep.twin',
    '2 * 3 - 1',
    "$substring('a\u{1f511}b', 1, 1)",
    '$fromMillis(253402300800000)',
    "$string($rows[pk.S = 'b'])",
    "$max([0, $rows[pk.S = 'c'].epoch.N.$number()])",
  ])('%s gives at once, if anything, what JSONata gives', async (text) => {
    const bindings = {
      states: surroundings.states,
      ...Object.fromEntries([...surroundings.variables].map(([name, { value }]) => [name, value])),
    };
    const reference: unknown = await jsonata(text).evaluate(undefined, bindings);
    const expected = plainJson(reference);
    const expression = compileExpression(text);
    const direct = expression.direct(surroundings);

    if (direct !== undefined) expect(direct).toEqual(expected);
    const evaluated = expression.evaluate(surroundings, 'Output').catch((error: unknown) => {
      if (error instanceof EvaluationError) return undefined;
      throw error;
    });
    expect(await evaluated).toEqual(expected);
  });

  it.each(["{'__proto__': $caller}", '$string($marked)'])('leaves %s to JSONata', (text) => {
    expect(compileExpression(text).direct(surroundings)).toBeUndefined();
  });

  it('selecting a member of a variable needs no evaluation', () => {
    expect(compileExpression('$caller.subject').direct(surroundings)).toBe('users:a');
    expect(compileExpression("'a#' & $caller.subject").direct(surroundings)).toBe('a#users:a');
  });

  it.each([
    ["$exists($caller.actor) and $caller.actor != null ? $caller.actor : '-'", '-'],
    ['$string($floor(($millis() + 250) / 1000) + $number("7"))', '8'],
    ["$caller.deep.yes or ($states.input.name = 'n' and $not($caller.subject = 'x'))", true],
    ['$toMillis("2026-11-22T10:00:00.000Z") / 1000 >= 1', true],
    ['$states.input.nothing', null],
  ])('%s needs none either', (text, expected) => {
    expect(compileExpression(text).direct(surroundings)).toEqual(expected);
  });

  it.each(['true or $nowhere', '1 / 0 + 1'])('%s fails, and is not answered before', (text) => {
    expect(compileExpression(text).direct(surroundings)).toBeUndefined();
  });

  it('keeps the time of its evaluation, however many run at once', async () => {
    const expression = compileExpression('[$millis(), $string($now()), $millis()]');
    const results = await Promise.all(
      [1_000, 2_000, 3_000].map((nowEpochMillis) =>
        expression.evaluate({ ...surroundings, nowEpochMillis }, 'Output'),
      ),
    );

    expect(results).toEqual([
      [1_000, '1970-01-01T00:00:01.000Z', 1_000],
      [2_000, '1970-01-01T00:00:02.000Z', 2_000],
      [3_000, '1970-01-01T00:00:03.000Z', 3_000],
    ]);
  });

  it('gives plain JSON, without JSONata’s marks on its lists', async () => {
    const made = await compileExpression('$rows.pk.S').evaluate(surroundings, 'Output');

    expect(Object.getOwnPropertyNames(made)).toEqual(['0', '1', 'length']);
  });

  it.each([
    ['$nowhere', "undefined variable 'nowhere'"],
    ['$caller.missing', 'returned nothing (undefined)'],
    ["1 + 'a'", 'T2002'],
    ['$sum', 'A function is not a JSON value'],
  ])('%s fails, and says why and where', async (text, reason) => {
    const failing = compileExpression(text).evaluate(surroundings, 'Arguments/x');

    await expect(failing).rejects.toMatchObject({
      error: 'States.QueryEvaluationError',
      location: 'Arguments/x',
      cause: expect.stringContaining(reason),
    });
  });

  it('knows every function of JSONata by name: none is taken for a variable', () => {
    const functions = (
      'sum count max min average string substring substringBefore substringAfter lowercase uppercase ' +
      'length trim pad match contains replace split join formatNumber formatBase formatInteger ' +
      'parseInteger number floor ceil round abs sqrt power random boolean not map zip filter single ' +
      'reduce sift keys lookup append exists spread merge reverse each error assert type sort shuffle ' +
      'distinct base64encode base64decode encodeUrlComponent encodeUrl decodeUrlComponent decodeUrl ' +
      'eval toMillis fromMillis clone now millis'
    ).split(' ');

    for (const name of functions) {
      expect(compileExpression(`$${name}(1)`).references.free).toEqual([]);
    }
  });

  it('is a whole text between {% and %}', () => {
    expect(expressionText('{% $a %}')).toBe('$a');
    expect(expressionText('{%$a%}')).toBe('$a');
    expect(expressionText(' {% $a %}')).toBeUndefined();
    expect(expressionText('{% $a %} ')).toBeUndefined();
  });
});
