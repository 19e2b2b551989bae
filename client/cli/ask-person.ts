/** Questions to the person at the terminal; they and what is typed never reach standard output. */
import { readFile, stat } from 'node:fs/promises';
import { CommandError } from './command-error.ts';
import { exitCodes } from './exit-codes.ts';
import { reasonOf } from './private-file.ts';
import type { Terminal } from './terminal.ts';

const context = { input: process.stdin, output: process.stderr };

/** @throws CommandError usage where nobody can be asked */
export const askText = async (
  { isInteractive }: Terminal,
  message: string,
  otherwise: string,
): Promise<string> => {
  if (!isInteractive) throw new CommandError(exitCodes.usage, otherwise);
  const { input } = await import('@inquirer/prompts');
  return input({ message, required: true }, context);
};

/** Nothing that is typed is shown, not even its length. @throws CommandError usage where nobody can be asked */
export const askSecret = async (
  { isInteractive }: Terminal,
  message: string,
  otherwise: string,
): Promise<string> => {
  if (!isInteractive) throw new CommandError(exitCodes.usage, otherwise);
  const { password } = await import('@inquirer/prompts');
  return password({ message, mask: false }, context);
};

/** @throws CommandError usage where nobody can be asked */
export const askConfirmation = async (
  { isInteractive }: Terminal,
  message: string,
  otherwise: string,
): Promise<boolean> => {
  if (!isInteractive) throw new CommandError(exitCodes.usage, otherwise);
  const { confirm } = await import('@inquirer/prompts');
  return confirm({ message, default: false }, context);
};

/** One line of a secret file: its end is not part of the secret. */
const firstLine = (text: string): string => text.split(/\r?\n/, 1)[0] ?? '';

/** @throws CommandError configuration when it cannot be read, usage when it is empty */
export const readSecretFile = async (terminal: Terminal, path: string): Promise<string> => {
  let text: string;
  try {
    const { mode } = await stat(path);
    if (terminal.platform !== 'win32' && (mode & 0o077) !== 0) {
      terminal.tell(`${path} may be read by others; better: chmod 600 '${path}'`);
    }
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw new CommandError(
      exitCodes.configuration,
      `${path} cannot be read: ${isMissingReason(error)}.`,
    );
  }
  const secret = firstLine(text);
  if (secret === '') throw new CommandError(exitCodes.usage, `${path} is empty.`);
  return secret;
};

const isMissingReason = (error: unknown): string =>
  (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : reasonOf(error);

/** All lines of standard input. @throws CommandError usage on a terminal, where it would wait for ever in clear text */
export const readSecretLines = async (): Promise<readonly string[]> => {
  if (process.stdin.isTTY) {
    throw new CommandError(
      exitCodes.usage,
      'Standard input is a terminal; leave out --password-stdin to be asked, or pipe the password in.',
    );
  }
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8').split(/\r?\n/);
};
