import { expect, it } from '@jest/globals';
import { readSubjects, subjectsIn } from '../../../../../client/cli/batch/subjects-file.ts';

it('takes each subject once, in its order, without blank lines, space and byte order marks', () => {
  expect(subjectsIn('list', 'b \r\n\n  a\rb\nusers:x y\n\t\n')).toEqual({
    subjects: ['b', 'a', 'users:x y'],
    duplicateCount: 1,
  });
});

it.each([
  ['nothing', ' \n\r\n', 'has no subjects'],
  ['a control character', 'a\nb\u0007\n', 'Line 2 of list has control characters'],
  ['a tab between two columns', 'a\tb\n', 'Line 1 of list has control characters'],
  ['a line that is too long', `a\n\n${'x'.repeat(257)}\n`, 'Line 3 of list is longer than 256'],
])('refuses %s in a sentence', (_, text, words) => {
  expect(() => subjectsIn('list', text)).toThrow(
    expect.objectContaining({ exitCode: 2, message: expect.stringContaining(words) }),
  );
});

it('takes a line of 256 characters', () => {
  expect(subjectsIn('list', 'x'.repeat(256)).subjects).toHaveLength(1);
});

it.each([
  ['is not there', 'missing-list.txt', 'There is no file'],
  ['is a directory', import.meta.dirname, 'cannot be read'],
  ['is no text', process.execPath, 'is not UTF-8'],
])('refuses a file that %s', async (_, path, words) => {
  await expect(readSubjects(path)).rejects.toMatchObject({
    exitCode: 2,
    message: expect.stringContaining(words),
  });
});
