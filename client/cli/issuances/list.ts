import { InvalidArgumentError, Option, type Command } from 'commander';
import type { IssuancesAnswer, LedgerRecord } from '../../../core/contracts/ledger-answers.ts';
import type { Outcome } from '../../../core/ledger/listing.ts';
import { askApi } from '../ask-api.ts';
import { formatOf, type Run } from '../command.ts';
import { printMany } from '../output.ts';
import type { Terminal } from '../terminal.ts';

interface ListOptions {
  readonly subject?: string;
  readonly client?: string;
  readonly actor?: string;
  readonly grant?: string;
  readonly identityId?: string;
  readonly accessKeyId?: string;
  readonly outcome?: string;
  readonly from?: string;
  readonly to?: string;
  readonly limit?: number;
  readonly all?: true;
  readonly cursor?: string;
}

/** As many as the broker gives at a time. */
const largestPage = 100;
const recordsByDefault = 50;
const outcomes: readonly Outcome[] = ['minted', 'cache', 'denied', 'withdrawn', 'failed'];

const limitOf = (text: string): number => {
  if (/^[1-9]\d{0,6}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be a whole number from 1 on.');
};

/** Pages may be short and not be the last: they are asked for until there are enough. */
const list = async (
  terminal: Terminal,
  { limit, all, cursor: start, ...filters }: ListOptions,
  command: Command,
): Promise<undefined> => {
  const wanted = all ? Number.POSITIVE_INFINITY : (limit ?? recordsByDefault);
  const records: LedgerRecord[] = [];
  let cursor = start;
  do {
    const { body } = await askApi(terminal, command, {
      method: 'GET',
      path: '/v1/issuances',
      query: {
        ...filters,
        limit: String(Math.min(largestPage, wanted - records.length)),
        cursor,
      },
    });
    const page = body as unknown as IssuancesAnswer;
    records.push(...page.records);
    cursor = page.cursor ?? undefined;
  } while (cursor !== undefined && records.length < wanted);
  printMany(
    terminal,
    formatOf(terminal, command),
    ['at', 'outcome', 'subject', 'client', 'actor', 'grant', 'accessKeyId', 'error', 'id'],
    records,
  );
  if (cursor !== undefined) {
    terminal.tell(`There are more: the same with --cursor ${cursor}, or with --all.`);
  }
  return undefined;
};

export const addList = (parent: Command, run: Run): void => {
  parent
    .command('list')
    .description('hand-outs and refusals, newest first')
    .option('--subject <id>', 'whose, as issuerAlias:sub')
    .option('--client <name>', 'through which app client')
    .option('--actor <name>', 'which machine acted for the subject')
    .option('--grant <name>', 'of which grant')
    .option('--identity-id <id>', 'of which identity')
    .option('--access-key-id <id>', 'which access key')
    .addOption(new Option('--outcome <outcome>', 'what came of it').choices(outcomes))
    .option('--from <time>', 'from this time on, as 2026-11-21T12:00:00Z')
    .option('--to <time>', 'before this time')
    .option('--limit <number>', `how many; ${String(recordsByDefault)} by default`, limitOf)
    .addOption(new Option('--all', 'all of them').conflicts('limit'))
    .option('--cursor <cursor>', 'where an earlier list ended')
    .action(run(list));
};
