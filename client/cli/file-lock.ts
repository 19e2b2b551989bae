/** One process at a time, across processes of one user on one machine. */
import { randomUUID } from 'node:crypto';
import { link, mkdir, open, readFile, rm, stat, utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const heartbeatMillis = 2000;
/** A holder that is alive touches its lock every 2 s; a stopped one loses it. */
const staleAfterMillis = 15_000;
const pollMillis = 25;

interface Holder {
  readonly pid: number;
  readonly host: string;
  readonly id: string;
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};

const holderOf = async (path: string): Promise<Holder | null> => {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Holder;
  } catch {
    return null;
  }
};

const ageMillisOf = (path: string): Promise<number | null> =>
  stat(path).then(
    ({ mtimeMs }) => Date.now() - mtimeMs,
    () => null,
  );

const isStale = async (path: string): Promise<boolean> => {
  const ageMillis = await ageMillisOf(path);
  if (ageMillis === null) return false;
  if (ageMillis > staleAfterMillis) return true;
  const holder = await holderOf(path);
  return holder !== null && holder.host === hostname() && !isAlive(holder.pid);
};

/** The file appears with its content, or not at all: a link is made to what was written before. */
const take = async (path: string, holder: Holder): Promise<boolean> => {
  const draft = `${path}.${holder.id}`;
  const file = await open(draft, 'wx', 0o600);
  try {
    await file.writeFile(JSON.stringify(holder));
  } finally {
    await file.close();
  }
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
};

/**
 * Removes a lock whose holder is gone. Only one process may do so at a time, and looks again before it does:
 * otherwise the second would remove the lock that the first has taken meanwhile.
 */
const removeStale = async (path: string, holder: Holder): Promise<void> => {
  const guard = `${path}.breaking`;
  if (!(await take(guard, holder))) {
    if (((await ageMillisOf(guard)) ?? 0) > staleAfterMillis) await rm(guard, { force: true });
    return;
  }
  try {
    if (await isStale(path)) await rm(path, { force: true });
  } finally {
    await rm(guard, { force: true });
  }
};

/**
 * Runs `work` while no other process runs its own under the same path. A dead holder's lock is taken over. Where no
 * lock can be made (a read-only home), or after `patienceMillis`, `work` runs without one: the lock saves work, and
 * correctness must not hang on it.
 * @param without what runs then instead, for work that must not be done without one
 */
export const withLock = async <T>(
  path: string,
  work: () => Promise<T>,
  patienceMillis = 45_000,
  without: () => Promise<T> = work,
): Promise<T> => {
  const holder: Holder = { pid: process.pid, host: hostname(), id: randomUUID() };
  const deadline = Date.now() + patienceMillis;
  let isHeld = false;
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    while (!(isHeld = await take(path, holder)) && Date.now() < deadline) {
      if (await isStale(path)) await removeStale(path, holder);
      else await sleep(pollMillis * (1 + Math.random()));
    }
  } catch {
    // No lock can be made here.
  }
  if (!isHeld) return without();
  const heartbeat = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch(() => undefined);
  }, heartbeatMillis);
  heartbeat.unref();
  try {
    return await work();
  } finally {
    clearInterval(heartbeat);
    if ((await holderOf(path))?.id === holder.id) await rm(path, { force: true });
  }
};
