/** A state that is not what was written is told as damaged before anything is written over it. */
import { cp, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { isWhole } from '../../../../local/state/leveldb/check-database.ts';
import { openStore } from '../../../../local/state/store.ts';
import { refuseDamagedState } from '../../../../local/state/whole-state.ts';

let parent: string;
let whole: string;
let copies = 0;

/** Reads as LevelDB does: what compresses well, and what does not. */
const textOf = (index: number): string =>
  index % 2 === 0 ? 'all the same '.repeat(80) : String(Math.sin(index)).repeat(20);

beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), 'damage-'));
  whole = join(parent, 'whole');
  for (const round of [0, 1, 2]) {
    // What a log holds becomes a table when the database is opened again.
    const store = await openStore(whole);
    const people = await store.collection<string>('people');
    for (let index = 0; index < 60; index += 1)
      await people.put(`${String(round)}-${String(index)}`, textOf(index));
    await people.put('large', 'x'.repeat(100_000));
    await people.delete('0-1');
    await store.close();
  }
});
afterAll(async () => {
  await rm(parent, { recursive: true });
});

const copyOf = async (): Promise<string> => {
  copies += 1;
  const directory = join(parent, String(copies));
  await cp(whole, directory, { recursive: true });
  return directory;
};

const fileOf = async (directory: string, pattern: RegExp): Promise<string> => {
  const name = (await readdir(directory)).find((each) => pattern.test(each));
  if (name === undefined) throw new TypeError('There is no such file.');
  return join(directory, name);
};

/** Both databases of a state: the one that is meant, and one that was never made. */
const refusal = (directory: string): Promise<void> =>
  refuseDamagedState({ store: join(parent, 'none'), tables: directory });

const contentsOf = async (directory: string): Promise<Record<string, string>> =>
  Object.fromEntries(
    await Promise.all(
      (await readdir(directory)).map(async (name) => [
        name,
        (await readFile(join(directory, name))).toString('base64'),
      ]),
    ),
  ) as Record<string, string>;

const kinds: readonly (readonly [string, RegExp])[] = [
  ['log', /\.log$/u],
  ['table', /\.ldb$/u],
  ['manifest', /^MANIFEST/u],
];

describe.each(kinds)('a %s', (kind, pattern) => {
  it('with another byte in its middle is refused, and nothing is changed', async () => {
    const directory = await copyOf();
    const file = await fileOf(directory, pattern);
    const bytes = await readFile(file);
    const middle = Math.floor(bytes.length / 2);
    bytes.writeUInt8(bytes.readUInt8(middle) ^ 1, middle);
    await writeFile(file, bytes);
    const before = await contentsOf(directory);
    await expect(refusal(directory)).rejects.toMatchObject({
      name: 'StateError',
      message: `The state in ${directory} is damaged; use another state directory.`,
    });
    expect(await contentsOf(directory)).toEqual(before);
  });

  it('that is gone is refused', async () => {
    const directory = await copyOf();
    await rm(await fileOf(directory, pattern));
    await expect(refusal(directory)).rejects.toMatchObject({ name: 'StateError' });
    await expect(
      refuseDamagedState({ store: directory, tables: join(parent, 'none') }),
    ).rejects.toMatchObject({ name: 'StateError' });
  });

  it('is refused with a change of any byte before its last record', async () => {
    const directory = await copyOf();
    const file = await fileOf(directory, pattern);
    const bytes = await readFile(file);
    // The last record of a log may have been cut off; between the places of a footer nothing is said.
    const most = kind === 'table' ? bytes.length - 48 : Math.floor(bytes.length * 0.6);
    const missed: number[] = [];
    for (let at = 0; at < most; at += 997) {
      const changed = Buffer.from(bytes);
      changed.writeUInt8(changed.readUInt8(at) ^ 0x10, at);
      await writeFile(file, changed);
      if (await isWhole(directory)) missed.push(at);
    }
    expect(missed).toEqual([]);
  });
});

describe('what a kill leaves', () => {
  it('is whole: a log that ends anywhere, a table that nobody names', async () => {
    const directory = await copyOf();
    const file = await fileOf(directory, /\.log$/u);
    const { length } = await readFile(file);
    await writeFile(join(directory, '999999.ldb'), 'half a ta');
    const refused: number[] = [];
    for (let end = length; end >= 0; end -= 4_001) {
      await truncate(file, end);
      if (!(await isWhole(directory))) refused.push(end);
    }
    expect(refused).toEqual([]);
    await (await openStore(directory)).close();
  });

  it('is whole also where nothing was damaged', async () => {
    expect(await isWhole(whole)).toBe(true);
    expect(await isWhole(join(parent, 'none'))).toBe(true);
    const store = await openStore(whole);
    expect((await store.collection('people')).get('2-3')).toBe(textOf(3));
    await store.close();
  });
});
