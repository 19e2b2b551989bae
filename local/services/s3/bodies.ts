/** Object bodies: one file each, under a name that is never used again. */
import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeDurably } from '../../state/durable-file.ts';

export interface Bodies {
  /** Returns the body's id, once it is on disk. */
  readonly put: (body: Uint8Array) => Promise<string>;
  /** Undefined where it was deleted since. */
  readonly get: (id: string) => Promise<Buffer | undefined>;
  readonly delete: (id: string) => Promise<void>;
}

/** Opens the directory and removes what no object names: bodies whose object a kill kept from being recorded. */
export const openBodies = async (
  directory: string,
  inUse: ReadonlySet<string>,
): Promise<Bodies> => {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  for (const name of await readdir(directory)) {
    if (!inUse.has(name)) await rm(join(directory, name), { recursive: true });
  }
  return {
    put: async (body) => {
      const id = randomUUID();
      await writeDurably(join(directory, id), body);
      return id;
    },
    get: async (id) => {
      try {
        return await readFile(join(directory, id));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
        throw error;
      }
    },
    delete: (id) => rm(join(directory, id), { force: true }),
  };
};

/** Bodies that are forgotten, for tests. */
export const memoryBodies = (): Bodies => {
  const bodies = new Map<string, Buffer>();
  return {
    put: (body) => {
      const id = randomUUID();
      bodies.set(id, Buffer.from(body));
      return Promise.resolve(id);
    },
    get: (id) => Promise.resolve(bodies.get(id)),
    delete: (id) => {
      bodies.delete(id);
      return Promise.resolve();
    },
  };
};
