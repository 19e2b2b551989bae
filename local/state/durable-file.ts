/** Files that are either wholly there or not at all, whatever interrupts the process. */
import { randomUUID } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';

const syncDirectory = async (directory: string): Promise<void> => {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};

/** Prefix of files being written; one that a kill left behind means nothing. */
export const unfinishedPrefix = '.unfinished-';

/** Replaces a file in one step; it is on disk when this resolves. */
export const writeDurably = async (
  file: string,
  content: string | Uint8Array,
  mode = 0o600,
): Promise<void> => {
  const directory = dirname(file);
  const unfinished = join(directory, `${unfinishedPrefix}${randomUUID()}`);
  try {
    const handle = await open(unfinished, 'wx', mode);
    try {
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(unfinished, file);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
  await syncDirectory(directory);
};
