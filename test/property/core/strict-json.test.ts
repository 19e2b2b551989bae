import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';

import { parseStrictJson } from '../../../core/strict-json.ts';

const namesPrototype = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  Object.entries(value).some(([name, part]) => name === '__proto__' || namesPrototype(part));
const json = fc
  .jsonValue({ maxDepth: 6, noUnicodeString: false })
  .filter((value) => !namesPrototype(value));
const blank = fc.stringMatching(/^[ \t\r\n]{0,3}$/);
/** A key in one of its many spellings. */
const spelled = (key: string, isEscaped: readonly boolean[]): string =>
  `"${Array.from(key)
    .map((character, index) =>
      isEscaped[index % Math.max(isEscaped.length, 1)] === true
        ? character.replace(
            /[\s\S]/g,
            (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
          )
        : JSON.stringify(character).slice(1, -1),
    )
    .join('')}"`;

describe('[SEC-01] strict JSON', () => {
  it('reads what JSON says, in any layout', () => {
    fc.assert(
      fc.property(json, fc.constantFrom(undefined, 2, '\t'), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        expect(parseStrictJson(text)).toEqual(JSON.parse(text));
      }),
      { numRuns: 500 },
    );
  });

  it('refuses a key that is a prototype to some, wherever it stands', () => {
    fc.assert(
      fc.property(
        json,
        json,
        fc.array(fc.boolean(), { maxLength: 4 }),
        fc.integer({ min: 0, max: 6 }),
        (value, other, isEscaped, depth) => {
          const textWith = (name: string) =>
            `${'['.repeat(depth)}{"":${JSON.stringify(other)},${spelled(name, isEscaped)}:${JSON.stringify(value)}}${']'.repeat(depth)}`;
          expect(parseStrictJson(textWith('__proto__'), 20)).toBeUndefined();
          const good = textWith('__proto_');
          expect(parseStrictJson(good, 20)).toEqual(JSON.parse(good));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('refuses a key that comes twice, however it is spelled and wherever it stands', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 6 }),
        fc.array(fc.boolean(), { maxLength: 4 }),
        fc.array(fc.boolean(), { maxLength: 4 }),
        fc.tuple(blank, blank),
        fc.integer({ min: 0, max: 6 }),
        (key, one, other, [before, after], depth) => {
          const textWith = (second: string) =>
            `${'['.repeat(depth)}{${spelled(key, one)}:1,"":{},${before}${second}${after}:2}${']'.repeat(depth)}`;
          fc.pre(key !== '');
          expect(parseStrictJson(textWith(spelled(key, other)))).toBeUndefined();
          const good = textWith(spelled(`${key}'`, other));
          expect(parseStrictJson(good)).toEqual(JSON.parse(good));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('never throws, and reads nothing that JSON does not', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const value = parseStrictJson(text);
        if (value !== undefined) expect(value).toEqual(JSON.parse(text));
      }),
      { numRuns: 500 },
    );
  });
});
