/** Reads the command line, loads the one command that it names, and runs it. */
import { Command, CommanderError } from 'commander';
import { addGlobalOptions, type CommandEntry, type Run } from './command.ts';
import { commands } from './commands.ts';
import { exitCodes } from './exit-codes.ts';
import { explainFailure } from './explain-failure.ts';
import type { Terminal } from './terminal.ts';

const optionsWithValue = new Set(['-p', '--profile', '-o', '--output']);

/** The first word that is neither an option nor an option's value. */
const commandNameIn = (args: readonly string[]): string | undefined => {
  for (let index = 0; index < args.length; index += 1) {
    const word = args[index] ?? '';
    if (word === '--') return args[index + 1];
    if (optionsWithValue.has(word)) index += 1;
    else if (!word.startsWith('-')) return word;
  }
  return undefined;
};

const createProgram = (terminal: Terminal, version: string): Command =>
  addGlobalOptions(new Command('stepkey'))
    .description('Short-lived AWS credentials for one person and one purpose.')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError('For help, add --help.')
    .exitOverride()
    .configureOutput({
      writeOut: terminal.out,
      writeErr: (text) => {
        terminal.tell(text.trimEnd());
      },
    })
    .addHelpText(
      'after',
      `
Examples:
  stepkey configure --endpoints .stepkey/endpoints.json
  stepkey login --username alice
  stepkey exec -- aws s3 ls
  stepkey COMMAND --help

Exit codes: 0 ok, 2 wrong use, 3 not logged in, 4 denied, 5 unavailable, 6 configuration, 7 a check found something, 8 not for every subject, 9 grants are wider`,
    );

/** All commands by name; only those whose module is given know their options. */
const defineCommands = async (
  program: Command,
  run: Run,
  isLoaded: (entry: CommandEntry) => boolean,
): Promise<void> => {
  for (const entry of commands) {
    const command = program
      .command(entry.name)
      .summary(entry.summary)
      .description(`${entry.summary.charAt(0).toUpperCase()}${entry.summary.slice(1)}.`);
    if (isLoaded(entry)) (await entry.load()).command.define(command, run, commands);
  }
};

/** Resolves with the exit code. */
export const runProgram = async (
  terminal: Terminal,
  args: readonly string[],
  version: string,
): Promise<number> => {
  let exitCode: number = exitCodes.ok;
  const run: Run =
    (work) =>
    async (...given) => {
      exitCode = (await work(terminal, ...given)) ?? exitCodes.ok;
    };
  try {
    const program = createProgram(terminal, version);
    const name = commandNameIn(args);
    // `stepkey help login` shows that command's help.
    const named = name === 'help' ? commandNameIn(args.slice(args.indexOf('help') + 1)) : name;
    await defineCommands(program, run, (entry) => entry.name === named);
    if (args.length === 0) {
      program.outputHelp({ error: true });
      return exitCodes.usage;
    }
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) {
      return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    }
    const { exitCode: code, message } = explainFailure(error);
    terminal.tell(`stepkey: ${message}`);
    return code;
  }
};
