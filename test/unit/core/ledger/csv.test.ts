import { describe, expect, it } from '@jest/globals';
import { csvLine } from '../../../../core/ledger/csv.ts';

describe('a line of an export', () => {
  it('has its cells as they are, nothing for null, and ends as RFC 4180 says', () => {
    expect(csvLine(['alice', 12, true, null, 'users:alice@example.com'])).toBe(
      'alice,12,true,,users:alice@example.com\r\n',
    );
  });

  it.each([
    ['a,b', '"a,b"'],
    ['a;b', '"a;b"'],
    ['a\tb', '"a\tb"'],
    ['a\rb', '"a\rb"'],
    ['a\nb', '"a\nb"'],
    ['say "no" or "yes"', '"say ""no"" or ""yes"""'],
  ])('keeps %j one cell', (value, cell) => {
    expect(csvLine([value])).toBe(`${cell}\r\n`);
  });

  it.each('=+-@＝＋－＠'.split(''))('makes a text of what begins with %s', (sign) => {
    expect(csvLine([`${sign}1`])).toBe(`'${sign}1\r\n`);
    expect(csvLine([`x;${sign}1`])).toBe(`"x;'${sign}1"\r\n`);
    expect(csvLine([`x${sign}1`])).toBe(`x${sign}1\r\n`);
  });

  it.each(['\t', '\r', '\n'])('makes a text of what begins with %j', (blank) => {
    expect(csvLine([`${blank}x`])).toBe(`"'${blank}x"\r\n`);
    expect(csvLine([`y${blank}=1`])).toBe(`"y${blank}'=1"\r\n`);
  });

  it('leaves a number as it is, a negative one too', () => {
    expect(csvLine([-5])).toBe('-5\r\n');
  });
});
