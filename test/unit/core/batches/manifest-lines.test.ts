import { describe, expect, it } from '@jest/globals';
import { manifestCounter } from '../../../../core/batches/manifest-lines.ts';
import { errorNameOf } from './error-name.ts';

const count = (format: 'csv' | 'jsonl', lines: readonly string[]): number => {
  const counter = manifestCounter(format);
  for (const line of lines) counter.take(line);
  return counter.total();
};

describe('a manifest', () => {
  it('of CSV is counted below its header, blank lines left out', () => {
    expect(count('csv', ['\uFEFFregion,"subject"', 'north,alice', '', 'south,bob'])).toBe(2);
  });

  it.each(['\uFEFFsubject,region', 'region, subject ', 'subject'])(
    'of CSV may have the header %j',
    (header) => {
      expect(count('csv', [header, 'alice,north'])).toBe(1);
    },
  );

  it('may spell a subject with as many characters as a row’s key has room for', () => {
    expect(count('jsonl', [`{"subject":"${'a'.repeat(256)}"}`])).toBe(1);
  });

  it('of JSON is counted line by line', () => {
    expect(count('jsonl', ['{"subject":"alice"}', ' ', '{"subject":"bob","more":1}'])).toBe(2);
  });

  it.each([
    ['csv', 'name,region'],
    ['csv', 'subject,subject'],
    ['csv', 'alice'],
    ['csv', 'sub\uFEFFject'],
    ['jsonl', 'alice'],
    ['jsonl', '"alice"'],
    ['jsonl', '{"sub":"alice"}'],
    ['jsonl', '{"subject":""}'],
    ['jsonl', '{"subject":7}'],
    ['jsonl', '{"subject":["alice"]}'],
    ['jsonl', 'null'],
    ['jsonl', `{"subject":"${'a'.repeat(257)}"}`],
  ] as const)('of %s is refused before anything is minted: %s', (format, line) => {
    expect(errorNameOf(() => count(format, [line]))).toBe('Batch.ManifestInvalid');
  });
});
