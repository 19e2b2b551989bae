/** Stepkey as a user gets it: packed, and installed with no network into a project that has nothing else. */
import { execFile, spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
export const repositoryRoot = resolve(import.meta.dirname, '..', '..', '..');

export interface InstalledPackage {
  /** The user's project. */
  readonly project: string;
  /** Rejects where it ends with another code than 0. */
  readonly node: (...args: readonly string[]) => Promise<{ stdout: string; stderr: string }>;
  /** In a process group of its own, whose number is the `pid`. */
  readonly start: (...args: readonly string[]) => ChildProcessWithoutNullStreams;
  /** The path of the `stepkey` command. */
  readonly command: string;
  readonly remove: () => Promise<void>;
}

export const installPackage = async (): Promise<InstalledPackage> => {
  const project = await mkdtemp(join(tmpdir(), 'stepkey-package-'));
  const env: NodeJS.ProcessEnv = {
    PATH: process.env['PATH'],
    HOME: project,
    npm_config_update_notifier: 'false',
  };
  const pack = ['pack', '--pack-destination', project, '--loglevel', 'error'];
  await run('npm', pack, { env, cwd: repositoryRoot });
  const [tarball = ''] = (await readdir(project)).filter((name) => name.endsWith('.tgz'));
  await writeFile(join(project, 'package.json'), '{"name":"user","version":"1.0.0"}');
  const install = ['install', '--offline', '--ignore-scripts', '--no-audit', '--no-fund'];
  await run('npm', [...install, join(project, tarball)], { env, cwd: project });
  const started: ChildProcessWithoutNullStreams[] = [];
  return {
    project,
    node: (...args) => run(process.execPath, [...args], { env, cwd: project }),
    start: (...args) => {
      const child = spawn(process.execPath, args, { env, cwd: project, detached: true });
      started.push(child);
      return child;
    },
    command: join(project, 'node_modules', '.bin', 'stepkey'),
    remove: async () => {
      // What a failed test has left; the functions of a twin go with it.
      for (const child of started) child.kill('SIGKILL');
      await rm(project, { recursive: true, force: true });
    },
  };
};
