import { describe, expect, it } from '@jest/globals';

import { parseStrictJson } from '../../../core/strict-json.ts';

describe('[SEC-01] strict JSON', () => {
  it.each<[string, unknown]>([
    ['{}', {}],
    ['[]', []],
    ['"a"', 'a'],
    ['-0.5e3', -500],
    ['null', null],
    ['{"a":1,"b":1}', { a: 1, b: 1 }],
    ['{"a":"a","b":"a"}', { a: 'a', b: 'a' }],
    ['{"a":{"a":{"a":1}}}', { a: { a: { a: 1 } } }],
    ['[{"a":1},{"a":2}]', [{ a: 1 }, { a: 2 }]],
    ['{"a":["a","a"]}', { a: ['a', 'a'] }],
    ['{"a":"\\"a\\":1","b":2}', { a: '"a":1', b: 2 }],
    ['{"a":"\\"","b":1}', { a: '"', b: 1 }],
    ['{"a\\"":1,"b":1}', { 'a"': 1, b: 1 }],
    ['{"a":"\\\\\\"","b":1}', { a: '\\"', b: 1 }],
    ['{"a":"\\\\","b":"\\\\"}', { a: '\\', b: '\\' }],
    ['{"a":"}{","b":"]["}', { a: '}{', b: '][' }],
    ['{"a\\\\":1,"a":2}', { 'a\\': 1, a: 2 }],
    [' { "a" : 1 } ', { a: 1 }],
  ])('reads %s', (text, value) => {
    expect(parseStrictJson(text)).toEqual(value);
  });

  it.each([0, 1, 63, 64, 5000])(
    'sees a repeated key however far its colon is: %i blanks',
    (blanks) => {
      expect(parseStrictJson(`{"a":1,"a"${' '.repeat(blanks)}:2}`)).toBeUndefined();
    },
  );

  it.each([
    ['an empty text', ''],
    ['a word', 'undefined'],
    ['a trailing comma', '{"a":1,}'],
    ['single quotes', "{'a':1}"],
    ['a comment', '{"a":1/**/}'],
    ['an open text', '{"a":"'],
    ['a lone escape', '"\\'],
    ['a key twice', '{"a":1,"a":1}'],
    ['a key twice with other keys between', '{"a":1,"b":2,"a":1}'],
    ['a key twice, once escaped', '{"a":1,"\\u0061":1}'],
    ['a key twice, a slash once escaped', '{"/":1,"\\/":1}'],
    ['a key twice, a letter in upper-case hex', '{"\\u004A":1,"\\u004a":1}'],
    ['a key twice with blanks before the colon', '{"a":1,"a" \t\r\n :1}'],
    ['a key twice that ends in a quote', '{"a\\"":1,"a\\"":2}'],
    ['a key twice, hidden behind a quote', '{"a":"\\"","b":1,"b":2}'],
    ['a key twice, one empty', '{"":1,"":2}'],
    ['a prototype twice', '{"__proto__":1,"__proto__":2}'],
    ['a key twice within a list', '[{"a":1,"a":2}]'],
    ['a key twice after an object was closed', '{"a":{"b":1},"a":2}'],
  ])('refuses %s', (_, text) => {
    expect(parseStrictJson(text)).toBeUndefined();
  });

  it.each([
    [8, 8, true],
    [9, 8, false],
    [1, 1, true],
    [2, 1, false],
    [32, 32, true],
    [33, 32, false],
    [20_000, 32, false],
  ])('of depth %i under a limit of %i is read: %s', (depth, limit, isRead) => {
    const text = '['.repeat(depth) + ']'.repeat(depth);
    expect(parseStrictJson(text, limit) !== undefined).toBe(isRead);
  });

  it.each(['{"__proto__":{"polluted":true}}', '{"a":[{"\\u005f_proto__":null}]}'])(
    'refuses a key named __proto__, however it is spelled: %s',
    (text) => {
      expect(parseStrictJson(text)).toBeUndefined();
      expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    },
  );

  it('keeps a key named constructor as a key', () => {
    expect(Object.keys(parseStrictJson('{"constructor":1}') as object)).toEqual(['constructor']);
  });
});
