import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdir, readdir, readFile, symlink, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  installPackage,
  repositoryRoot as root,
  type InstalledPackage,
} from './installed-package.ts';
import { appOf, appStoryOf } from './app-scripts.ts';
import { runFile, startProcess } from './package-processes.ts';
import { keepsState, kinds, storyOf, synthesisOf, twinUntilInputEnds } from './user-scripts.ts';

// One file, though long: its stories share one installed package.

const quietEnd = { stdout: '', stderr: '', code: 0, signal: null, isGone: true };

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

describe('the construct of the package', () => {
  const peers = ['aws-cdk-lib', 'constructs'];
  const peerPath = (name: string) => join(project, 'node_modules', name);
  beforeAll(async () => {
    for (const name of peers) await symlink(join(root, 'node_modules', name), peerPath(name));
    await mkdir(join(project, 'grants'));
    await writeFile(
      join(project, 'grants', 'tables.json'),
      JSON.stringify({
        description: 'Reads one table.',
        clients: ['web'],
        rules: [{ when: { groups: { anyOf: ['staff'] } } }],
        role: {
          permissions: [
            {
              Effect: 'Allow',
              Action: 'dynamodb:GetItem',
              Resource: 'arn:aws:dynamodb:*:*:table/a',
            },
          ],
        },
      }),
    );
  });
  afterAll(async () => {
    for (const name of peers) await unlink(peerPath(name));
  });

  it.each(kinds)(
    'synthesizes in a user’s %s, with the bundles and machines of the package',
    async (kind) => {
      const file = kind === 'module' ? 'app.mjs' : 'app.cjs';
      const { stdout, code } = await runFile(stepkey, file, synthesisOf(kind));
      const told = JSON.parse(stdout) as {
        functions: string[];
        versions: string[];
        machines: Record<string, string>;
        roles: string[];
      };
      expect(code).toBe(0);
      const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
        version: string;
      };
      expect(told.versions).toEqual([version]);
      expect(told.functions).toEqual(
        expect.arrayContaining(['acme-api', 'acme-decide', 'acme-exchange', 'acme-revoke']),
      );
      expect(told.roles).toEqual(['acme-tables']);
      for (const name of ['issue-credentials', 'issue-batch', 'revoke']) {
        expect(told.machines[`acme-${name}`]).toBe(
          await readFile(join(root, 'statemachines', `${name}.asl.json`), 'utf8'),
        );
      }
    },
  );

  it.each(kinds)(
    'gives credentials on the twin of a user’s own app, from a %s, and leaves nothing running',
    async (kind) => {
      const end = kind === 'module' ? 'mjs' : 'cjs';
      const assembly = join(project, `cdk.out-${kind}`);
      const synthesized = await runFile(stepkey, `own-app.${end}`, appOf(kind, assembly));
      expect(synthesized).toMatchObject({ code: 0, isGone: true });
      const ended = await runFile(stepkey, `own-story.${end}`, appStoryOf(kind, assembly));
      expect({ ...ended, stdout: '' }).toEqual(quietEnd);
      const told = JSON.parse(ended.stdout) as Record<string, unknown>;
      expect(told).toMatchObject({
        status: 200,
        assumedRoleArn: expect.stringMatching(/:assumed-role\/acme-tables\//),
        issuedKey: expect.stringMatching(/^ASIA[A-Z0-9]{16}$/),
        providedKey: told['issuedKey'],
      });
    },
  );

  it('has types for both kinds of module', async () => {
    const use =
      "const props: cdk.CredentialBrokerProps = { userPools: [], grantsDirectory: 'grants' };\n" +
      '// @ts-expect-error grants are needed\nconst wrong: cdk.CredentialBrokerProps = { userPools: [] };\n' +
      'export const make = (app: Construct) => [new cdk.CredentialBroker(app, "B", props).apiUrl satisfies string, wrong];\n';
    await writeFile(
      join(project, 'cdk-user.mts'),
      `import * as cdk from 'stepkey/cdk';\nimport type { Construct } from 'constructs';\n${use}`,
    );
    await writeFile(
      join(project, 'cdk-user.cts'),
      `import cdk = require('stepkey/cdk');\nimport type { Construct } from 'constructs';\n${use}`,
    );
    const tsc = join(root, 'node_modules', 'typescript-native', 'bin', 'tsc');
    const args = [
      '--noEmit',
      '--strict',
      '--module',
      'nodenext',
      '--target',
      'es2023',
      '--skipLibCheck',
    ];
    const typeRoots = ['--types', 'node', '--typeRoots', join(root, 'node_modules', '@types')];
    const { stdout } = await stepkey.node(
      tsc,
      ...args,
      ...typeRoots,
      'cdk-user.mts',
      'cdk-user.cts',
    );
    expect(stdout).toBe('');
  });
});

describe('the twin of the package', () => {
  it.each(kinds)(
    "signs alice in and gives her credentials in a user's %s, and leaves nothing running",
    async (kind) => {
      const ended = await runFile(
        stepkey,
        kind === 'module' ? 'story.mjs' : 'story.cjs',
        storyOf(kind),
      );
      expect({ ...ended, stdout: '' }).toEqual(quietEnd);
      const told = JSON.parse(ended.stdout) as Record<string, unknown>;
      expect(told).toMatchObject({
        status: 200,
        assumedRoleArn: expect.stringMatching(/^arn:aws:sts::\d{12}:assumed-role\//),
        issuedKey: expect.stringMatching(/^ASIA[A-Z0-9]{16}$/),
        providedKey: told['issuedKey'],
      });
      expect(told['lifeSeconds']).toBeGreaterThan(600);
    },
  );

  it('keeps its state where `level` is installed, and says so where it is not', async () => {
    const script = keepsState(join(project, 'state'));
    const without = await runFile(stepkey, 'state.mjs', script);
    expect(without).toMatchObject({ stderr: '', isGone: true });
    expect(without.stdout).toContain('npm install --save-dev level');
    const level = join(project, 'node_modules', 'level');
    await symlink(join(root, 'node_modules', 'level'), level);
    try {
      const ended = await runFile(stepkey, 'state.mjs', script);
      const { ids } = JSON.parse(ended.stdout) as { ids: string[] };
      expect(ids).toEqual([expect.stringMatching(/^us-east-1_/), ids[0]]);
    } finally {
      await unlink(level);
    }
  });
});

it('serves the audit page to who has logged in, until Ctrl-C', async () => {
  await writeFile(join(project, 'twin.mjs'), twinUntilInputEnds);
  const twin = startProcess(stepkey, 'twin.mjs');
  await writeFile(join(project, 'endpoints.json'), await twin.line(), { mode: 0o600 });
  await stepkey.node(
    ...[stepkey.command, 'configure', '--endpoints', 'endpoints.json', '--no-aws-profile'],
    ...['--username', 'audrey'],
  );
  const login = startProcess(stepkey, stepkey.command, 'login', '--password-stdin');
  login.endInput('Correct-horse-1\n');
  expect(await login.ended).toMatchObject({ code: 0 });

  const served = startProcess(stepkey, stepkey.command, 'console', '--print');
  const address = new URL(await served.line());
  const page = await (await fetch(address)).text();
  const assets = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path = '']) => path);
  expect(assets.length).toBeGreaterThanOrEqual(2);
  for (const path of assets) expect((await fetch(new URL(path, address))).status).toBe(200);

  const signedIn = await fetch(new URL('/console/session', address), {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: address.origin },
    body: JSON.stringify({ code: address.searchParams.get('code') }),
  });
  const cookie = (signedIn.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  const session = new URL('/console/session', address);
  expect(await (await fetch(session)).json()).toMatchObject({ signedIn: false });
  const described = await (await fetch(session, { headers: { cookie } })).json();
  expect(described).toMatchObject({ signedIn: true });
  expect(JSON.stringify(described)).toContain('audrey');

  served.kill('SIGINT');
  expect(await served.ended).toMatchObject({ signal: 'SIGINT', isGone: true });
  await expect(fetch(address)).rejects.toThrow();
  twin.endInput();
  expect({ ...(await twin.ended), stdout: '' }).toEqual(quietEnd);
});
