import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { compileExpression } from '../../local/asl/expression.ts';
import type { Surroundings } from '../../local/asl/expression.ts';

const names = ['one', 'two', 'states', 'constructor'];

const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { weight: 6, arbitrary: tie('scalar') },
    { weight: 2, arbitrary: fc.array(tie('any'), { maxLength: 3 }) },
    { weight: 1, arbitrary: fc.array(tie('scalar'), { maxLength: 3 }) },
    { weight: 2, arbitrary: fc.array(tie('object'), { maxLength: 3 }) },
    { weight: 3, arbitrary: tie('object') },
  ),
  object: fc.dictionary(fc.constantFrom(...names), tie('any'), { maxKeys: 3 }),
  scalar: fc.oneof(
    fc.constantFrom(
      null,
      '',
      'a',
      'b',
      'a\u{1f511}b',
      true,
      false,
      0,
      -0,
      1,
      0.1,
      0.2,
      1e15,
      1e21,
      -3,
    ),
    fc.constantFrom('12', '-7', '-0', '007', '1e3', ' 1', '0x1f', '12345678901234567'),
    fc.constantFrom('2026-11-22T10:00:00.000Z', '2026-02-30T10:00:00.000Z', '2026-11-22'),
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
  ),
})).any;

const surroundings: fc.Arbitrary<Surroundings> = fc
  .record({
    a: value,
    b: value,
    c: value,
    hidden: fc.constantFrom('floor', 'number', 'count'),
    millis: fc.integer({ min: 0, max: 2e12 }),
  })
  .map(({ a, b, c, hidden, millis }) => ({
    states: { input: a },
    variables: new Map(
      Object.entries({ a, b, c, [hidden]: 'hides a function' }).map(([name, of]) => [
        name,
        { value: of, bytes: 0 },
      ]),
    ),
    nowEpochMillis: millis,
    random: () => 0.5,
  }));

const path = fc
  .tuple(
    fc.constantFrom('$a', '$b', '$c', '$states.input', '$states', '$nowhere', 'one', '$', '$$'),
    fc.array(fc.constantFrom(...names.map((name) => `.${name}`), '.$number()', '[0]', '[]'), {
      maxLength: 3,
    }),
  )
  .map(([start, steps]) => `${start}${steps.join('')}`);

const functions = [
  'exists',
  'not',
  'string',
  'number',
  'floor',
  'toMillis',
  'count',
  'boolean',
  'abs',
  'max',
  'min',
  'keys',
  'merge',
  'fromMillis',
];
const operators = [
  '=',
  '!=',
  '&',
  '<',
  '<=',
  '>',
  '>=',
  '+',
  '-',
  '*',
  '/',
  '%',
  'and',
  'or',
  'in',
];

const text = fc.letrec<{ any: string; leaf: string }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 4 },
    tie('leaf'),
    tie('leaf'),
    fc.tuple(fc.constantFrom(...functions), tie('any')).map(([name, of]) => `$${name}(${of})`),
    fc
      .tuple(tie('any'), fc.constantFrom(...operators), tie('any'))
      .map(([left, sign, right]) => `(${left}) ${sign} (${right})`),
    fc
      .tuple(tie('any'), tie('any'), tie('any'))
      .map(([when, yes, no]) => `(${when}) ? (${yes}) : (${no})`),
    fc.tuple(tie('any'), tie('any')).map(([when, yes]) => `(${when}) ? (${yes})`),
    fc
      .tuple(fc.constantFrom('append', 'lookup', 'substring'), tie('any'), tie('any'))
      .map(([name, of, by]) => `$${name}(${of}, ${by})`),
    fc
      .tuple(tie('any'), fc.integer({ min: -1, max: 3 }), fc.integer({ min: -1, max: 3 }))
      .map(([of, start, length]) => `$substring(${of}, ${String(start)}, ${String(length)})`),
    fc.array(tie('any'), { maxLength: 3 }).map((items) => `[${items.join(', ')}]`),
    fc.tuple(tie('leaf'), tie('leaf')).map(([list, more]) => `$append([${list}], ${more})`),
    fc
      .array(fc.tuple(fc.constantFrom(...names, '__proto__'), tie('any')), { maxLength: 2 })
      .map((pairs) => `{${pairs.map(([name, of]) => `'${name}': ${of}`).join(', ')}}`),
    fc
      .tuple(
        fc.constantFrom('$a', '$b', '$states.input'),
        tie('any'),
        fc.constantFrom('', '.one', '.two.$number()', '[one = 1]', '[]', '[].one', '{one: two}'),
      )
      .map(([start, predicate, end]) => `${start}[${predicate}]${end}`),
    fc
      .tuple(fc.constantFrom('$a', '$b'), fc.constantFrom(...names), tie('leaf'))
      .map(([start, name, of]) => `${start}[${name} = ${of}].two`),
  ),
  leaf: fc.oneof(
    { weight: 3, arbitrary: path },
    {
      weight: 2,
      arbitrary: fc.constantFrom(
        '0',
        '1',
        '-1',
        '0.5',
        "'a'",
        "''",
        "'12'",
        'true',
        'false',
        'null',
      ),
    },
    {
      weight: 1,
      arbitrary: fc.constantFrom('$millis()', '{}', '[]', '[1]', "{'one': 1}", 'one', 'two.one'),
    },
  ),
})).any;

describe('an expression that is answered without JSONata’s evaluator', () => {
  it('has JSONata’s answer', async () => {
    let asked = 0;
    let answered = 0;
    await fc.assert(
      fc.asyncProperty(text, surroundings, async (of, given) => {
        const expression = compileExpression(of);
        const direct = expression.direct(given);
        asked += 1;
        if (direct === undefined) return;
        answered += 1;
        expect(await expression.evaluate(given, 'Output')).toEqual(direct);
      }),
      { numRuns: Number(process.env['NUM_RUNS'] ?? 3000) },
    );
    // Else nothing was compared.
    expect(answered).toBeGreaterThan(asked / 10);
  });
});
