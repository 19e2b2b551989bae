import type { Command } from 'commander';
import { diffGrants } from '../../../core/grants/diff.ts';
import type { GrantText } from '../../../core/grants/compile.ts';
import type { Grant } from '../../../core/grants/grant.ts';
import { formatOf, type Run } from '../command.ts';
import { CommandError } from '../command-error.ts';
import { exitCodes } from '../exit-codes.ts';
import { printMany, printOne } from '../output.ts';
import type { Terminal } from '../terminal.ts';
import { changeLines, changeWords, detailText, diffMarkdown, whoOf } from './diff-words.ts';
import {
  addGrantFileOptions,
  compileTexts,
  contextOf,
  faultsOf,
  grantTextsIn,
  type GrantOptions,
} from './read-grants.ts';
import { grantTextsAt } from './read-revision.ts';

const workingTree = 'working tree';

/** A revision may name clients that the deployment no longer has; whether they are there now is for `check` to say. */
const clientsIn = ({ text }: GrantText): readonly string[] => {
  try {
    const { clients } = JSON.parse(text) as { readonly clients?: unknown };
    return Array.isArray(clients) ? clients.filter((client) => typeof client === 'string') : [];
  } catch {
    return [];
  }
};

const grantsOf = (
  where: string,
  texts: readonly GrantText[],
  options: GrantOptions,
): readonly Grant[] => {
  if (texts.length === 0) return [];
  try {
    return compileTexts(texts, {
      ...options,
      clients: [...options.clients, ...texts.flatMap(clientsIn)],
    });
  } catch (error) {
    if (faultsOf(error) === null) throw error;
    throw new CommandError(exitCodes.checkFailed, `${where}: ${(error as Error).message}`);
  }
};

const diff = async (
  terminal: Terminal,
  from: string,
  to: string | undefined,
  options: GrantOptions,
  command: Command,
): Promise<number> => {
  const [before, after] = await Promise.all([
    grantTextsAt(options.grants, from),
    to === undefined ? grantTextsIn(options.grants) : grantTextsAt(options.grants, to),
  ]);
  const names = [from, to ?? workingTree] as const;
  if (before.length + after.length === 0) {
    throw new CommandError(
      exitCodes.configuration,
      `Neither ${names.join(' nor ')} has grant files in ${options.grants}; name the directory: --grants <directory>`,
    );
  }
  const difference = diffGrants(
    grantsOf(names[0], before, options),
    grantsOf(names[1], after, options),
    contextOf(options),
  );
  const format = formatOf(terminal, command);
  if (format === 'json') {
    printOne(terminal, format, { from: names[0], to: names[1], ...difference });
  } else if (format === 'markdown') terminal.out(diffMarkdown(difference, names));
  else {
    printMany(
      terminal,
      format,
      ['who', 'grant', 'change', 'more', ...(format === 'text' ? ['lines'] : [])],
      difference.pairs.map((pair) => ({
        who: whoOf(pair),
        grant: pair.grant,
        change: changeWords(pair),
        more: pair.widened ? 'yes' : 'no',
        lines: changeLines(pair).join('; '),
      })),
    );
    if (format === 'table') terminal.out(detailText(difference));
  }
  const { pairs, widened } = difference;
  if (pairs.length === 0) terminal.tell('No change to who can get what.');
  else terminal.tell(widened ? 'Somebody may do more than before.' : 'Nobody may do more.');
  return widened ? exitCodes.widened : exitCodes.ok;
};

export const addDiff = (parent: Command, run: Run): void => {
  const command = parent
    .command('diff')
    .summary('what a change to the files changes, and for whom')
    .argument('<from>', 'a revision of git, as main')
    .argument('[to]', 'another one; the files as they are where it is left out')
    .addHelpText(
      'after',
      '\nExit codes: 0 nobody may do more, 9 somebody may, 7 a fault in the files',
    );
  addGrantFileOptions(command).action(run(diff));
};
