import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';

import { cacheKeyOf, type CacheKeyFields } from '../../../core/cache/cache-key.ts';

/** The text that is hashed: two field lists that give different texts give different keys. */
const textOf = (fields: CacheKeyFields): string =>
  cacheKeyOf(fields, { sha256Hex: (text) => text });

/** Texts that look like the encoding itself come up often. */
const text = fc.oneof(
  fc.string({ maxLength: 8 }),
  fc.string({ maxLength: 8, unit: 'grapheme' }),
  fc.stringMatching(/^[-0-9:]{0,6}$/),
);
const textOrNull = fc.option(text, { nil: null });
const fields: fc.Arbitrary<CacheKeyFields> = fc.record({
  identityPoolId: text,
  developerProvider: text,
  subject: text,
  actor: textOrNull,
  client: text,
  grant: text,
  roleArn: text,
  sessionPolicyTemplate: textOrNull,
  tags: fc.dictionary(text, text, { maxKeys: 4 }),
  durationSeconds: fc.integer({ min: 900, max: 43_200 }),
});
type FieldName = keyof CacheKeyFields;
const emptyFields: CacheKeyFields = {
  identityPoolId: '',
  developerProvider: '',
  subject: '',
  actor: null,
  client: '',
  grant: '',
  roleArn: '',
  sessionPolicyTemplate: null,
  tags: {},
  durationSeconds: 900,
};
const textNames = [
  'identityPoolId',
  'developerProvider',
  'subject',
  'client',
  'grant',
  'roleArn',
] as const;

const sameFields = (one: CacheKeyFields, other: CacheKeyFields): boolean => {
  const sorted = ({ tags, ...rest }: CacheKeyFields) =>
    JSON.stringify([
      Object.entries(rest).sort(([a], [b]) => (a < b ? -1 : 1)),
      Object.entries(tags).sort(([a], [b]) => (a < b ? -1 : 1)),
    ]);
  return sorted(one) === sorted(other);
};

describe('[SEC-04] the cache key', () => {
  it('is the same for the same fields and another for any others', () => {
    fc.assert(
      fc.property(fields, fields, (one, other) => {
        expect(textOf(one) === textOf(other)).toBe(sameFields(one, other));
      }),
      { numRuns: 1000 },
    );
  });

  it('is another when any one field is', () => {
    const change = fc
      .tuple(fields, fields, fc.constantFrom(...(Object.keys(emptyFields) as FieldName[])))
      .map(([one, other, name]) => [one, { ...one, [name]: other[name] }] as const);
    fc.assert(
      fc.property(change, ([one, other]) => {
        fc.pre(!sameFields(one, other));
        expect(textOf(one)).not.toBe(textOf(other));
      }),
      { numRuns: 1000 },
    );
  });

  it('is another when a character moves from one field to the next', () => {
    const shift = fc.tuple(fields, fc.integer({ min: 0, max: textNames.length - 2 }));
    fc.assert(
      fc.property(shift, ([one, index]) => {
        const [from, to] = [textNames[index] ?? 'client', textNames[index + 1] ?? 'grant'];
        fc.pre(one[from] !== '');
        const other = {
          ...one,
          [from]: one[from].slice(0, -1),
          [to]: one[from].slice(-1) + one[to],
        };
        expect(textOf(one)).not.toBe(textOf(other));
      }),
      { numRuns: 1000 },
    );
  });

  it('is another when a character moves from a tag’s name to its value', () => {
    fc.assert(
      fc.property(fields, text, text, (one, name, value) => {
        fc.pre(name !== '');
        const before = { ...one, tags: { [name]: value } };
        const after = { ...one, tags: { [name.slice(0, -1)]: name.slice(-1) + value } };
        expect(textOf(before)).not.toBe(textOf(after));
      }),
    );
  });

  it('does not depend on the order in which tags were written', () => {
    fc.assert(
      fc.property(fields, (one) => {
        const reversed = Object.fromEntries(Object.entries(one.tags).reverse());
        expect(textOf({ ...one, tags: reversed })).toBe(textOf(one));
      }),
    );
  });
});
