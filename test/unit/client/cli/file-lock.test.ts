import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { withLock } from '../../../../client/cli/file-lock.ts';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'stepkey-lock-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const heldBy = (pid: number, host = hostname()): string =>
  JSON.stringify({ pid, host, id: 'another' });
/** Above what Linux gives out. */
const deadPid = 2 ** 22 + 1;

it('lets one work at a time, and leaves nothing behind', async () => {
  const path = join(directory, 'many', 'lock');
  let working = 0;
  let most = 0;
  let done = 0;
  await Promise.all(
    Array.from({ length: 12 }, () =>
      withLock(path, async () => {
        working += 1;
        most = Math.max(most, working);
        await new Promise((resolve) => setImmediate(resolve));
        working -= 1;
        done += 1;
      }),
    ),
  );
  expect({ most, done }).toEqual({ most: 1, done: 12 });
  expect(await readdir(join(directory, 'many'))).toEqual([]);
});

it('takes over the lock of a process that is dead, once', async () => {
  const path = join(directory, 'dead');
  await writeFile(path, heldBy(deadPid));
  const startedAt = Date.now();
  let working = 0;
  let most = 0;
  await Promise.all(
    Array.from({ length: 6 }, () =>
      withLock(path, async () => {
        working += 1;
        most = Math.max(most, working);
        await new Promise((resolve) => setImmediate(resolve));
        working -= 1;
      }),
    ),
  );
  expect(most).toBe(1);
  // Long before its age alone would tell.
  expect(Date.now() - startedAt).toBeLessThan(10_000);
});

it('takes over a lock that nobody has touched for long', async () => {
  const path = join(directory, 'old');
  await writeFile(path, heldBy(1, 'elsewhere'));
  const longAgo = new Date(Date.now() - 60_000);
  await utimes(path, longAgo, longAgo);
  await expect(withLock(path, () => Promise.resolve('done'))).resolves.toBe('done');
});

it('waits for a lock that is alive, and goes on without it when its patience is over', async () => {
  const path = join(directory, 'alive');
  await writeFile(path, heldBy(process.pid));
  const startedAt = Date.now();
  await expect(withLock(path, () => Promise.resolve('done'), 120)).resolves.toBe('done');
  expect(Date.now() - startedAt).toBeGreaterThanOrEqual(110);
  expect(await readdir(directory)).toContain('alive');
});

it('goes on where no lock can be made', async () => {
  const file = join(directory, 'file');
  await writeFile(file, '');
  await expect(withLock(join(file, 'lock'), () => Promise.resolve(1))).resolves.toBe(1);
});

it('gives the lock back when the work fails', async () => {
  const path = join(directory, 'failing');
  await expect(withLock(path, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await readdir(directory)).not.toContain('failing');
});
