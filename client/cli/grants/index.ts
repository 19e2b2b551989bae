import type { Command } from 'commander';
import { examples, formatOf, type CommandModule } from '../command.ts';
import { whoSentences } from '../../../core/grants/words.ts';
import { CommandError } from '../command-error.ts';
import { exitCodes } from '../exit-codes.ts';
import { printMany } from '../output.ts';
import type { Terminal } from '../terminal.ts';
import { addGrantFileOptions, faultsOf, readGrants, type GrantOptions } from './read-grants.ts';
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

const check = async (terminal: Terminal, options: GrantOptions, command: Command) => {
  const format = formatOf(terminal, command);
  try {
    const { length } = await readGrants(options);
    if (format === 'json') terminal.out('[]\n');
    terminal.tell(
      length === 1 ? 'One grant, without fault.' : `${String(length)} grants, without fault.`,
    );
    return exitCodes.ok;
  } catch (error) {
    const faults = faultsOf(error);
    if (faults === null) throw error;
    printMany(
      terminal,
      format,
      ['file', 'path', 'reason'],
      faults.map(({ file, path, reason }) => ({ file, path, reason })),
    );
    terminal.tell(`${String(faults.length)} fault${faults.length === 1 ? '' : 's'} to mend.`);
    return exitCodes.checkFailed;
  }
};

const whoCan = async (
  terminal: Terminal,
  action: string,
  resource: string | undefined,
  options: GrantOptions,
  command: Command,
) => {
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
      .summary('name every fault, as a deployment would');
    addGrantFileOptions(checkCommand).action(run(check));
    const whoCanCommand = command
      .command('who-can')
      .summary('which grants lead to an action')
      .argument('<action>', 'as s3:GetObject')
      .argument('[resource]', 'an ARN; any where it is left out');
    addGrantFileOptions(whoCanCommand).action(run(whoCan));
    examples(
      command,
      'stepkey grants list',
      'stepkey grants check --grants policies/grants --clients web,cli',
      'stepkey grants who-can s3:GetObject arn:aws:s3:::BUCKET/team/plan.txt',
    );
  },
};
