import { describe, expect, it } from '@jest/globals';
import { parseCondition, parseUpdate, type Item } from '../../../bench/simulate/expressions.ts';

const bindings = {
  names: { '#class': 'batch' },
  values: { ':now': { N: '100' }, ':self': { S: 'me' }, ':one': { N: '1' } },
};
const holds = (text: string, item: Item) => parseCondition(text)(item, bindings);
const lease =
  '(attribute_not_exists(sessionId) OR sessionId = :self) AND (attribute_not_exists(until) OR until < :now)';

describe('a condition', () => {
  it.each<[boolean, Item]>([
    [true, {}],
    [true, { until: { N: '99' } }],
    [false, { until: { N: '100' } }],
    [true, { sessionId: { S: 'me' } }],
    [false, { sessionId: { S: 'another' } }],
    [false, { sessionId: { S: 'me' }, until: { N: '101' } }],
  ])('holds: %s of %j', (expected, item) => {
    expect(holds(lease, item)).toBe(expected);
  });

  it('compares numbers as numbers, and never a number with a text', () => {
    expect(holds('until < :now', { until: { N: '9' } })).toBe(true);
    expect(holds('until < :now', { until: { S: '9' } })).toBe(false);
    expect(holds('until < :now', {})).toBe(false);
  });

  it('knows the type of an attribute', () => {
    const isNoNumber = 'NOT attribute_type(until, :number)';
    const typed = { ...bindings, values: { ':number': { S: 'N' } } };
    const isSo = (item: Item) => parseCondition(isNoNumber)(item, typed);
    expect(isSo({ until: { N: '9' } })).toBe(false);
    expect(isSo({ until: { S: '9' } })).toBe(true);
    expect(isSo({})).toBe(true);
  });

  it.each(['begins_with(a, :now)', 'a = :now AND', '(a = :now', 'a > :now'])(
    'that it does not know is refused: %s',
    (text) => {
      expect(() => holds(text, { a: { N: '1' } })).toThrow(TypeError);
    },
  );
});

describe('an update', () => {
  it('sets, adds and removes', () => {
    const item: Item = { batch: { N: '2' }, owner: { S: 'x' }, until: { N: '5' } };
    parseUpdate('ADD #class :one, fresh :one SET at = :now, by = :self REMOVE owner, until')(
      item,
      bindings,
    );
    expect(item).toEqual({
      batch: { N: '3' },
      fresh: { N: '1' },
      at: { N: '100' },
      by: { S: 'me' },
    });
  });

  it('that it does not know is refused', () => {
    expect(() => {
      parseUpdate('DELETE a :now')({}, bindings);
    }).toThrow(TypeError);
    expect(() => {
      parseUpdate('SET a = if_not_exists(a, :now)')({}, bindings);
    }).toThrow(TypeError);
  });
});
