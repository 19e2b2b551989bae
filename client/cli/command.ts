/** What every command is made of. */
import type { Command } from 'commander';
import { InvalidArgumentError, Option } from 'commander';
import type { ProfileFlags } from './find-profile.ts';
import { formatFor, outputFormats, type OutputFormat } from './output.ts';
import type { Terminal } from './terminal.ts';

/** A command's own file exports this as `command`. */
export interface CommandModule {
  /** Adds arguments, options, help and the action. An action's number is the exit code; none is 0. */
  readonly define: (command: Command, run: Run, all: readonly CommandEntry[]) => void;
}

/** A command before it is loaded. */
export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  readonly load: () => Promise<{ readonly command: CommandModule }>;
}

/** Wraps a command's work into an action: failures become a sentence and an exit code. */
export type Run = <A extends unknown[]>(
  work: (terminal: Terminal, ...args: A) => Promise<number | undefined>,
) => (...args: A) => Promise<void>;

export interface GlobalFlags extends ProfileFlags {
  readonly output?: OutputFormat;
}

export const addGlobalOptions = (command: Command): Command =>
  command
    .option('-p, --profile <name>', 'profile to use (STEPKEY_PROFILE)')
    .addOption(
      new Option(
        '-o, --output <format>',
        'form of the data; a table on a terminal, else JSON',
      ).choices(outputFormats),
    );

/** For commands that ask for one grant. */
export const addGrantOptions = (command: Command): Command =>
  command
    .option('-g, --grant <name>', 'grant to ask for (STEPKEY_GRANT)')
    .option('--role-arn <arn>', 'role to ask for, where the grant takes the role from the token')
    .option('--subject <id>', 'whom a machine acts for, as issuerAlias:sub')
    .option('--api <url>', "the broker's address (STEPKEY_API)");

export const examples = (command: Command, ...lines: readonly string[]): Command =>
  command.addHelpText('after', `\nExamples:\n${lines.map((line) => `  ${line}`).join('\n')}`);

export const formatOf = (terminal: Terminal, command: Command): OutputFormat =>
  formatFor(terminal, command.optsWithGlobals<GlobalFlags>().output);

export const flagsOf = (command: Command): ProfileFlags => command.optsWithGlobals<ProfileFlags>();

/** For `--name value` pairs that may be given many times. */
export const collectPairs = (
  text: string,
  before: Readonly<Record<string, string>> | undefined,
): Readonly<Record<string, string>> => {
  const [, name, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined) {
    throw new InvalidArgumentError('It must be name=value.');
  }
  return { ...before, [name]: value };
};
