/** A store that remembers the order of its writes, and can be had again as it was after any of them. */
import { memoryStore } from '../../../../local/state/store.ts';
import type { Collection, Store } from '../../../../local/state/store.ts';

interface Change {
  readonly collection: string;
  readonly key: string;
  /** JSON text; null where it was deleted. */
  readonly value: string | null;
}

export interface RecordingStore extends Store {
  /** What was written in one turn reaches the disk in one batch. */
  readonly batches: readonly (readonly Change[])[];
}

export const recordingStore = (): RecordingStore => {
  const store = memoryStore();
  const batches: Change[][] = [];
  let isOpen = false;
  const note = (change: Change): void => {
    if (!isOpen) {
      batches.push([]);
      isOpen = true;
      queueMicrotask(() => {
        isOpen = false;
      });
    }
    batches.at(-1)?.push(change);
  };
  return {
    batches,
    collection: async <T>(name: string): Promise<Collection<T>> => {
      const inner = await store.collection<T>(name);
      return {
        ...inner,
        put: (key, value) => {
          note({ collection: name, key, value: JSON.stringify(value) });
          return inner.put(key, value);
        },
        delete: (key) => {
          note({ collection: name, key, value: null });
          return inner.delete(key);
        },
      };
    },
    close: () => store.close(),
  };
};

/** What a kill after so many batches leaves. */
export const cutOff = async (batches: RecordingStore['batches'], count: number): Promise<Store> => {
  const store = memoryStore();
  for (const { collection, key, value } of batches.slice(0, count).flat()) {
    const kept = await store.collection<unknown>(collection);
    if (value === null) await kept.delete(key);
    else await kept.put(key, JSON.parse(value));
  }
  return store;
};
