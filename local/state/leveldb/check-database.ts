/** Whether a LevelDB database is what was written: asked before it is opened, as opening it changes it. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { recordsOf } from './log-file.ts';
import { readManifest } from './manifest.ts';
import { checkTable } from './table-file.ts';

const numberOf = (name: string): number => Number.parseInt(name, 10);

const checkFiles = async (directory: string, manifest: Buffer): Promise<void> => {
  const { tables, log } = readManifest(manifest);
  const names = await readdir(directory);
  const logs = names.filter((name) => name.endsWith('.log') && numberOf(name) >= log);
  if (log > 0 && !logs.some((name) => numberOf(name) === log))
    throw new RangeError('The log is missing.');
  for (const name of logs) recordsOf(await readFile(join(directory, name)));
  for (const number of tables) {
    const name = names.find((each) => /\.(?:ldb|sst)$/u.test(each) && numberOf(each) === number);
    if (name === undefined) throw new RangeError('A table is missing.');
    checkTable(await readFile(join(directory, name)));
  }
};

/**
 * True for a directory without a database, too, and for one that changes under the reading: another process has it
 * open, which opening it will tell.
 */
export const isWhole = async (directory: string): Promise<boolean> => {
  const read = async (): Promise<Buffer | null> => {
    const current = await readFile(join(directory, 'CURRENT'), 'utf8').catch(() => null);
    if (current === null) return null;
    return readFile(join(directory, current.trim())).catch(() => Buffer.alloc(0));
  };
  const manifest = await read();
  if (manifest === null) return true;
  try {
    if (manifest.length === 0) throw new RangeError('The manifest is missing.');
    await checkFiles(directory, manifest);
    return true;
  } catch {
    return (await read())?.equals(manifest) !== true;
  }
};
