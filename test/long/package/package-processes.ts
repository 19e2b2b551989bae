/** Processes that a user starts in the project where the package is installed. */
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { InstalledPackage } from './installed-package.ts';

/** Whether any process of the group still runs. */
const runs = (processGroup: number): boolean => {
  try {
    return process.kill(-processGroup, 0);
  } catch {
    return false;
  }
};

export interface EndedProcess {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Whether nothing that it had started is left. */
  readonly isGone: boolean;
}

export interface RunningProcess {
  /** The next line of its output. Rejects where it ends before. */
  readonly line: () => Promise<string>;
  readonly endInput: (text?: string) => void;
  readonly kill: (signal: NodeJS.Signals) => void;
  readonly ended: Promise<EndedProcess>;
}

export const startProcess = (
  stepkey: InstalledPackage,
  ...args: readonly string[]
): RunningProcess => {
  const child = stepkey.start(...args);
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (part: string) => (stdout += part));
  child.stderr.setEncoding('utf8').on('data', (part: string) => (stderr += part));
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const ended = once(child, 'close').then(([code, signal]) => ({
    stdout,
    stderr,
    code: code as number | null,
    signal: signal as NodeJS.Signals | null,
    isGone: !runs(child.pid ?? 0),
  }));
  return {
    line: async () => {
      const next = await lines.next();
      if (next.done === true) throw new Error(`It ended: ${stderr}`);
      return next.value;
    },
    endInput: (text = '') => child.stdin.end(text),
    kill: (signal) => child.kill(signal),
    ended,
  };
};

/** @param file in the user's project, written with `text` and run to its end */
export const runFile = async (
  stepkey: InstalledPackage,
  file: string,
  text: string,
): Promise<EndedProcess> => {
  await writeFile(join(stepkey.project, file), text);
  const started = startProcess(stepkey, file);
  started.endInput();
  return started.ended;
};
