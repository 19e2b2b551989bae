import type { Command } from 'commander';
import { examples, formatOf, type CommandModule } from '../command.ts';
import type { Grant } from '../../../core/grants/grant.ts';
import { lintGrants } from '../../../core/grants/lint.ts';
import { pairsOf } from '../../../core/grants/pairs.ts';
import { whoSentences } from '../../../core/grants/words.ts';
import { CommandError } from '../command-error.ts';
import { exitCodes } from '../exit-codes.ts';
import { printMany } from '../output.ts';
import type { Terminal } from '../terminal.ts';
import { addDiff } from './diff.ts';
import { whoOf } from './diff-words.ts';
import {
  addGrantFileOptions,
  contextOf,
  faultsOf,
  readGrants,
  type GrantOptions,
} from './read-grants.ts';
import { waysTo } from './who-can.ts';
import { roleWords } from './role-words.ts';

const soundGrants = async (options: GrantOptions) => {
  try {
    return await readGrants(options);
  } catch (error) {
    if (faultsOf(error) === null) throw error;
    throw new CommandError(
      exitCodes.checkFailed,
      `${(error as Error).message}\nMend them, then: stepkey grants check --grants ${options.grants}`,
    );
  }
};

const list = async (terminal: Terminal, options: GrantOptions, command: Command) => {
  const grants = await soundGrants(options);
  printMany(
    terminal,
    formatOf(terminal, command),
    ['grant', 'use', 'clients', 'who', 'role', 'seconds', 'description'],
    grants.map((grant) => ({
      grant: grant.name,
      use: grant.use,
      clients: grant.clients,
      who: whoSentences(grant).join(' '),
      role: roleWords(grant),
      seconds: grant.session.durationSeconds,
      description: grant.description,
    })),
  );
  return undefined;
};

const counted = (count: number, what: string): string =>
  count === 1 ? `One ${what}` : `${String(count)} ${what}s`;

/** Faults stop a deployment; notes are what a reviewer should look at twice. */
const check = async (
  terminal: Terminal,
  { strict, ...options }: GrantOptions & { readonly strict?: true },
  command: Command,
) => {
  const format = formatOf(terminal, command);
  const columns = ['file', 'path', 'reason'];
  try {
    const grants = await readGrants(options);
    const notes = lintGrants(grants);
    if (notes.length > 0 || format === 'json') printMany(terminal, format, columns, notes);
    const among = notes.length === 0 ? '' : `; ${counted(notes.length, 'note').toLowerCase()}`;
    terminal.tell(`${counted(grants.length, 'grant')}, without fault${among}.`);
    return strict && notes.length > 0 ? exitCodes.checkFailed : exitCodes.ok;
  } catch (error) {
    const faults = faultsOf(error);
    if (faults === null) throw error;
    printMany(
      terminal,
      format,
      columns,
      faults.map(({ file, path, reason }) => ({ file, path, reason })),
    );
    terminal.tell(`${String(faults.length)} fault${faults.length === 1 ? '' : 's'} to mend.`);
    return exitCodes.checkFailed;
  }
};

/** Everything that anybody could get. */
const matrix = (
  terminal: Terminal,
  grants: readonly Grant[],
  options: GrantOptions,
  command: Command,
): void => {
  const format = formatOf(terminal, command);
  const pairs = pairsOf(grants, contextOf(options));
  printMany(
    terminal,
    format,
    ['who', 'grant', 'use', 'rules', 'roles', 'permissions', 'narrowedTo', 'seconds'],
    format === 'json'
      ? pairs
      : pairs.map((pair) => ({ ...pair, who: whoOf(pair), seconds: pair.durationSeconds })),
  );
};

const whoCan = async (
  terminal: Terminal,
  action: string | undefined,
  resource: string | undefined,
  options: GrantOptions,
  command: Command,
) => {
  if (action === undefined) {
    matrix(terminal, await soundGrants(options), options, command);
    return undefined;
  }
  if (!/^[A-Za-z0-9-]+:[A-Za-z0-9]+$/.test(action)) {
    throw new CommandError(
      exitCodes.usage,
      `"${action}" is no action; write it as s3:GetObject, without wildcards.`,
    );
  }
  if (resource !== undefined && !resource.startsWith('arn:')) {
    throw new CommandError(
      exitCodes.usage,
      `"${resource}" is no ARN; write it as arn:aws:s3:::BUCKET/KEY.`,
    );
  }
  const ways = waysTo(await soundGrants(options), action, resource ?? null);
  printMany(
    terminal,
    formatOf(terminal, command),
    ['grant', 'role', 'use', 'clients', 'who', 'subjectTo'],
    ways.map(({ grant, role, subjectTo }) => ({
      grant: grant.name,
      role: role ?? roleWords(grant),
      use: grant.use,
      clients: grant.clients,
      who: whoSentences(grant).join(' '),
      subjectTo,
    })),
  );
  if (ways.length === 0) terminal.tell('No grant leads there.');
  return undefined;
};

export const command: CommandModule = {
  define: (command, run) => {
    const listCommand = command.command('list').summary('what there is, and for whom');
    addGrantFileOptions(listCommand).action(run(list));
    const checkCommand = command
      .command('check')
      .summary('name every fault, as a deployment would, and what to look at twice');
    addGrantFileOptions(checkCommand)
      .option('--strict', 'end with exit code 7 also where there are only notes')
      .action(run(check));
    const whoCanCommand = command
      .command('who-can')
      .summary('who can get what, or which grants lead to an action')
      .argument('[action]', 'as s3:GetObject; all that anybody can get where it is left out')
      .argument('[resource]', 'an ARN; any where it is left out');
    addGrantFileOptions(whoCanCommand).action(run(whoCan));
    addDiff(command, run);
    examples(
      command,
      'stepkey grants list',
      'stepkey grants check --grants policies/grants --clients web,cli',
      'stepkey grants who-can --output markdown',
      'stepkey grants diff origin/main --output markdown',
      'stepkey grants who-can s3:GetObject arn:aws:s3:::BUCKET/team/plan.txt',
    );
  },
};
