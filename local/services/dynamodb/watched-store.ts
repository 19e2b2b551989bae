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

/** Puts a change and what accompanies it into the queue. */
const settle = (
  { write, onTheWay }: Tables,
  { observe, restsOn }: Call,
  change: DatabaseChange,
  images: ItemChange,
): void => {
  const beside = observe(images);
  // Two calls in one go end up in one batch of the database.
  const writes = [write(change)];
  if (beside !== null) writes.push(write({ type: 'put', key: beside.key, value: beside.value }));
  const written = Promise.all(writes).then(() => beside?.written());
  onTheWay.add(change.key, images.newImage, written);
  restsOn(written);
};

/** The call that it belongs to hears of it by another write. */
const ignore = (): void => undefined;

/**
 * One call's view of the database. The lock of a key is given back as soon as its change has its place in the queue,
 * so that calls on one item wait for each other's answers and not each for a turn of the disk.
 */
export const watchStore = (tables: Tables, call: Call): DynaliteStore => ({
  ...tables.store,
  getTable: (name, checkStatus, done) => {
    const answer = typeof checkStatus === 'function' ? checkStatus : done;
    const table = tables.readTable(name);
    if (table === undefined) tables.store.getTable(name, checkStatus, done);
    else answer?.(null, table);
  },
  getIndexDb: (kind, tableName, indexName): ItemDatabase => {
    const prefix = `index-${kind.toLowerCase()}~${tableName}~${indexName}~`;
    // Answered at once: the item's own change comes after it in the same queue, and fails where this one does.
    return {
      ...tables.store.getIndexDb(kind, tableName, indexName),
      put: (key, item, done) => {
        tables.write({ type: 'put', key: `${prefix}${key}`, value: item }).catch(ignore);
        done(null);
      },
      del: (key, done) => {
        tables.write({ type: 'del', key: `${prefix}${key}` }).catch(ignore);
        done(null);
      },
    };
  },
  getItemDb: (tableName): ItemDatabase => {
    const items = tables.store.getItemDb(tableName);
    const oldImages = new Map<string, Item | undefined>();
    const prefix = `item-${tableName}~`;
    return {
      ...items,
      // Synchronous: a small read costs less than the way through the thread pool.
      get: (key, done) => {
        const place = `${prefix}${key}`;
        const last = call.isWrite ? tables.onTheWay.last(place) : undefined;
        if (last !== undefined) call.restsOn(last.written);
        let item: Item | undefined;
        try {
          item =
            last === undefined ? (tables.store.db.getSync(place) as Item | undefined) : last.item();
        } catch (error) {
          done(error);
          return;
        }
        oldImages.set(key, item);
        call.sawOld(item);
        done(null, item);
      },
      put: (key, item, done) => {
        const images = { tableName, oldImage: oldImages.get(key), newImage: item };
        settle(tables, call, { type: 'put', key: `${prefix}${key}`, value: item }, images);
        done(null);
      },
      del: (key, done) => {
        const images = { tableName, oldImage: oldImages.get(key), newImage: undefined };
        settle(tables, call, { type: 'del', key: `${prefix}${key}` }, images);
        done(null);
      },
    };
  },
});
