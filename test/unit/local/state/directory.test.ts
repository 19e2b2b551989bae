import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { prepareStateDirectory } from '../../../../local/state/directory.ts';

let parent: string;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'state-'));
});
afterEach(async () => {
  await rm(parent, { recursive: true });
});

describe('the state directory', () => {
  it('is made for its owner alone, and accepted again', async () => {
    const root = join(parent, 'a', 'b');
    const made = await prepareStateDirectory(root);
    expect(made.store).toBe(join(root, 'store'));
    expect((await stat(root)).mode & 0o777).toBe(0o700);
    expect(await prepareStateDirectory(root)).toEqual(made);
  });

  it('refuses a directory with files of others, and adds nothing to it', async () => {
    await writeFile(join(parent, 'letter.txt'), 'mine');
    await expect(prepareStateDirectory(parent)).rejects.toMatchObject({ name: 'StateError' });
    expect(await readdir(parent)).toEqual(['letter.txt']);
  });

  it.each([
    ['{"stepkeyState":0}', /has format 0, and this version of Stepkey reads format 1;/],
    ['{"stepkeyState":2}', /has format 2, and this version of Stepkey reads format 1;/],
    ['{}', /is damaged; use another state directory\.$/],
    ['x', /is damaged; use another state directory\.$/],
  ])('refuses the format %s with a sentence, and leaves it as it is', async (text, message) => {
    await writeFile(join(parent, 'format'), text);
    await expect(prepareStateDirectory(parent)).rejects.toMatchObject({
      name: 'StateError',
      message: expect.stringMatching(message),
    });
    expect(await readdir(parent)).toEqual(['format']);
    expect(await readFile(join(parent, 'format'), 'utf8')).toBe(text);
  });

  it('takes up a directory whose making was interrupted', async () => {
    await writeFile(join(parent, '.unfinished-1'), '{"step');
    expect((await prepareStateDirectory(parent)).root).toBe(parent);
  });

  it('refuses a path that is a file, with a sentence', async () => {
    const file = join(parent, 'file');
    await writeFile(file, '');
    await expect(prepareStateDirectory(file)).rejects.toMatchObject({
      name: 'StateError',
      message: `The state directory ${file} cannot be made or read.`,
    });
  });
});
