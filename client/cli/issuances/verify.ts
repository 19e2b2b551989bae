import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { InvalidArgumentError, type Command } from 'commander';
import type { Digest } from '../../../core/ports.ts';
import { BrokerError } from '../../broker-error.ts';
import { askApi } from '../ask-api.ts';
import { formatOf, type Run } from '../command.ts';
import { CommandError } from '../command-error.ts';
import { exitCodes } from '../exit-codes.ts';
import { printMany } from '../output.ts';
import { reasonOf } from '../private-file.ts';
import type { Terminal } from '../terminal.ts';
import { headsIn, linkPageIn, type Head } from './positions.ts';
import { readExport } from './read-export.ts';
import { walkChain } from './walk-chain.ts';

interface VerifyOptions {
  readonly shard?: number;
  readonly export?: readonly string[];
  readonly heads?: string;
}

const linksPerPage = 500;

const digest: Digest = {
  sha256Hex: (text) => createHash('sha256').update(text, 'utf8').digest('hex'),
};

const shardOf = (text: string): number => {
  if (/^\d{1,4}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be the number of a chain.');
};

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
};

/** @throws CommandError configuration for a file that cannot be read or holds no positions */
const readHeadsFile = async (file: string): Promise<readonly Head[]> => {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new CommandError(
      exitCodes.configuration,
      `The file ${file} cannot be read: ${reasonOf(error)}.`,
    );
  });
  const heads = headsIn(parsed(text));
  // A file that says nothing would let a chain that was cut off pass.
  if (heads !== null && heads.length > 0) return heads;
  throw new CommandError(
    exitCodes.configuration,
    `The file ${file} holds no positions; make one with: stepkey issuances verify --output json > heads.json`,
  );
};

/** The chains as the broker answers them, beginning with how far each says that it goes. */
const fromBroker = async (terminal: Terminal, command: Command): Promise<Source> => {
  const get = async <T>(
    path: string,
    query: Readonly<Record<string, string>>,
    read: (body: Readonly<Record<string, unknown>>) => T | null,
  ): Promise<T> => {
    const { body, status } = await askApi(terminal, command, { method: 'GET', path, query });
    const value = read(body);
    if (value !== null) return value;
    throw new BrokerError('unexpected', 'The answer is not one that a Stepkey broker gives.', {
      status,
    });
  };
  // Read before the chains, which may only grow from there.
  const heads = await get('/v1/ledger', {}, headsIn);
  return {
    heads,
    readPage: (shard, after) =>
      get(
        `/v1/ledger/${String(shard)}`,
        { after: String(after), limit: String(linksPerPage) },
        linkPageIn,
      ),
  };
};

/** Where chains come from: the positions that they must reach, and their links. */
interface Source {
  readonly heads: readonly Head[];
  readonly readPage: Parameters<typeof walkChain>[3];
}

const verify = async (
  terminal: Terminal,
  { shard: only, heads: file, export: places }: VerifyOptions,
  command: Command,
): Promise<number> => {
  const noted = file === undefined ? [] : await readHeadsFile(file);
  const { heads, readPage } =
    places === undefined ? await fromBroker(terminal, command) : await readExport(places);
  // Also chains that were noted and are not there any more.
  const shards = [...new Set([...heads, ...noted].map(({ shard }) => shard))].sort((a, b) => a - b);
  const chosen = only === undefined ? shards : shards.filter((shard) => shard === only);
  if (chosen.length === 0) {
    throw new CommandError(
      exitCodes.usage,
      `There is no such chain; there are ${shards.join(', ')}.`,
    );
  }
  const reports = [];
  for (const shard of chosen) {
    const anchors = [...noted, ...heads].filter((head) => head.shard === shard);
    reports.push(await walkChain(shard, digest, anchors, readPage));
  }
  printMany(
    terminal,
    formatOf(terminal, command),
    ['shard', 'sequence', 'hash', 'fault'],
    reports.map(({ fault, ...report }) => ({
      ...report,
      fault: fault === null ? null : `${fault.fault} ${String(fault.sequence)}`,
    })),
  );
  const faults = reports.flatMap(({ fault }) => fault ?? []);
  for (const { shard, sequence, fault } of faults) {
    terminal.tell(`Record ${String(sequence)} of chain ${String(shard)} is ${fault}.`);
  }
  if (faults.length > 0) return exitCodes.checkFailed;
  const count = reports.reduce((sum, { sequence }) => sum + sequence, 0);
  terminal.tell(`${String(count)} records, none missing or changed.`);
  return exitCodes.ok;
};

export const addVerify = (parent: Command, run: Run): void => {
  parent
    .command('verify')
    .description('prove that no record is missing or changed, or name the first that is')
    .option('--shard <number>', 'one chain only', shardOf)
    .option(
      '--export <files...>',
      'a copy of the ledger instead of the broker: files or directories, as from the bucket of the copy',
    )
    .option('--heads <file>', 'positions that were noted earlier: shows also what was cut off')
    .action(run(verify));
};
