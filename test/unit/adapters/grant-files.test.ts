import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { readGrants } from '../../../adapters/grant-files.ts';
import { refusalOf } from '../../support/refusal.ts';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'stepkey-grants-'));
});
afterAll(() => rm(directory, { recursive: true }));

const write = async (text: string): Promise<string> => {
  const path = join(directory, 'grants.json');
  await writeFile(path, text);
  return path;
};
const ownFiles = async () =>
  JSON.parse(await readFile('grants/own-files.json', 'utf8')) as Record<string, unknown>;

describe('readGrants', () => {
  it('reads grants with their names and defaults', async () => {
    const path = await write(JSON.stringify([{ name: 'own-files', ...(await ownFiles()) }]));
    expect(readGrants(path)).toMatchObject([
      {
        name: 'own-files',
        session: { durationSeconds: 3600, minTtlSeconds: 1200 },
        trace: 'mints',
      },
    ]);
  });

  it.each([
    ['no JSON', () => Promise.resolve('{')],
    ['no grants', () => Promise.resolve('[]')],
    ['a grant without a name', async () => JSON.stringify([await ownFiles()])],
    [
      'a grant with a field that no grant has',
      async () => JSON.stringify([{ name: 'x', ...(await ownFiles()), extra: 1 }]),
    ],
  ])('refuses a file with %s', async (_fault, text) => {
    const path = await write(await text());
    expect(() => readGrants(path)).toThrow(expect.objectContaining({ name: 'Config.Invalid' }));
  });

  it('refuses a file that is not there, and says so', () => {
    const refusal = refusalOf(() => readGrants(join(directory, 'absent.json')));
    expect(refusal.faults).toEqual(['grants.json cannot be read as JSON']);
  });
});
