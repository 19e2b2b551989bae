import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Endpoints } from '../../../local/endpoints.ts';

/** A twin in a process of its own, as `npm start` starts it. */
export interface TwinProcess {
  readonly child: ChildProcess;
  readonly ended: Promise<{ code: number | null; stdout: string; stderr: string }>;
  /** Resolves at the line `ready`, or at the end. */
  readonly ready: Promise<void>;
}

export const anyPorts = ['--port', '0', '--aws-port', '0'] as const;

export const startProcess = (...args: readonly string[]): TwinProcess => {
  const child = spawn(process.execPath, ['--import', 'tsx', 'local/start.ts', ...args]);
  let stdout = '';
  let stderr = '';
  const ready = new Promise<void>((resolve) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      if (/^ready$/m.test(stdout)) resolve();
    });
    child.once('close', () => {
      resolve();
    });
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const ended = once(child, 'close').then(([code]) => ({
    code: code as number | null,
    stdout,
    stderr,
  }));
  return { child, ready, ended };
};

/** What a twin that is ready wrote down of itself. */
export const endpointsIn = async (stateDirectory: string): Promise<Endpoints> =>
  JSON.parse(await readFile(join(stateDirectory, 'endpoints.json'), 'utf8')) as Endpoints;
