/** A twin in a process of its own, as `npm start` makes it. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Endpoints } from '../local/endpoints.ts';

export interface TwinProcess {
  readonly endpoints: Endpoints;
  /** From the start of the command to its line `ready`. */
  readonly readyMillis: number;
  readonly child: ChildProcess;
  /** Ends it and removes its state. */
  readonly stop: () => Promise<void>;
}

export const startTwinProcess = async (...flags: readonly string[]): Promise<TwinProcess> => {
  const state = mkdtempSync(join(tmpdir(), 'stepkey-bench-'));
  const command = ['--import', 'tsx', 'local/start.ts', '--port', '0', '--aws-port', '0'];
  const startedAtMillis = performance.now();
  const child = spawn(process.execPath, [...command, '--state', state, ...flags], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
  });
  await new Promise<void>((resolve, reject) => {
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      if (/^ready$/m.test(said)) resolve();
    });
    child.once('close', () => {
      reject(new Error('the twin did not start'));
    });
  });
  const readyMillis = performance.now() - startedAtMillis;
  return {
    endpoints: JSON.parse(readFileSync(join(state, 'endpoints.json'), 'utf8')) as Endpoints,
    readyMillis,
    child,
    stop: async () => {
      child.kill('SIGTERM');
      await once(child, 'close');
      rmSync(state, { recursive: true, force: true });
    },
  };
};

/** Resident memory in MB of the process and, apart from it, of its children. */
export const residentMegabytes = (
  pid: number,
): { readonly main: number; readonly children: number } => {
  const rows = spawnSync('ps', ['-eo', 'pid=,ppid=,rss='])
    .stdout.toString()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number));
  const megabytes = (kilobytes = 0) => kilobytes / 1024;
  return {
    main: megabytes(rows.find(([id]) => id === pid)?.[2]),
    children: rows
      .filter(([, parent]) => parent === pid)
      .reduce((sum, [, , kilobytes]) => sum + megabytes(kilobytes), 0),
  };
};

/** What Linux counts processor time in. @see proc(5), /proc/pid/stat */
const ticksPerSecond = 100;

/**
 * Processor time in seconds that a process has used. Unlike the time on the wall it says what the work costs on one
 * core, whatever else the machine is doing.
 */
export const processorSeconds = (pid: number): number => {
  // The name of the command may hold blanks; it ends at the last parenthesis.
  const fields =
    readFileSync(`/proc/${String(pid)}/stat`, 'utf8')
      .split(') ')[1]
      ?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
};
