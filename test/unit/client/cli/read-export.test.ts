import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import { nodeDigest } from '../../../../adapters/digest.ts';
import { readExport } from '../../../../client/cli/issuances/read-export.ts';
import { walkChain } from '../../../../client/cli/issuances/walk-chain.ts';
import type { Link } from '../../../../core/ledger/link.ts';
import { segmentOf } from '../../../../core/ledger/segment.ts';
import { chainOf, issuanceRecord } from '../../../support/ledger.ts';

const root = await mkdtemp(join(tmpdir(), 'stepkey-export-'));
afterAll(() => rm(root, { recursive: true }));

let directory: string;
let serial = 0;
const links = chainOf(
  3,
  Array.from({ length: 6 }, (_, index) => issuanceRecord(`i-${String(index)}`)),
);
const keep = async (part: readonly Link[], name?: string): Promise<void> => {
  const segment = segmentOf(part);
  if (segment === null) throw new TypeError('nothing to keep');
  const file = join(directory, name ?? segment.key);
  await mkdir(join(file, '..'), { recursive: true });
  await writeFile(file, segment.text);
};
/** What the verification of the copy says of chain 3. */
const verified = async () => {
  const { heads, readPage } = await readExport([directory]);
  return walkChain(3, nodeDigest, heads, readPage);
};

beforeEach(async () => {
  serial += 1;
  directory = join(root, String(serial));
  await mkdir(directory);
});

describe('[SEC-40] a copy of the ledger', () => {
  it('is proved, whatever its files are named and in whatever order they come', async () => {
    await keep(links.slice(4), '1.jsonl');
    await keep(links.slice(0, 4), '2.jsonl');
    expect(await verified()).toEqual({ shard: 3, sequence: 6, hash: links[5]?.hash, fault: null });
  });

  it('may overlap, as a run that was cut off is made again', async () => {
    await keep(links.slice(0, 4));
    await keep(links.slice(0, 6));
    expect((await verified()).fault).toBeNull();
  });

  it('without one segment names the first record that is missing', async () => {
    await keep(links.slice(0, 2));
    await keep(links.slice(4));
    expect((await verified()).fault).toEqual({ shard: 3, sequence: 3, fault: 'missing' });
  });

  it('with a changed record names it', async () => {
    const changed = links.map((link) =>
      link.sequence === 4 ? { ...link, record: link.record.replace('i-3', 'i-9') } : link,
    );
    await keep(changed);
    expect((await verified()).fault).toEqual({ shard: 3, sequence: 4, fault: 'changed' });
  });

  it('with two records of one number names it, though one of them is right', async () => {
    await keep(links);
    await keep([{ ...links[3], record: '{}' } as Link], 'other.jsonl');
    expect((await verified()).fault).toMatchObject({ sequence: 4 });
  });

  it.each([
    ['a line that is no record', '{"shard":3}\n', /Line 1 of .+ is no record/],
    ['a line that is no JSON', `${JSON.stringify(links[0])}\nx\n`, /Line 2 of .+ is no record/],
    ['nothing at all', '', /no record of a ledger/],
  ])('is refused for %s', async (_, text, message) => {
    await writeFile(join(directory, 'a.jsonl'), text);
    await expect(verified()).rejects.toThrow(message);
  });

  it('is refused where it cannot be read', async () => {
    await expect(readExport([join(directory, 'nowhere')])).rejects.toThrow(/cannot be read/);
  });
});
