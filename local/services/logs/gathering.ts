/** Writes together what is told within a short time. */

/**
 * How long a line waits for others: a call of the file system for each costs more than the line itself.
 * A `kill -9` loses as much of the log.
 */
const gatherMillis = 20;

/** Room for the first lines; doubled as often as more come. */
const leastBytes = 8 * 1024;

/** UTF-8 needs no more for a UTF-16 unit. */
const mostBytesPerUnit = 3;

const newline = 0x0a;

export interface Gathering {
  readonly add: (line: string) => void;
  /** Writes what was added, at once. Rejects where that fails, or what is being written. */
  readonly flush: () => Promise<void>;
}

/**
 * Lines wait as bytes: thousands of texts that live so long cost the collector more than the copy.
 * @param write is called again only when it has ended
 */
export const createGathering = (write: (lines: Buffer) => Promise<void>): Gathering => {
  let waiting = Buffer.alloc(0);
  let used = 0;
  let timer: NodeJS.Timeout | undefined;
  let writing = Promise.resolve();
  const makeRoom = (bytes: number): void => {
    if (used + bytes <= waiting.length) return;
    const wider = Buffer.allocUnsafeSlow(Math.max(2 * waiting.length, used + bytes, leastBytes));
    waiting.copy(wider, 0, 0, used);
    waiting = wider;
  };
  const flush = (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    if (used === 0) return writing;
    const lines = waiting.subarray(0, used);
    waiting = Buffer.alloc(0);
    used = 0;
    const next = (): Promise<void> => write(lines);
    const batch = writing.then(next, next);
    // Told to who waits for it: a log that cannot be written must not end the process.
    batch.catch(() => {
      if (writing === batch) writing = Promise.resolve();
    });
    writing = batch;
    return batch;
  };
  return {
    add: (line) => {
      makeRoom(mostBytesPerUnit * line.length + 1);
      used += waiting.write(line, used);
      waiting[used] = newline;
      used += 1;
      timer ??= setTimeout(() => void flush(), gatherMillis);
    },
    flush,
  };
};
