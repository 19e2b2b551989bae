import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { readdir, readFile, symlink, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  installPackage,
  repositoryRoot as root,
  type InstalledPackage,
} from './installed-package.ts';
import { keepsState, kinds, storyOf } from './user-scripts.ts';

let stepkey: InstalledPackage;
let project: string;

beforeAll(async () => {
  stepkey = await installPackage();
  project = stepkey.project;
});
afterAll(() => stepkey.remove());

it('brings nothing else along', async () => {
  const installed = await readdir(join(project, 'node_modules'));
  expect(installed.filter((name) => !name.startsWith('.'))).toEqual(['stepkey']);
});

it('runs as a command, and speaks only to be heard', async () => {
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
    version: string;
  };
  expect(await stepkey.node(stepkey.command, '--version')).toEqual({
    stdout: `${version}\n`,
    stderr: '',
  });
  const help = await stepkey.node(stepkey.command, '--help');
  expect(help.stdout).toContain('credential-process');
  expect(help.stderr).toBe('');
});

it.each([
  ['a module', ['--input-type=module', '-e', "import * as s from 'stepkey'; show(s)"]],
  ['CommonJS', ['--input-type=commonjs', '-e', "show(require('stepkey'))"]],
])('is imported as %s', async (_, [type = '', flag = '', code = '']) => {
  const show = 'const show = (s) => console.log(Object.keys(s).sort().join());';
  const { stdout, stderr } = await stepkey.node(type, flag, `${show} ${code}`);
  expect(stderr).toBe('');
  expect(stdout).toContain('fromStepkey');
  expect(stdout).toContain('withCallerCredentials');
});

it('has types for both kinds of module, without a package beside it', async () => {
  const use =
    "fromStepkey({ api: 'https://broker.example', token: 'x' }) satisfies () => Promise<{ accessKeyId: string }>;\n";
  const wrong = "// @ts-expect-error a broker has an address\nfromStepkey({ token: 'x' });\n";
  const useTwin =
    "startTwin({ users: 'none' }).then(({ endpoints, stop }) => [endpoints.clients.cli.clientId satisfies string, stop]);\n" +
    "// @ts-expect-error there are no such users\nstartTwin({ users: 'many' });\n";
  await writeFile(
    join(project, 'user.mts'),
    `import { fromStepkey } from 'stepkey';\nimport { startTwin } from 'stepkey/local';\n${use}${wrong}${useTwin}`,
  );
  await writeFile(
    join(project, 'user.cts'),
    `import stepkey = require('stepkey');\nimport local = require('stepkey/local');\nconst { fromStepkey } = stepkey;\nconst { startTwin } = local;\n${use}${wrong}${useTwin}`,
  );
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const types = ['--types', 'node', '--typeRoots', join(root, 'node_modules', '@types')];
  const args = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2023', ...types];
  const { stdout } = await stepkey.node(tsc, ...args, 'user.mts', 'user.cts');
  expect(stdout).toBe('');
});

/** Whether any process of the group still runs. */
const runs = (processGroup: number): boolean => {
  try {
    return process.kill(-processGroup, 0);
  } catch {
    return false;
  }
};

const endOf = async (
  file: string,
  text: string,
): Promise<{ stdout: string; stderr: string; code: number | null; isGone: boolean }> => {
  await writeFile(join(project, file), text);
  const child = stepkey.start(file);
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (part: string) => (stdout += part));
  child.stderr.setEncoding('utf8').on('data', (part: string) => (stderr += part));
  const [code] = (await once(child, 'close')) as [number | null];
  return { stdout, stderr, code, isGone: !runs(child.pid ?? 0) };
};

describe('the twin of the package', () => {
  it.each(kinds)(
    "signs alice in and gives her credentials in a user's %s, and leaves nothing running",
    async (kind) => {
      const ended = await endOf(kind === 'module' ? 'story.mjs' : 'story.cjs', storyOf(kind));
      expect({ ...ended, stdout: '' }).toEqual({ stdout: '', stderr: '', code: 0, isGone: true });
      const told = JSON.parse(ended.stdout) as Record<string, unknown>;
      expect(told).toMatchObject({
        status: 200,
        assumedRoleArn: expect.stringMatching(/^arn:aws:sts::\d{12}:assumed-role\//),
        issuedKey: expect.stringMatching(/^ASIA[A-Z0-9]{16}$/),
        providedKey: told['issuedKey'],
      });
      expect(told['lifeSeconds']).toBeGreaterThan(600);
    },
    30_000,
  );

  it('keeps its state where `level` is installed, and says so where it is not', async () => {
    const script = keepsState(join(project, 'state'));
    const without = await endOf('state.mjs', script);
    expect(without).toMatchObject({ stderr: '', isGone: true });
    expect(without.stdout).toContain('npm install --save-dev level');
    const level = join(project, 'node_modules', 'level');
    await symlink(join(root, 'node_modules', 'level'), level);
    try {
      const ended = await endOf('state.mjs', script);
      const { ids } = JSON.parse(ended.stdout) as { ids: string[] };
      expect(ids).toEqual([expect.stringMatching(/^us-east-1_/), ids[0]]);
    } finally {
      await unlink(level);
    }
  }, 30_000);
});
