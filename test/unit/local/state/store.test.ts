import { mkdtemp, rm, writeFile, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { memoryStore, openStore } from '../../../../local/state/store.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'store-'));
});
afterEach(async () => {
  await rm(directory, { recursive: true });
});

describe('the durable store', () => {
  it('gives back after reopening what was put, and not what was deleted', async () => {
    const store = await openStore(directory);
    const roles = await store.collection<{ name: string }>('roles');
    await roles.put('a/b', { name: 'one' });
    await roles.put('c', { name: 'two' });
    await roles.delete('c');
    await store.close();

    const reopened = await openStore(directory);
    const again = await reopened.collection<{ name: string }>('roles');
    expect([...again.entries()]).toEqual([['a/b', { name: 'one' }]]);
    await reopened.close();
  });

  it('keeps collections apart whose names begin alike', async () => {
    const store = await openStore(directory);
    await (await store.collection('key')).put('x', 1);
    await (await store.collection('keys')).put('y', 2);
    await store.close();
    const reopened = await openStore(directory);
    expect([...(await reopened.collection('key')).entries()]).toEqual([['x', 1]]);
    await reopened.close();
  });

  it('keeps the last of many writes to one key that were not waited for', async () => {
    const store = await openStore(directory);
    const counters = await store.collection<number>('counters');
    await Promise.all(Array.from({ length: 500 }, (_, index) => counters.put('n', index)));
    await store.close();
    const reopened = await openStore(directory);
    expect((await reopened.collection<number>('counters')).get('n')).toBe(499);
    await reopened.close();
  });

  it('waits on close for what was put', async () => {
    const store = await openStore(directory);
    const values = await store.collection<string>('values');
    const written = values.put('k', 'v');
    await store.close();
    await written;
    const reopened = await openStore(directory);
    expect((await reopened.collection('values')).get('k')).toBe('v');
    await reopened.close();
  });

  it('refuses a second opening with a sentence', async () => {
    const store = await openStore(directory);
    await expect(openStore(directory)).rejects.toMatchObject({
      name: 'StateError',
      message: `Another process is using the state in ${directory}.`,
    });
    await store.close();
  });

  it('refuses a directory that holds other things, and adds nothing to it', async () => {
    await writeFile(join(directory, 'letter.txt'), 'mine');
    await expect(openStore(directory)).rejects.toMatchObject({ name: 'StateError' });
    expect(await readdir(directory)).toEqual(['letter.txt']);
  });

  it('refuses a database whose entry file is damaged', async () => {
    await (await openStore(directory)).close();
    await writeFile(join(directory, 'CURRENT'), 'nonsense\n');
    await expect(openStore(directory)).rejects.toMatchObject({ name: 'StateError' });
  });
});

describe('a collection', () => {
  it('is the same one for the same name', async () => {
    const store = memoryStore();
    expect(await store.collection('a')).toBe(await store.collection('a'));
  });

  it('does not change with the object that was put', async () => {
    const values = await memoryStore().collection<{ tags: string[] }>('a');
    const value = { tags: ['one'] };
    await values.put('k', value);
    value.tags.push('two');
    expect(values.get('k')).toEqual({ tags: ['one'] });
  });

  it('shows a change before it is durable', async () => {
    const values = await memoryStore().collection<number>('a');
    const written = values.put('k', 1);
    expect(values.get('k')).toBe(1);
    await written;
  });
});
