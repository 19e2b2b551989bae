import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import type { Command } from 'commander';
import { awsVariablesOf, competingVariables, ownSecretVariables } from './aws-environment.ts';
import { addGrantOptions, examples, flagsOf, type CommandModule } from './command.ts';
import { requireCommandWords } from './command-words.ts';
import { findProfile } from './find-profile.ts';
import { obtainCredentials } from './obtain-credentials.ts';
import type { Terminal } from './terminal.ts';

/** As shells say it. */
const notExecutable = 126;
const notFound = 127;
const signalled = 128;

/** The terminal sends these to the command itself; here they are only not to end the wait for it. */
const fromTerminal = ['SIGINT', 'SIGQUIT'] as const;
const passedOn = ['SIGTERM', 'SIGHUP'] as const;

const ignore = (): void => undefined;

const runChild = (
  terminal: Terminal,
  [file = '', ...args]: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<number> =>
  new Promise((resolve) => {
    const child = spawn(file, args, { env, stdio: 'inherit' });
    for (const signal of fromTerminal) process.on(signal, ignore);
    for (const signal of passedOn) process.on(signal, () => child.kill(signal));
    child.on('error', (error: NodeJS.ErrnoException) => {
      const isMissing = error.code === 'ENOENT';
      terminal.tell(
        isMissing
          ? `stepkey: there is no command "${file}"; check its name and PATH.`
          : `stepkey: "${file}" cannot be run: ${error.code ?? 'unknown'}.`,
      );
      resolve(isMissing ? notFound : notExecutable);
    });
    child.on('exit', (code, signal) => {
      resolve(code ?? signalled + constants.signals[signal ?? 'SIGTERM']);
    });
  });

const exec = async (
  terminal: Terminal,
  words: readonly string[],
  _: object,
  command: Command,
): Promise<number> => {
  requireCommandWords(words, 'stepkey exec', 'aws s3 ls');
  const profile = await findProfile(terminal, flagsOf(command));
  const answer = await obtainCredentials(terminal, profile);
  const withheld = new Set<string>([...competingVariables, ...ownSecretVariables]);
  const inherited = Object.entries(terminal.env).filter(([name]) => !withheld.has(name));
  return runChild(terminal, words, {
    ...Object.fromEntries(inherited),
    ...awsVariablesOf(answer, profile, terminal.env),
  });
};

export const command: CommandModule = {
  define: (command, run) => {
    addGrantOptions(command).argument('[command...]', 'after --').action(run(exec));
    examples(
      command,
      'stepkey exec -- aws s3 ls',
      'stepkey exec --profile bob --grant team-read -- python3 report.py',
      '',
      "The exit code is the command's; 126 and 127 as in a shell.",
    );
  },
};
