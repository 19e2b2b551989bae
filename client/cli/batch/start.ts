import { randomUUID } from 'node:crypto';
import type { Command } from 'commander';
import { examples, flagsOf, formatOf, type Run } from '../command.ts';
import { CommandError } from '../command-error.ts';
import { exitCodes } from '../exit-codes.ts';
import { findProfile } from '../find-profile.ts';
import { printOne } from '../output.ts';
import type { Profile } from '../profile.ts';
import type { Terminal } from '../terminal.ts';
import { askBatches } from './ask-batches.ts';
import { readSubjects, subjectsIn } from './subjects-file.ts';

interface StartOptions {
  readonly grant?: string;
  readonly subjects?: string;
  readonly manifest?: string;
  readonly idempotencyKey?: string;
}

/** As the broker's API has it. */
const mostSubjects = 300;

const wrong = (message: string): CommandError => new CommandError(exitCodes.usage, message);

/** @throws CommandError usage where the profile names none either */
export const requireGrant = ({ grant }: Pick<Profile, 'grant'>): string => {
  if (grant === null) throw wrong('Name the grant with --grant.');
  return grant;
};

const listOf = async (
  terminal: Terminal,
  words: readonly string[],
  { manifest, subjects: file }: StartOptions,
): Promise<object> => {
  const given = [words.length > 0, file !== undefined, manifest !== undefined];
  if (given.filter(Boolean).length !== 1) {
    throw wrong('Say for whom in one way: --subjects <file>, --manifest <key>, or subjects.');
  }
  if (manifest !== undefined) return { manifest: { key: manifest } };
  const { subjects, duplicateCount } =
    file === undefined
      ? subjectsIn('The command line', words.join('\n'))
      : await readSubjects(file);
  if (subjects.length > mostSubjects) {
    throw wrong(
      `${String(subjects.length)} subjects are more than a request takes (${String(mostSubjects)}); put the list into the deployment's bucket and start with --manifest.`,
    );
  }
  if (duplicateCount > 0) {
    terminal.tell(`${String(duplicateCount)} of the list are there twice, and count once.`);
  }
  return { subjects };
};

const start = async (
  terminal: Terminal,
  words: readonly string[],
  options: StartOptions,
  command: Command,
): Promise<undefined> => {
  const list = await listOf(terminal, words, options);
  const grant = requireGrant(await findProfile(terminal, flagsOf(command)));
  const batch = await askBatches(terminal, command, {
    method: 'POST',
    path: '/v1/batches',
    body: { grant, ...list },
    // One order is one batch, however often its answer is lost.
    headers: { 'Idempotency-Key': options.idempotencyKey ?? randomUUID() },
  });
  printOne(terminal, formatOf(terminal, command), batch);
  terminal.tell(`To follow it, run: stepkey batch watch ${batch.batchId}`);
  return undefined;
};

export const defineStart = (parent: Command, run: Run): void => {
  const command = parent
    .command('start [subjects...]')
    .summary('mint for a list of subjects')
    .option('-g, --grant <name>', 'grant to ask for (STEPKEY_GRANT)')
    .option('--subjects <file>', 'up to 300 of them, one a line; - for standard input')
    .option('--manifest <key>', "any number: a CSV or JSON lines in the deployment's bucket")
    .option('--idempotency-key <key>', 'the same key and request are the same batch')
    .action(run(start));
  examples(
    command,
    'stepkey batch start --grant reports alice bob',
    'stepkey batch start --grant reports --manifest batches/CLIENT/today.csv --idempotency-key today',
  );
};
