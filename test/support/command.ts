/** The built `stepkey` command, run as a person's processes run it: with a home of their own and nothing else. */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { buildCommand } from '../../tools/build-command.ts';

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandUnderTest {
  /** Of everything: homes, bundles. */
  readonly directory: string;
  readonly script: string;
  /** A new home directory. */
  readonly home: () => Promise<string>;
  /** The environment of a person with this home. */
  readonly envOf: (home: string) => Record<string, string>;
  readonly run: (
    home: string,
    args: readonly string[],
    options?: { readonly input?: string; readonly env?: Record<string, string> },
  ) => Promise<Ended>;
  readonly remove: () => Promise<void>;
}

const root = resolve(import.meta.dirname, '..', '..');

export const buildCommandUnderTest = async (): Promise<CommandUnderTest> => {
  const directory = await mkdtemp(join(tmpdir(), 'stepkey-command-'));
  await buildCommand({ root, outDirectory: join(directory, 'bin') });
  const script = join(directory, 'bin', 'stepkey.mjs');
  const envOf = (home: string): Record<string, string> => ({
    HOME: home,
    PATH: process.env['PATH'] ?? '',
    // What is not answered soon is not answered in a test.
    STEPKEY_PATIENCE_SECONDS: '3',
  });
  return {
    directory,
    script,
    home: () => mkdtemp(join(directory, 'home-')),
    envOf,
    run: (home, args, { input = '', env = {} } = {}) =>
      new Promise((resolveEnd, reject) => {
        const child = spawn(process.execPath, [script, ...args], {
          env: { ...envOf(home), ...env },
          cwd: home,
        });
        let stdout = '';
        let stderr = '';
        child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
        child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
        child.on('error', reject);
        child.on('close', (code) => {
          resolveEnd({ code, stdout, stderr });
        });
        // A command that reads nothing may be gone before this is written.
        child.stdin.on('error', () => undefined);
        child.stdin.end(input);
      }),
    remove: () => rm(directory, { recursive: true, force: true }),
  };
};
