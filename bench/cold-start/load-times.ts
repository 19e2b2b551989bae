import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';

import { exampleEnvironment } from '../../test/support/function-environment.ts';
import type { DeployedFunction } from './deployed-functions.ts';

const script = `
const before = process.cpuUsage();
const started = performance.now();
require(process.argv[1]);
const millis = performance.now() - started;
const { user, system } = process.cpuUsage(before);
process.stdout.write(JSON.stringify({ millis, processorMillis: (user + system) / 1000 }));`;

export interface LoadTime {
  readonly millis: number;
  /** Of all threads; unlike the time it takes, it hardly depends on what else the machine does. */
  readonly processorMillis: number;
}

/** How long a new process takes to load one file, from when Node itself is ready. */
const loadOnce = (file: string, taskRoot: string): LoadTime =>
  JSON.parse(
    execFileSync(process.execPath, ['-e', script, file], {
      encoding: 'utf8',
      env: {
        ...exampleEnvironment,
        LAMBDA_TASK_ROOT: taskRoot,
        AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
      },
    }),
  ) as LoadTime;

/** What load times are compared with: a library that is none of ours, and stays at its version. */
const reference = createRequire(import.meta.url).resolve('fastify');

/**
 * Loads every function and the reference `rounds` times, in turn.
 * @returns for each name, and for `reference`, one time for each round
 */
export const loadTimes = (
  functions: readonly DeployedFunction[],
  rounds: number,
): ReadonlyMap<string, readonly LoadTime[]> => {
  const files = [
    { name: 'reference', file: reference, directory: '/' },
    ...functions.map(({ name, directory }) => ({
      name,
      file: join(directory, 'index.js'),
      directory,
    })),
  ];
  const times = new Map<string, LoadTime[]>(files.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const { name, file, directory } of files) times.get(name)?.push(loadOnce(file, directory));
  }
  return times;
};
