import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Endpoints } from '../../local/endpoints.ts';
import type { TwinProcessOptions } from './twin-process.ts';

export interface KillableTwin {
  readonly endpoints: Endpoints;
  /** `kill -9`; resolves when the process is gone. */
  readonly kill: () => Promise<void>;
}

const script = join(import.meta.dirname, 'twin-process.ts');

/** Resolves when the twin serves. Rejects when it ends before. */
export const startKillableTwin = async (options: TwinProcessOptions): Promise<KillableTwin> => {
  const child: ChildProcess = fork(script, {
    execArgv: ['--import', 'tsx'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  // Ten thousand names are too many for arguments.
  child.send(options);
  const ended = once(child, 'exit');
  const isReady = await Promise.race([
    once(child, 'message').then(() => true),
    ended.then(() => false),
  ]);
  if (!isReady) throw new Error('The twin did not start.');
  const file = join(options.stateDirectory, 'endpoints.json');
  return {
    endpoints: JSON.parse(await readFile(file, 'utf8')) as Endpoints,
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
};
