import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Link } from '../../../core/ledger/link.ts';
import { CommandError } from '../command-error.ts';
import { exitCodes } from '../exit-codes.ts';
import { reasonOf } from '../private-file.ts';
import { linkIn, type Head } from './positions.ts';

const unusable = (what: string): CommandError =>
  new CommandError(
    exitCodes.configuration,
    `${what}; give the files of the copy, as from: aws s3 sync s3://<bucket>/ledger ./ledger`,
  );

const filesBelow = async (place: string): Promise<readonly string[]> => {
  const found = await stat(place).catch((error: unknown) => {
    throw unusable(`${place} cannot be read: ${reasonOf(error)}`);
  });
  if (!found.isDirectory()) return [place];
  const entries = await readdir(place, { recursive: true, withFileTypes: true });
  return entries.flatMap((entry) =>
    entry.isFile() && entry.name.endsWith('.jsonl') ? [join(entry.parentPath, entry.name)] : [],
  );
};

const linksIn = async (file: string): Promise<readonly Link[]> => {
  const lines = (await readFile(file, 'utf8')).split('\n').filter((line) => line !== '');
  return lines.map((line, index) => {
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      value = null;
    }
    const link = linkIn(value);
    // Left out, it could be what somebody wanted to be left out.
    if (link === null) throw unusable(`Line ${String(index + 1)} of ${file} is no record`);
    return link;
  });
};

const textOf = ({ shard, sequence, previousHash, hash, record }: Link): string =>
  JSON.stringify([shard, sequence, previousHash, hash, record]);

/**
 * The chains of a copy, in order. Segments may overlap, as a run that was cut off is made again; a link that is there
 * twice and not alike stays twice, and the verification names it.
 * @throws CommandError configuration for what cannot be read, is no copy, or is none of a ledger
 */
export const readExport = async (
  places: readonly string[],
): Promise<{
  readonly heads: readonly Head[];
  readonly readPage: (
    shard: number,
    after: number,
  ) => Promise<{ readonly links: readonly Link[]; readonly isLast: boolean }>;
}> => {
  const chains = new Map<number, Map<string, Link>>();
  for (const place of places) {
    for (const file of await filesBelow(place)) {
      for (const link of await linksIn(file)) {
        const chain = chains.get(link.shard) ?? new Map<string, Link>();
        chains.set(link.shard, chain.set(textOf(link), link));
      }
    }
  }
  if (chains.size === 0) throw unusable(`${places.join(', ')}: no record of a ledger is there`);
  const sorted = new Map(
    [...chains].map(([shard, links]) => [
      shard,
      [...links.values()].sort((left, right) => left.sequence - right.sequence),
    ]),
  );
  return {
    heads: [...sorted].map(([shard, links]) => {
      const last = links.at(-1);
      return { shard, sequence: last?.sequence ?? 0, hash: last?.hash ?? '' };
    }),
    readPage: (shard) => Promise.resolve({ links: sorted.get(shard) ?? [], isLast: true }),
  };
};
