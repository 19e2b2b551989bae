import { describe, expect, it } from '@jest/globals';
import { canonicalJson, type Json } from '../../../../core/ledger/canonical-json.ts';

describe('the one text of a value', () => {
  it.each<[Json, string]>([
    [null, 'null'],
    [true, 'true'],
    [-7, '-7'],
    ['a "quoted"\n line', '"a \\"quoted\\"\\n line"'],
    [[3, 'x', [null]], '[3,"x",[null]]'],
    [{}, '{}'],
    [{ b: 1, a: { d: [], c: 2 }, B: 3 }, '{"B":3,"a":{"c":2,"d":[]},"b":1}'],
  ])('of %j is %s', (value, text) => {
    expect(canonicalJson(value)).toBe(text);
    expect(JSON.parse(text)).toEqual(value);
  });

  it('is the same in whatever order the members came', () => {
    expect(canonicalJson({ one: 1, two: 2, three: 3 })).toBe(
      canonicalJson({ three: 3, one: 1, two: 2 }),
    );
  });

  it.each([0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])(
    'there is none of the number %d: it could be written in two ways',
    (value) => {
      expect(() => canonicalJson({ value })).toThrow(
        new TypeError('a ledger record holds safe integers only'),
      );
    },
  );
});
