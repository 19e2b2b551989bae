import { describe, expect, it } from '@jest/globals';
import conditionParser, { type ExpressionContext } from 'dynalite/db/conditionParser.js';
import projectionParser from 'dynalite/db/projectionParser.js';
import updateParser from 'dynalite/db/updateParser.js';
import fc from 'fast-check';
import { keepingParse } from '../../../../local/services/dynamodb/parsed-expressions.ts';

type Value = Readonly<Record<string, unknown>>;
type Given = Pick<ExpressionContext, 'attrNames' | 'attrVals'>;

/** What a parser answers, and which names and values it leaves as unused. */
const outcome = (
  parse: (typeof conditionParser)['parse'],
  text: string,
  { attrNames = {}, attrVals = {} }: Given,
) => {
  const context = {
    attrNames,
    attrVals,
    unusedAttrNames: { ...attrNames } as Record<string, unknown>,
    unusedAttrVals: { ...attrVals } as Record<string, unknown>,
    isReserved: (name: string) => name === 'status',
    compare: (_: string, left: Value, right: Value) => Number(left['N']) > Number(right['N']),
  };
  try {
    const parsed = parse(text, { context });
    if (typeof parsed === 'string') return { refusal: parsed };
    return { parsed, unused: [context.unusedAttrNames, context.unusedAttrVals] };
  } catch (error) {
    return { refusal: (error as Error).message };
  }
};

const value = fc.oneof(
  fc.string({ maxLength: 5 }).map((S): Value => ({ S })),
  fc.constantFrom('S', 'N', 'BOOL', 'SS').map((S): Value => ({ S })),
  fc.integer().map((N): Value => ({ N: String(N) })),
  fc.boolean().map((BOOL): Value => ({ BOOL })),
  fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 1 }).map((SS): Value => ({ SS })),
  fc.integer().map((N): Value => ({ L: [{ N: String(N) }] })),
);
/** Now and then the very same object under several names. */
const values = fc
  .tuple(value, fc.array(fc.option(value), { minLength: 4, maxLength: 4 }))
  .map(([shared, others]): Record<string, Value> =>
    Object.fromEntries(others.map((other, index) => [`:v${String(index)}`, other ?? shared])),
  );
const names = fc.dictionary(
  fc.constantFrom('#a', '#b', '#c'),
  fc.constantFrom('one', 'two', 'status', '__proto__'),
);

const path = fc.constantFrom('one', 'two', 'three.four[1]', 'status', '#a', '#b.#c', '#a[0].two');
const operand = fc.oneof(path, fc.constantFrom(':v0', ':v1', ':v2', ':v3', ':missing'));
const { condition } = fc.letrec<{ condition: string }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 2 },
    fc
      .tuple(operand, fc.constantFrom('=', '<>', '<', '>='), operand)
      .map(([left, sign, right]) => `${left} ${sign} ${right}`),
    fc
      .tuple(operand, operand, operand, fc.constantFrom('BETWEEN', 'between'))
      .map(([one, low, high, word]) => `${one} ${word} ${low} AND ${high}`),
    fc.tuple(operand, operand).map(([one, other]) => `${one} IN (${other}, :v3)`),
    fc
      .tuple(fc.constantFrom('attribute_exists', 'size', 'nothing'), operand)
      .map(([name, one]) => `${name}(${one})`),
    fc
      .tuple(fc.constantFrom('attribute_type', 'begins_with', 'contains'), operand, operand)
      .map(([name, one, other]) => `${name}(${one}, ${other})`),
    fc
      .tuple(tie('condition'), fc.constantFrom('AND', 'OR'), tie('condition'))
      .map(([left, word, right]) => `(${left}) ${word} ${right}`),
    tie('condition').map((inner) => `NOT (${inner})`),
  ),
}));
const assignment = fc
  .tuple(path, operand, operand, fc.constantFrom('', '+', 'if_not_exists', 'list_append'))
  .map(([to, one, other, how]) => {
    if (how === '') return `${to} = ${one}`;
    return how === '+' ? `${to} = ${one} + ${other}` : `${to} = ${how}(${one}, ${other})`;
  });
const update = fc
  .tuple(fc.array(assignment, { minLength: 1, maxLength: 3 }), path, path, operand)
  .map(([set, gone, sum, by]) => `SET ${set.join(', ')} REMOVE ${gone} ADD ${sum} ${by}`);
const projection = fc.array(path, { minLength: 1, maxLength: 3 }).map((paths) => paths.join(', '));

const expression = fc.oneof(
  condition.map((text) => ({ parser: conditionParser, text })),
  update.map((text) => ({ parser: updateParser, text })),
  projection.map((text) => ({ parser: projectionParser, text })),
);

it('an expression is parsed and refused as dynalite does, whatever was parsed before', () => {
  const calls = fc.array(fc.record({ attrNames: names, attrVals: values }), {
    minLength: 2,
    maxLength: 6,
  });
  fc.assert(
    fc.property(expression, calls, ({ parser: { parse }, text }, given) => {
      const keeping = keepingParse(parse);
      for (const each of given) {
        expect(outcome(keeping, text, each)).toEqual(outcome(parse, text, each));
      }
    }),
    { numRuns: 2_000 },
  );
});

describe('what is kept', () => {
  it.each([
    [
      'one BETWEEN :v0 AND :v1',
      { ':v0': { N: '1' }, ':v1': { N: '2' } },
      { ':v0': { N: '3' }, ':v1': { N: '2' } },
    ],
    ['attribute_type(one, :v0)', { ':v0': { S: 'SS' } }, { ':v0': { S: 'text' } }],
    ['begins_with(one, :v0)', { ':v0': { S: 'text' } }, { ':v0': { N: '1' } }],
    ['one = :v0', { ':v0': { S: 'text' } }, { ':v1': { S: 'text' } }],
  ])('does not make %s right with values for which it is wrong', (text, right, wrong) => {
    const keeping = keepingParse(conditionParser.parse);
    expect(outcome(keeping, text, { attrVals: right })).toHaveProperty('parsed');
    expect(outcome(keeping, text, { attrVals: wrong })).toHaveProperty('refusal');
  });

  it('has the values of each call', () => {
    let parses = 0;
    const keeping = keepingParse((...call) => {
      parses += 1;
      return conditionParser.parse(...call);
    });
    const text = '#a = :v0 OR #a < :v1';
    const shared = { N: '1' };
    const attrNames = { '#a': 'one' };
    outcome(keeping, text, { attrNames, attrVals: { ':v0': shared, ':v1': shared } });
    const attrVals = { ':v0': { N: '2' }, ':v1': { N: '3' } };
    expect(outcome(keeping, text, { attrNames, attrVals })).toEqual(
      outcome(conditionParser.parse, text, { attrNames, attrVals }),
    );
    expect(parses).toBe(1);
  });

  it('is not changed by whoever got it', () => {
    const keeping = keepingParse(updateParser.parse);
    const given = { attrVals: { ':v0': { S: 'x' } } };
    const first = outcome(keeping, 'SET one.two = :v0', given);
    const sections = (first.parsed as { sections: { path: string[] }[] }).sections;
    sections[0]?.path.push('three');
    sections.pop();
    expect(outcome(keeping, 'SET one.two = :v0', given)).toEqual(
      outcome(updateParser.parse, 'SET one.two = :v0', given),
    );
  });
});
