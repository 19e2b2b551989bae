export interface WriteQueue<Change> {
  /** Resolves when the change is acknowledged; changes are applied in the order of these calls. */
  readonly write: (change: Change) => Promise<void>;
  /** Resolves when nothing is waiting, whether or not the last writes succeeded. */
  readonly settled: () => Promise<void>;
}

/**
 * Keeps writes in order, which a pool of database threads does not, and writes together what arrived
 * while the last batch was on its way. After a failure everything later fails too: memory and disk
 * would otherwise tell different stories.
 */
export const createWriteQueue = <Change>(
  writeBatch: (changes: Change[]) => Promise<void>,
): WriteQueue<Change> => {
  let waiting: Change[] = [];
  let next: Promise<void> | null = null;
  let last: Promise<void> = Promise.resolve();
  const flush = (): Promise<void> => {
    const changes = waiting;
    waiting = [];
    next = null;
    return writeBatch(changes);
  };
  return {
    write: (change) => {
      waiting.push(change);
      if (next === null) {
        next = last.then(flush);
        last = next;
      }
      return next;
    },
    settled: async () => {
      await last.catch(() => undefined);
    },
  };
};
