/** How to start this very command from anywhere, as `credential_process` must. */
import { realpathSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Terminal } from './terminal.ts';

/** SDKs split at spaces or hand the line to a shell; double quotes serve both. */
const quoted = (word: string): string => (/^[\w@%+=:,./\\-]+$/.test(word) ? word : `"${word}"`);

const real = (path: string): string | null => {
  try {
    return realpathSync(path);
  } catch {
    return null;
  }
};

/** `stepkey` where that is what PATH leads to; else Node and the script by their full paths. */
const startOf = ({ env, platform }: Terminal, script: string): readonly string[] => {
  const file = platform === 'win32' ? 'stepkey.cmd' : 'stepkey';
  const directories = (env['PATH'] ?? '').split(delimiter).filter((path) => path !== '');
  const first = directories.map((directory) => real(join(directory, file))).find(Boolean);
  if (first !== undefined && first === real(script) && !isTemporary(script)) return ['stepkey'];
  return [process.execPath, script];
};

/** npx puts what it fetched on the PATH of the one command that it starts. */
const isTemporary = (script: string): boolean => /[\\/]_npx[\\/]/.test(script);

export const ownCommandLine = (terminal: Terminal, args: readonly string[]): string =>
  [...startOf(terminal, process.argv[1] ?? ''), ...args].map(quoted).join(' ');
