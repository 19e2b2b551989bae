/** Append-only files of one log group, as JSON lines. The oldest go when there are too many. */
import { mkdir, open, readdir, readFile, rm, stat, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { createGathering } from './gathering.ts';

export interface Journal {
  /** Adds a line. Written soon, together with those that follow; every reading call writes first. */
  readonly append: (line: string) => void;
  /** Every whole line that is kept, oldest first. */
  readonly lines: () => Promise<string[]>;
  readonly storedBytes: () => Promise<number>;
  /** Writes what was appended, and tells whether that succeeded. */
  readonly settled: () => Promise<void>;
  /** Once what was appended is written; nothing may be appended after. */
  readonly close: () => Promise<void>;
}

const fileBytes = 8 * 1024 * 1024;
const filesKept = 4;

const fileName = (sequence: number): string => `${String(sequence).padStart(8, '0')}.jsonl`;

/** @param maxFileBytes a file that has reached this size is not added to */
export const openJournal = async (
  directory: string,
  maxFileBytes = fileBytes,
): Promise<Journal> => {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const names = async (): Promise<string[]> =>
    (await readdir(directory)).filter((name) => name.endsWith('.jsonl')).sort();
  const existing = await names();
  // A new file per process: what a kill cut off in the last one stays on a line of its own.
  let sequence = Number((existing.at(-1) ?? '0').replace('.jsonl', '')) + 1;
  let size = 0;
  let file: FileHandle | null = null;

  const rotate = async (): Promise<void> => {
    await file?.close();
    file = null;
    sequence += 1;
    size = 0;
    for (const name of (await names()).slice(0, -(filesKept - 1))) await rm(join(directory, name));
  };
  const write = async (lines: Buffer): Promise<void> => {
    if (size >= maxFileBytes) await rotate();
    file ??= await open(join(directory, fileName(sequence)), 'a', 0o600);
    await file.appendFile(lines);
    size += lines.length;
  };
  const { add, flush } = createGathering(write);
  return {
    append: add,
    lines: async () => {
      await flush();
      const texts: string[] = [];
      for (const name of await names()) texts.push(await readFile(join(directory, name), 'utf8'));
      return texts.flatMap((text) => text.split('\n').filter((line) => line !== ''));
    },
    storedBytes: async () => {
      await flush();
      let bytes = 0;
      for (const name of await names()) bytes += (await stat(join(directory, name))).size;
      return bytes;
    },
    settled: flush,
    close: async () => {
      try {
        await flush();
      } finally {
        await file?.close();
        file = null;
      }
    },
  };
};

/** A journal that is forgotten, for tests. */
export const memoryJournal = (): Journal => {
  const lines: string[] = [];
  return {
    append: (line) => {
      lines.push(line);
    },
    lines: () => Promise.resolve([...lines]),
    storedBytes: () => Promise.resolve(Buffer.byteLength(lines.join('\n'))),
    settled: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
};
