import { spawn, type ChildProcess } from 'node:child_process';
import { constants } from 'node:os';
import { CommandError } from '../command-error.ts';
import { exitCodes } from '../exit-codes.ts';

/** As shells say it. */
const signalled = 128;

export interface SubjectCommands {
  /**
   * @returns the exit code
   * @throws CommandError usage where the command cannot be run: it could not for anybody
   */
  readonly run: (env: Readonly<Record<string, string | undefined>>) => Promise<number>;
  /** Asks those that run to end. */
  readonly terminate: () => void;
}

/** Each in a process group of its own: Ctrl-C at the terminal is for us, and they may end their work. */
export const subjectCommands = ([file = '', ...args]: readonly string[]): SubjectCommands => {
  const running = new Set<ChildProcess>();
  const isGroup = process.platform !== 'win32';
  return {
    run: (env) =>
      new Promise((resolve, reject) => {
        const child = spawn(file, args, {
          env,
          // Its input would be shared with all others'.
          stdio: ['ignore', 'inherit', 'inherit'],
          detached: isGroup,
          windowsHide: true,
        });
        running.add(child);
        child.on('error', ({ code }: NodeJS.ErrnoException) => {
          running.delete(child);
          const why =
            code === 'ENOENT'
              ? `There is no command "${file}"; check its name and PATH.`
              : `"${file}" cannot be run: ${code ?? 'unknown'}.`;
          reject(new CommandError(exitCodes.usage, why));
        });
        child.on('exit', (code, signal) => {
          running.delete(child);
          resolve(code ?? signalled + constants.signals[signal ?? 'SIGTERM']);
        });
      }),
    terminate: () => {
      for (const child of running) {
        if (child.pid === undefined) continue;
        try {
          process.kill(isGroup ? -child.pid : child.pid, 'SIGTERM');
        } catch {
          // It has ended meanwhile.
        }
      }
    },
  };
};
