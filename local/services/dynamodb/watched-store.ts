/** dynalite's database, watched: what a write found and what it left, seen inside the lock of its key. */
import type {
  DatabaseChange,
  DynaliteStore,
  DynaliteTable,
  ItemDatabase,
} from 'dynalite/db/index.js';
import type { ItemsOnTheWay } from './items-on-the-way.ts';
import { storedItem, storedItems } from './stored-item.ts';
import type { Item, StoredItem } from './stored-item.ts';

/** One item that was written or deleted; seen in the order of the writes of its key. */
export interface ItemChange {
  readonly tableName: string;
  readonly oldImage: StoredItem | undefined;
  readonly newImage: StoredItem | undefined;
}

/** What goes to disk together with a change, or not at all. */
export interface Accompaniment {
  readonly key: string;
  /** JSON. */
  readonly text: string;
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
  readonly onTheWay: ItemsOnTheWay;
}

const putText = (key: string, value: string): DatabaseChange => ({
  type: 'put',
  key,
  value,
  valueEncoding: 'utf8',
});

/** Puts a change of the item at a place, and what accompanies it, into the queue. */
const settle = (
  { write, onTheWay }: Tables,
  { observe, restsOn }: Call,
  place: string,
  images: ItemChange,
): void => {
  const text = images.newImage?.text;
  const beside = observe(images);
  // Two calls in one go end up in one batch of the database.
  const writes = [write(text === undefined ? { type: 'del', key: place } : putText(place, text))];
  if (beside !== null) writes.push(write(putText(beside.key, beside.text)));
  const written = Promise.all(writes).then(() => beside?.written());
  onTheWay.add(place, text, written);
  restsOn(written);
};

/** What a write finds, or a read. @throws what the database says of a damaged item */
const found = (
  { store, onTheWay }: Tables,
  { isWrite, restsOn }: Call,
  place: string,
): StoredItem | undefined => {
  const last = isWrite ? onTheWay.last(place) : undefined;
  if (last === undefined) {
    // Synchronous: a small read costs less than the way through the thread pool.
    return store.db.getSync(place, { valueEncoding: storedItems }) as StoredItem | undefined;
  }
  restsOn(last.written);
  return last.text === undefined ? undefined : storedItem(last.text);
};

/** The call that it belongs to hears of it by another write. */
const ignore = (): void => undefined;

/**
 * One call's view of the database. The lock of a key is given back as soon as its change has its place in the queue,
 * so that calls on one item wait for each other's answers and not each for a turn of the disk.
 * Methods, not arrows: the loader gives each arrow its name anew whenever it is made, and these are made at every call.
 */
export const watchStore = (tables: Tables, call: Call): DynaliteStore => ({
  ...tables.store,
  getTable(name, checkStatus, done) {
    const answer = typeof checkStatus === 'function' ? checkStatus : done;
    const table = tables.readTable(name);
    if (table === undefined) tables.store.getTable(name, checkStatus, done);
    else answer?.(null, table);
  },
  getIndexDb(kind, tableName, indexName): ItemDatabase {
    const prefix = `index-${kind.toLowerCase()}~${tableName}~${indexName}~`;
    // Answered at once: the item's own change comes after it in the same queue, and fails where this one does.
    return {
      ...tables.store.getIndexDb(kind, tableName, indexName),
      put(key, item, done) {
        tables.write({ type: 'put', key: `${prefix}${key}`, value: item }).catch(ignore);
        done(null);
      },
      del(key, done) {
        tables.write({ type: 'del', key: `${prefix}${key}` }).catch(ignore);
        done(null);
      },
    };
  },
  getItemDb(tableName): ItemDatabase {
    const items = tables.store.getItemDb(tableName);
    const oldImages = new Map<string, StoredItem | undefined>();
    const prefix = `item-${tableName}~`;
    return {
      ...items,
      get(key, done) {
        let stored: StoredItem | undefined;
        try {
          stored = found(tables, call, `${prefix}${key}`);
        } catch (error) {
          done(error);
          return;
        }
        oldImages.set(key, stored);
        call.sawOld(stored?.item);
        done(null, stored?.item);
      },
      put(key, item, done) {
        const newImage = { item, text: JSON.stringify(item) };
        const images = { tableName, oldImage: oldImages.get(key), newImage };
        settle(tables, call, `${prefix}${key}`, images);
        done(null);
      },
      del(key, done) {
        const images = { tableName, oldImage: oldImages.get(key), newImage: undefined };
        settle(tables, call, `${prefix}${key}`, images);
        done(null);
      },
    };
  },
});
