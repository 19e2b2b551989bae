import { describe, expect, it } from '@jest/globals';
import { nodeDigest } from '../../../../adapters/digest.ts';
import { StepkeyError } from '../../../../core/errors.ts';
import { cursorOf, positionOf } from '../../../../core/ledger/cursor.ts';

const query = { grant: 'own-files', limit: 20 };
const position = '001795262400#0199-~!/issuance';
const cursor = cursorOf(query, position, nodeDigest);
const hexOf = (text: string): string => Buffer.from(text, 'latin1').toString('hex');
const read = (of: string, list: Parameters<typeof positionOf>[0] = query) =>
  positionOf(list, of, nodeDigest);

describe('a cursor', () => {
  it('says where its list goes on, and hides it', () => {
    expect(read(cursor)).toBe(position);
    expect(cursor).toMatch(/^1\.[0-9a-f]{16}\.[0-9a-f]+$/);
    expect(cursor.split('.')[2]).toBe(hexOf(position));
  });

  it('is of its list alone, whatever order the filters are in', () => {
    expect(read(cursor, { limit: 20, grant: 'own-files' })).toBe(position);
    for (const other of [{ ...query, grant: 'reports' }, { ...query, limit: 21 }, {}]) {
      expect(() => read(cursor, other)).toThrow(StepkeyError);
    }
  });

  const [version, mark, hex] = cursor.split('.');
  const longest = `${'1'.repeat(12)}#${'x'.repeat(1000)}`;

  it('may be of the longest position', () => {
    expect(read(cursorOf(query, longest, nodeDigest))).toBe(longest);
  });

  it.each([
    ['nothing', ''],
    ['no position', `${String(version)}.${String(mark)}`],
    ['an empty position', `${String(version)}.${String(mark)}.`],
    ['another format', `2.${String(mark)}.${String(hex)}`],
    ['another mark', `1.${'0'.repeat(16)}.${String(hex)}`],
    ['more behind it', `${cursor}.`],
    ['half a character behind it', `${cursor}0`],
    ['capital digits', `1.${String(mark)}.${hexOf('001795262400#a').slice(0, -1)}A`],
    ['something before the hex digits', `1.${String(mark)}.x${String(hex)}`],
    ['something behind the hex digits', `1.${String(mark)}.${String(hex)}x`],
    ['eleven digits', cursorOf(query, '01795262400#a', nodeDigest)],
    ['thirteen digits', cursorOf(query, '0001795262400#a', nodeDigest)],
    ['no id', cursorOf(query, '001795262400#', nodeDigest)],
    ['a space in the id', cursorOf(query, '001795262400#a b', nodeDigest)],
    ['a letter beyond ASCII', cursorOf(query, '001795262400#\u00e9', nodeDigest)],
    ['a line end', cursorOf(query, `${position}\n`, nodeDigest)],
    ['an id that is too long', cursorOf(query, `${longest}x`, nodeDigest)],
  ])('is none with %s', (_, forged) => {
    let thrown: unknown;
    try {
      read(forged);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toMatchObject({
      name: 'Request.Malformed',
      faults: ['cursor: is not one of this list, with these filters'],
    });
  });
});
