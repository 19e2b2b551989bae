import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Twin } from '../../../local/twin.ts';
import { buildCommandUnderTest, type CommandUnderTest, type Ended } from '../../support/command.ts';
import { startDemoTwin } from '../../support/twin/demo-twin.ts';
import { preparePython, run } from './python.ts';

const { python, reason } = await preparePython();
if (reason !== null) {
  process.stderr.write(`The command with the AWS CLI, boto3 and a terminal: skipped, ${reason}\n`);
}
const whereThereIsPython = python === null ? describe.skip : describe;

const password = 'Correct-horse-1';
const timeoutMillis = 50_000;

let twin: Twin;
let stepkey: CommandUnderTest;
let home: string;

beforeAll(async () => {
  if (python === null) return;
  [twin, stepkey] = await Promise.all([startDemoTwin(), buildCommandUnderTest()]);
  home = await stepkey.home();
  const endpoints = join(stepkey.directory, 'endpoints.json');
  await writeFile(endpoints, JSON.stringify(twin.endpoints), { mode: 0o600 });
  for (const name of ['alice', 'bob']) {
    await stepkey.run(home, [
      ...['configure', '--endpoints', endpoints],
      ...['--profile', name, '--username', name, '--grant', 'own-files'],
    ]);
  }
});
afterAll(async () => {
  if (python === null) return;
  await twin.stop();
  await stepkey.remove();
});

const login = (name: string): Promise<Ended> =>
  stepkey.run(home, ['login', '--profile', name, '--password-stdin'], { input: `${password}\n` });

const env = (): NodeJS.ProcessEnv => ({
  ...stepkey.envOf(home),
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_PAGER: '',
  PYTHONDONTWRITEBYTECODE: '1',
});

/** Who STS says the AWS CLI is, with this AWS profile. */
const awsAs = async (profile: string): Promise<string> => {
  const ended = await run(
    python ?? '',
    ['-m', 'awscli', 'sts', 'get-caller-identity', '--profile', profile, '--output', 'json'],
    { env: env(), cwd: home, timeoutMillis },
  );
  expect({ code: ended.code, stderr: ended.stderr }).toEqual({ code: 0, stderr: '' });
  return (JSON.parse(ended.stdout) as { Arn: string }).Arn;
};

/** Both people in one process, each with their own profile. */
const bothInBoto3 = `
import json, boto3
def arn(profile):
    return boto3.Session(profile_name=profile).client('sts').get_caller_identity()['Arn']
print(json.dumps([arn('stepkey-alice'), arn('stepkey-bob'), arn('stepkey-alice')]))
`;

const subOf = async (name: string): Promise<string> => {
  const ended = await stepkey.run(home, ['whoami', '--profile', name]);
  return (JSON.parse(ended.stdout) as { sub: string }).sub;
};

whereThereIsPython('credential_process with two people on one home', () => {
  it('serves the AWS CLI and boto3 each as who the profile says', async () => {
    await Promise.all([login('alice'), login('bob')]);
    const [alice, bob] = await Promise.all([subOf('alice'), subOf('bob')]);
    const [cliAlice, cliBob] = await Promise.all([awsAs('stepkey-alice'), awsAs('stepkey-bob')]);
    expect([cliAlice.endsWith(`/${alice}`), cliBob.endsWith(`/${bob}`)]).toEqual([true, true]);
    const ended = await run(python ?? '', ['-c', bothInBoto3], {
      env: env(),
      cwd: home,
      timeoutMillis,
    });
    expect(ended.code === 0 ? '' : ended.stderr).toBe('');
    expect(JSON.parse(ended.stdout)).toEqual([cliAlice, cliBob, cliAlice]);
  });

  it("shows the broker's refusal through the AWS CLI", async () => {
    await login('alice');
    await stepkey.run(home, ['logout', '--profile', 'alice']);
    const ended = await run(
      python ?? '',
      ['-m', 'awscli', 'sts', 'get-caller-identity', '--profile', 'stepkey-alice'],
      { env: env(), cwd: home, timeoutMillis },
    );
    expect(ended.code).not.toBe(0);
    expect(ended.stderr).toContain('run: stepkey login --profile alice');
  });
});

/** What a person sees who types these answers at these questions. */
const atTerminal = (
  args: readonly string[],
  steps: readonly (readonly [string, string])[],
): Promise<Ended> =>
  new Promise((resolve, reject) => {
    const child = spawn(
      python ?? '',
      [join(import.meta.dirname, 'terminal.py'), process.execPath, stepkey.script, ...args],
      { env: { ...env(), TERM: 'xterm', NO_COLOR: '1' }, cwd: home },
    );
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    child.on('error', reject);
    child.on('close', (code) => {
      resolve({ code, stdout, stderr });
    });
    child.stdin.end(JSON.stringify(steps));
  });

whereThereIsPython('at a terminal', () => {
  it('login asks for the password and shows nothing of it, and exec hands the terminal on', async () => {
    const shown = await atTerminal(['login', '--profile', 'bob'], [['Password', `${password}\r`]]);
    expect(shown).toMatchObject({ code: 0, stderr: '' });
    expect(shown.stdout).toContain('Logged in as bob');
    expect(shown.stdout).not.toContain('orse');
    const script =
      'process.stdout.write(`tty ${process.stdout.isTTY} ${process.env.AWS_ACCESS_KEY_ID.slice(0, 4)}`)';
    const ran = await atTerminal(
      ['exec', '--profile', 'bob', '--', process.execPath, '-e', script],
      [],
    );
    expect(ran).toMatchObject({ code: 0 });
    expect(ran.stdout).toContain('tty true ASIA');
  });

  it('login asks for a new password twice, until both are the same', async () => {
    const shown = await atTerminal(
      ['login', '--profile', 'bob', '--username', 'erin'],
      [
        ['Password', 'Change-me-1\r'],
        ['New password', 'New-horse-11\r'],
        ['The same again', 'New-horse-12\r'],
        ['New password', 'New-horse-11\r'],
        ['The same again', 'New-horse-11\r'],
      ],
    );
    expect({ code: shown.code, isLoggedIn: shown.stdout.includes('Logged in as erin') }).toEqual({
      code: 0,
      isLoggedIn: true,
    });
    expect(shown.stdout).not.toContain('horse');
  });

  it('Ctrl-C at the password ends it quietly', async () => {
    const shown = await atTerminal(['login', '--profile', 'bob'], [['Password', '\u0003']]);
    expect(shown.code).toBe(130);
    expect(shown.stdout).not.toContain('    at ');
  });

  it('prints a table there, and JSON elsewhere', async () => {
    await login('bob');
    const [table, json] = await Promise.all([
      atTerminal(['whoami', '--profile', 'bob'], []),
      stepkey.run(home, ['whoami', '--profile', 'bob']),
    ]);
    expect(table.stdout).toMatch(/^username +bob\r?$/m);
    expect(JSON.parse(json.stdout)).toMatchObject({ username: 'bob' });
  });
});
