/** Somebody who reads the documents beside a running twin, and types what they say. */
import { execFile, spawn } from 'node:child_process';
import { chmod, cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Twin } from '../../../local/twin.ts';
import { buildCommandUnderTest, type Ended } from '../../support/command.ts';
import { root } from '../../support/docs.ts';
import { startDemoTwin } from '../../support/twin/demo-twin.ts';
import { preparePython } from '../clients/python.ts';

const execute = promisify(execFile);

export interface Reader {
  readonly twin: Twin;
  /** Runs a script in a new copy of what a reader has: grants under git, `.stepkey/endpoints.json`, a home of their own. */
  readonly type: (script: string) => Promise<Ended>;
  /** Why `aws` does nothing; null where it is the AWS CLI. */
  readonly noAwsCli: string | null;
  readonly stop: () => Promise<void>;
}

/** A password is typed at a prompt, which a script cannot: it is given where one would be asked for. */
const stepkeyScript = (script: string): string => `#!/bin/sh
case "$1" in
  login) printf 'Correct-horse-1\\n' | exec '${process.execPath}' '${script}' "$@" --password-stdin ;;
  *) exec '${process.execPath}' '${script}' "$@" ;;
esac
`;
const awsScript = (python: string | null): string =>
  python === null ? '#!/bin/sh\nexit 0\n' : `#!/bin/sh\nexec '${python}' -m awscli "$@"\n`;

/** As a copy of the repository has it: the grants, and a remote that they were taken from. */
const checkOut = async (directory: string, env: NodeJS.ProcessEnv): Promise<void> => {
  await cp(join(root, 'grants'), join(directory, 'grants'), { recursive: true });
  await cp(join(root, 'README.md'), join(directory, 'README.md'));
  const git = (...args: readonly string[]) =>
    execute('git', ['-c', 'user.name=r', '-c', 'user.email=r@example.com', ...args], {
      cwd: directory,
      env,
    });
  await git('init', '--quiet');
  await git('add', 'grants');
  await git('commit', '--quiet', '-m', 'grants');
  await git('update-ref', 'refs/remotes/origin/main', 'HEAD');
};

export const startReader = async (): Promise<Reader> => {
  const [twin, command, { python, reason }] = await Promise.all([
    startDemoTwin(),
    buildCommandUnderTest(),
    preparePython(),
  ]);
  const bin = join(command.directory, 'path');
  await mkdir(bin);
  const scripts = {
    stepkey: stepkeyScript(command.script),
    aws: awsScript(python),
    // What it would build and start is there.
    npm: '#!/bin/sh\nexit 0\n',
  };
  for (const [name, text] of Object.entries(scripts)) {
    await writeFile(join(bin, name), text);
    await chmod(join(bin, name), 0o755);
  }
  return {
    twin,
    noAwsCli: reason,
    type: async (script) => {
      const directory = await mkdtemp(join(command.directory, 'reader-'));
      const env: NodeJS.ProcessEnv = {
        PATH: `${bin}:${process.env['PATH'] ?? ''}`,
        HOME: directory,
        AWS_EC2_METADATA_DISABLED: 'true',
        AWS_PAGER: '',
        PYTHONDONTWRITEBYTECODE: '1',
      };
      await checkOut(directory, env);
      await mkdir(join(directory, '.stepkey'));
      const endpoints = join(directory, '.stepkey', 'endpoints.json');
      await writeFile(endpoints, JSON.stringify(twin.endpoints), { mode: 0o600 });
      const child = spawn('bash', ['-euo', 'pipefail', '-c', script], {
        cwd: directory,
        env,
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let stdout = '';
      let stderr = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
      child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
      const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
      return { code, stdout, stderr };
    },
    stop: async () => {
      await twin.stop();
      await rm(command.directory, { recursive: true, force: true });
    },
  };
};
