import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const root = resolve(import.meta.dirname, '..', '..');

let project: string;
let npm: NodeJS.ProcessEnv;

/** As a user gets it: packed, and installed with no network into a project that has nothing else. */
beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), 'stepkey-package-'));
  npm = { PATH: process.env['PATH'], HOME: project, npm_config_update_notifier: 'false' };
  const options = { env: npm, cwd: root };
  await run('npm', ['pack', '--pack-destination', project, '--loglevel', 'error'], options);
  const [tarball = ''] = (await readdir(project)).filter((name) => name.endsWith('.tgz'));
  await writeFile(join(project, 'package.json'), '{"name":"user","version":"1.0.0"}');
  const args = ['install', '--offline', '--ignore-scripts', '--no-audit', '--no-fund'];
  await run('npm', [...args, join(project, tarball)], { env: npm, cwd: project });
});
afterAll(() => rm(project, { recursive: true, force: true }));

const node = async (...args: readonly string[]): Promise<{ stdout: string; stderr: string }> =>
  run(process.execPath, [...args], { env: npm, cwd: project });

it('brings nothing else along', async () => {
  const installed = await readdir(join(project, 'node_modules'));
  expect(installed.filter((name) => !name.startsWith('.'))).toEqual(['stepkey']);
});

it('runs as a command, and speaks only to be heard', async () => {
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
    version: string;
  };
  const script = join(project, 'node_modules', '.bin', 'stepkey');
  expect(await node(script, '--version')).toEqual({ stdout: `${version}\n`, stderr: '' });
  const help = await node(script, '--help');
  expect(help.stdout).toContain('credential-process');
  expect(help.stderr).toBe('');
});

it.each([
  ['a module', ['--input-type=module', '-e', "import * as s from 'stepkey'; show(s)"]],
  ['CommonJS', ['--input-type=commonjs', '-e', "show(require('stepkey'))"]],
])('is imported as %s', async (_, [type = '', flag = '', code = '']) => {
  const show = 'const show = (s) => console.log(Object.keys(s).sort().join());';
  const { stdout, stderr } = await node(type, flag, `${show} ${code}`);
  expect(stderr).toBe('');
  expect(stdout).toContain('fromStepkey');
  expect(stdout).toContain('withCallerCredentials');
});

it('has types for both kinds of module, without a package beside it', async () => {
  const use =
    "fromStepkey({ api: 'https://broker.example', token: 'x' }) satisfies () => Promise<{ accessKeyId: string }>;\n";
  const wrong = "// @ts-expect-error a broker has an address\nfromStepkey({ token: 'x' });\n";
  await writeFile(
    join(project, 'user.mts'),
    `import { fromStepkey } from 'stepkey';\n${use}${wrong}`,
  );
  await writeFile(
    join(project, 'user.cts'),
    `import stepkey = require('stepkey');\nconst { fromStepkey } = stepkey;\n${use}${wrong}`,
  );
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const types = ['--types', 'node', '--typeRoots', join(root, 'node_modules', '@types')];
  const args = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2023', ...types];
  const { stdout } = await node(tsc, ...args, 'user.mts', 'user.cts');
  expect(stdout).toBe('');
});
