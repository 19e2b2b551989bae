/** The durable store: small collections that are read from memory and written through to LevelDB. */
import type { Level } from 'level';
import { damaged, levelFailure, refuseForeignFiles, requireLevel } from './level-failure.ts';
import { createWriteQueue } from './write-queue.ts';

/**
 * Values are JSON; what is put is copied, so changing an object afterwards changes nothing here.
 * A change is visible to `get` at once, and durable when its promise resolves.
 */
export interface Collection<T> {
  get(key: string): T | undefined;
  put(key: string, value: T): Promise<void>;
  delete(key: string): Promise<void>;
  entries(): IterableIterator<[string, T]>;
}

export interface Store {
  /** Loads the collection once; the same name gives the same collection. */
  collection<T>(name: string): Promise<Collection<T>>;
  /** Waits for what was put. */
  close(): Promise<void>;
}

type Change =
  | { readonly type: 'put'; readonly key: string; readonly value: string }
  | { readonly type: 'del'; readonly key: string };

type Write = (change: Change) => Promise<void>;

const createCollection = <T>(
  name: string,
  loaded: Iterable<[string, T]>,
  write: Write,
): Collection<T> => {
  const values = new Map<string, T>(loaded);
  return {
    get: (key) => values.get(key),
    put: (key, value) => {
      const text = JSON.stringify(value);
      values.set(key, JSON.parse(text) as T);
      return write({ type: 'put', key: `${name}/${key}`, value: text });
    },
    delete: (key) => {
      if (!values.delete(key)) return Promise.resolve();
      return write({ type: 'del', key: `${name}/${key}` });
    },
    entries: () => values.entries(),
  };
};

const createStore = (
  load: (name: string) => Promise<[string, unknown][]>,
  write: Write,
  close: () => Promise<void>,
): Store => {
  const collections = new Map<string, Promise<Collection<unknown>>>();
  const open = async (name: string): Promise<Collection<unknown>> => {
    if (!/^[a-z0-9-]+$/.test(name)) throw new TypeError(`Not a collection name: ${name}`);
    return createCollection(name, await load(name), write);
  };
  return {
    collection: <T>(name: string) => {
      const existing = collections.get(name) ?? open(name);
      collections.set(name, existing);
      return existing as Promise<Collection<T>>;
    },
    close,
  };
};

/**
 * Opens or makes the store. One process at a time: LevelDB holds a lock that ends with the process.
 * @throws StateError when another process has it open, when it is damaged, or where `level` is not installed
 */
export const openStore = async (directory: string): Promise<Store> => {
  await refuseForeignFiles(directory);
  const { Level: LevelDb } = await requireLevel(directory);
  const level: Level = new LevelDb(directory, {
    valueEncoding: 'utf8',
  });
  try {
    await level.open();
  } catch (error) {
    throw levelFailure(directory, error);
  }
  const queue = createWriteQueue<Change>((changes) => level.batch(changes));
  const load = async (name: string): Promise<[string, unknown][]> => {
    const loaded: [string, unknown][] = [];
    try {
      // `0` follows `/`: every key of this collection, and none of another's.
      for await (const [key, text] of level.iterator({ gt: `${name}/`, lt: `${name}0` })) {
        loaded.push([key.slice(name.length + 1), JSON.parse(text)]);
      }
    } catch (error) {
      throw damaged(directory, error);
    }
    return loaded;
  };
  return createStore(load, queue.write, async () => {
    await queue.settled();
    await level.close();
  });
};

/** A store that forgets, for tests. */
export const memoryStore = (): Store =>
  createStore(
    () => Promise.resolve([]),
    () => Promise.resolve(),
    () => Promise.resolve(),
  );
