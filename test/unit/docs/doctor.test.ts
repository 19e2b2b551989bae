import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { checkList } from '../../../client/cli/health/check-list.ts';
import { toldOf } from '../../../client/cli/health/finding.ts';

const docs = join(import.meta.dirname, '../../../docs');
const rows = readFileSync(join(docs, 'doctor.md'), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line) => line.split('|').map((cell) => cell.trim()));

it('docs/doctor.md lists every check of the command, word for word', () => {
  expect(
    rows.map(([, id = '', of, looksAt, mend]) => [id.replaceAll('`', ''), of, looksAt, mend]),
  ).toEqual(
    Object.entries(checkList).map(([id, { of, looksAt, mend }]) => [id, of, looksAt, mend]),
  );
});

it('a finding says what to do by itself, or as the list has it, and nothing where all is well', () => {
  const said = { check: 'clock', level: 'fail', message: 'it is late' } as const;
  expect(toldOf(said)).toMatchObject({
    looksAt: checkList.clock.looksAt,
    mend: checkList.clock.mend,
  });
  expect(toldOf({ ...said, mend: 'wind it' }).mend).toBe('wind it');
  expect(toldOf({ ...said, level: 'ok' }).mend).toBeNull();
});
