/** dynalite's database, watched: what a write found and what it left, seen inside the lock of its key. */
import type {
  DatabaseChange,
  DynaliteStore,
  DynaliteTable,
  ItemDatabase,
} from 'dynalite/db/index.js';
import type { ItemsOnTheWay } from './items-on-the-way.ts';

/** Attribute name → typed value, as on the wire: `{ pk: { S: '…' } }`; binary values are base64 text. */
export type Item = Record<string, Record<string, unknown>>;

/** One item that was written or deleted; seen in the order of the writes of its key. */
export interface ItemChange {
  readonly tableName: string;
  readonly oldImage: Item | undefined;
  readonly newImage: Item | undefined;
}

/** What goes to disk together with a change, or not at all. */
export interface Accompaniment {
  readonly key: string;
  readonly value: unknown;
  /** Called when both are acknowledged. */
  readonly written: () => void;
}

/** Told of a change before it is written, inside the lock of its key. */
export type Observe = (change: ItemChange) => Accompaniment | null;

/** What one call does with the database. */
interface Call {
  /** Whether it reads in order to write, inside the lock of the key. */
  readonly isWrite: boolean;
  readonly observe: Observe;
  /** Hears of every item that is read. */
  readonly sawOld: (item: Item | undefined) => void;
  /** Hears of every write, also of another call, that must be on disk before this one is answered. */
  readonly restsOn: (written: Promise<unknown>) => void;
}

/** What all calls share. */
interface Tables {
  readonly store: DynaliteStore;
  readonly readTable: (name: string) => DynaliteTable | undefined;
  /** Resolves when the change is acknowledged: changes of all calls go down together, in the order of these calls. */
  readonly write: (change: DatabaseChange) => Promise<void>;
  readonly onTheWay: ItemsOnTheWay<Item>;
}

/**
 * One call's view of the database. The lock of a key is given back as soon as its change has its place in the queue,
 * so that calls on one item wait for each other's answers and not each for a turn of the disk.
 */
export const watchStore = (
  { store, readTable, write, onTheWay }: Tables,
  { isWrite, observe, sawOld, restsOn }: Call,
): DynaliteStore => ({
  ...store,
  getTable: (name, checkStatus, done) => {
    const answer = typeof checkStatus === 'function' ? checkStatus : done;
    const table = readTable(name);
    if (table === undefined) store.getTable(name, checkStatus, done);
    else answer?.(null, table);
  },
  getIndexDb: (kind, tableName, indexName): ItemDatabase => {
    const prefix = `index-${kind.toLowerCase()}~${tableName}~${indexName}~`;
    // Answered at once: the item's own change comes after it in the same queue, and fails where this one does.
    const queued = (change: DatabaseChange, done: (error: unknown) => void): void => {
      write(change).catch(() => undefined);
      done(null);
    };
    return {
      ...store.getIndexDb(kind, tableName, indexName),
      put: (key, item, done) => {
        queued({ type: 'put', key: `${prefix}${key}`, value: item }, done);
      },
      del: (key, done) => {
        queued({ type: 'del', key: `${prefix}${key}` }, done);
      },
    };
  },
  getItemDb: (tableName): ItemDatabase => {
    const items = store.getItemDb(tableName);
    const oldImages = new Map<string, Item | undefined>();
    const prefix = `item-${tableName}~`;
    const settle = (
      change: DatabaseChange,
      key: string,
      newImage: Item | undefined,
      done: (error: unknown) => void,
    ): void => {
      const beside = observe({ tableName, oldImage: oldImages.get(key), newImage });
      // Two calls in one go end up in one batch of the database.
      const writes = [write(change)];
      if (beside !== null)
        writes.push(write({ type: 'put', key: beside.key, value: beside.value }));
      const written = Promise.all(writes).then(() => beside?.written());
      onTheWay.add(change.key, newImage, written);
      restsOn(written);
      done(null);
    };
    return {
      ...items,
      // Synchronous: a small read costs less than the way through the thread pool.
      get: (key, done) => {
        const place = `${prefix}${key}`;
        const last = isWrite ? onTheWay.last(place) : undefined;
        if (last !== undefined) restsOn(last.written);
        let item: Item | undefined;
        try {
          item = last === undefined ? (store.db.getSync(place) as Item | undefined) : last.item();
        } catch (error) {
          done(error);
          return;
        }
        oldImages.set(key, item);
        sawOld(item);
        done(null, item);
      },
      put: (key, item, done) => {
        settle({ type: 'put', key: `${prefix}${key}`, value: item }, key, item, done);
      },
      del: (key, done) => {
        settle({ type: 'del', key: `${prefix}${key}` }, key, undefined, done);
      },
    };
  },
});
