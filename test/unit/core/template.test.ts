import { describe, expect, it } from '@jest/globals';

import {
  escapeForIam,
  fillPlaceholders,
  mapTexts,
  placeholdersIn,
} from '../../../core/template.ts';

describe('placeholders', () => {
  it.each<[string, readonly string[]]>([
    ['nothing', []],
    ['{{a}}', ['a']],
    ['{{a}}/{{b}}/{{a}}', ['a', 'b', 'a']],
    ['{{a}}{{b}}', ['a', 'b']],
    ['{{}}', ['']],
    ['{{{a}}}', ['a']],
    ['{a}', []],
    ['{{a}', []],
    ['${a}', []],
    ['{{claim:custom:team}}', ['claim:custom:team']],
  ])('in %s are %j', (text, names) => {
    expect(placeholdersIn(text)).toEqual(names);
  });

  it('stay where nothing is known for them', () => {
    expect(fillPlaceholders('{{a}}-{{b}}', (name) => (name === 'a' ? '1' : undefined))).toBe(
      '1-{{b}}',
    );
  });

  it.each(['$&', '$1', '$$', "$'", '$`'])('take %s as it is', (value) => {
    expect(fillPlaceholders('<{{a}}>', () => value)).toBe(`<${value}>`);
  });

  it('are not looked for in what was filled in', () => {
    expect(fillPlaceholders('{{a}}', (name) => (name === 'a' ? '{{b}}' : 'filled twice'))).toBe(
      '{{b}}',
    );
  });

  it('may be filled with nothing', () => {
    expect(fillPlaceholders('<{{a}}>', () => '')).toBe('<>');
  });
});

describe('[SEC-07] a value in an IAM policy', () => {
  it.each([
    ['', ''],
    ['plain', 'plain'],
    ['*', '${*}'],
    ['?', '${?}'],
    ['$', '${$}'],
    ['a*b?c$d', 'a${*}b${?}c${$}d'],
    ['${aws:username}', '${$}{aws:username}'],
    ['${*}', '${$}{${*}}'],
  ])('%j is written %j', (value, written) => {
    expect(escapeForIam(value)).toBe(written);
  });
});

describe('changing the texts of a JSON value', () => {
  it('reaches every text and leaves keys and other values alone', () => {
    const value = { a: 'x', b: ['x', { c: 'x', x: 1 }], d: null, e: true, f: 2 };
    expect(mapTexts(value, (text) => text.toUpperCase())).toEqual({
      a: 'X',
      b: ['X', { c: 'X', x: 1 }],
      d: null,
      e: true,
      f: 2,
    });
    expect(value.a).toBe('x');
  });
});
