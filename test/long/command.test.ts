import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Twin } from '../../local/twin.ts';
import { startBrokerInBetween, type BrokerInBetween } from '../support/broker-in-between.ts';
import { buildCommandUnderTest, type CommandUnderTest, type Ended } from '../support/command.ts';
import { startDemoTwin } from '../support/twin/demo-twin.ts';

// One file, though long: its stories share one twin and one built command.

const password = 'Correct-horse-1';

let twin: Twin;
let broker: BrokerInBetween;
let stepkey: CommandUnderTest;
let endpoints: string;

beforeAll(async () => {
  [twin, stepkey] = await Promise.all([startDemoTwin(), buildCommandUnderTest()]);
  broker = await startBrokerInBetween(twin.endpoints.api);
  endpoints = join(stepkey.directory, 'endpoints.json');
  await writeFile(endpoints, JSON.stringify({ ...twin.endpoints, api: broker.url }), {
    mode: 0o600,
  });
});
afterAll(async () => {
  await broker.stop();
  await twin.stop();
  await stepkey.remove();
});
beforeEach(() => {
  broker.reset();
});

/** Everything that may be known about a failure is one line on stderr. */
const failed = (ended: Ended): { code: number | null; stdout: string; lines: number } => ({
  code: ended.code,
  stdout: ended.stdout,
  lines: ended.stderr.trim().split('\n').length,
});

const configured = async (...args: readonly string[]): Promise<string> => {
  const home = await stepkey.home();
  const ended = await stepkey.run(home, ['configure', '--endpoints', endpoints, ...args]);
  expect({ code: ended.code, stdout: ended.stdout }).toEqual({ code: 0, stdout: '' });
  return home;
};

const login = (
  home: string,
  username: string,
  options: { readonly args?: readonly string[]; readonly input?: string } = {},
): Promise<Ended> =>
  stepkey.run(
    home,
    ['login', '--username', username, '--password-stdin', ...(options.args ?? [])],
    { input: options.input ?? `${password}\n` },
  );

const loggedIn = async (username: string): Promise<string> => {
  const home = await configured();
  expect((await login(home, username)).code).toBe(0);
  return home;
};

const loginFileIn = async (home: string): Promise<string> => {
  const directory = join(home, '.local', 'state', 'stepkey', 'logins');
  const [file = ''] = (await readdir(directory)).filter((name) => name.endsWith('.json'));
  return join(directory, file);
};

/** Makes a stored token's end lie in the past without anything else changing. */
const expireTokens = async (home: string, change: Record<string, unknown> = {}): Promise<void> => {
  const file = await loginFileIn(home);
  const stored = JSON.parse(await readFile(file, 'utf8')) as Record<string, string>;
  const expired = (token: string): string => {
    const [header = '', payload = '', signature = ''] = token.split('.');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object;
    const past = Buffer.from(JSON.stringify({ ...claims, exp: 1 })).toString('base64url');
    return [header, past, signature].join('.');
  };
  await writeFile(
    file,
    JSON.stringify({
      ...stored,
      idToken: expired(stored['idToken'] ?? ''),
      accessToken: expired(stored['accessToken'] ?? ''),
      ...change,
    }),
  );
};

const jsonOf = ({ code, stdout, stderr }: Ended): Record<string, unknown> => {
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout) as Record<string, unknown>;
};

describe('login', () => {
  it.each([
    ['by default', [], 'cli'],
    ['by SRP', ['--flow', 'srp'], 'cli'],
    ['by password', ['--flow', 'password'], 'cli'],
    ['by SRP with a secret hash', ['--flow', 'srp'], 'app'],
    ['by password with a secret hash', ['--flow', 'password'], 'app'],
  ])('signs alice in %s, and again when her tokens are over', async (_, args, client) => {
    const home = await configured('--client', client);
    const ended = await login(home, 'alice', { args });
    expect(ended).toEqual({
      code: 0,
      stdout: '',
      stderr: 'Logged in as alice (in readers), profile "default".\n',
    });
    await expireTokens(home);
    expect(jsonOf(await stepkey.run(home, ['whoami']))).toMatchObject({
      username: 'alice',
      groups: ['readers'],
      client: twin.endpoints.clients[client as 'app' | 'cli'].clientId,
    });
  });

  it('lets erin change her password, and tells how where it cannot ask', async () => {
    const home = await configured();
    const temporary = 'Change-me-1';
    const asked = await login(home, 'erin', { input: `${temporary}\n` });
    expect(failed(asked)).toEqual({ code: 2, stdout: '', lines: 1 });
    expect(asked.stderr).toContain('--new-password-file');
    const bad = await login(home, 'erin', { input: `${temporary}\nshort\n` });
    expect(failed(bad)).toEqual({ code: 3, stdout: '', lines: 1 });
    const file = join(home, 'new-password');
    await writeFile(file, 'Other-horse-22\n', { mode: 0o600 });
    const args = ['--new-password-file', file];
    expect((await login(home, 'erin', { input: `${temporary}\n`, args })).code).toBe(0);
    expect((await login(home, 'erin', { input: 'Other-horse-22\n' })).code).toBe(0);
  });

  it.each([
    ['a wrong password', 'alice', 'Wrong-horse-1\n', 3],
    ['a disabled user', 'dave', `${password}\n`, 3],
    ['nobody', 'nobody', `${password}\n`, 3],
    ['no password', 'alice', '\n', 2],
  ])('refuses %s in one line, and keeps nothing', async (_, username, input, code) => {
    const home = await configured();
    const ended = await login(home, username, { input });
    expect(failed(ended)).toEqual({ code, stdout: '', lines: 1 });
    expect(ended.stderr).not.toContain('horse');
    expect((await stepkey.run(home, ['token'])).code).toBe(3);
  });

  it('keeps tokens where only their owner reads them, and uses none that others may read', async () => {
    const home = await loggedIn('alice');
    const file = await loginFileIn(home);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    await chmod(file, 0o640);
    const ended = await stepkey.run(home, ['token']);
    expect(failed(ended)).toEqual({ code: 6, stdout: '', lines: 1 });
    expect(ended.stderr).toContain(`chmod 600 '${file}'`);
  });

  it('prints tokens only when asked for them', async () => {
    const home = await loggedIn('alice');
    const [id, access, who, doctor] = await Promise.all(
      [['token'], ['token', '--access'], ['whoami'], ['doctor', '--output', 'table']].map((args) =>
        stepkey.run(home, args),
      ),
    );
    const tokens = [id?.stdout.trim() ?? '', access?.stdout.trim() ?? ''];
    expect(tokens.map((token) => token.split('.').length)).toEqual([3, 3]);
    expect(tokens[0]).not.toBe(tokens[1]);
    for (const ended of [who, doctor]) {
      for (const token of tokens)
        expect(`${ended?.stdout ?? ''}${ended?.stderr ?? ''}`).not.toContain(token);
    }
  });

  it('ends with logout: the refresh token is revoked, and what was cached is gone', async () => {
    const home = await loggedIn('alice');
    await stepkey.run(home, ['credential-process']);
    const file = await loginFileIn(home);
    const stolen = await readFile(file, 'utf8');
    expect((await stepkey.run(home, ['logout'])).code).toBe(0);
    expect(await readdir(join(home, '.local', 'state', 'stepkey', 'credentials'))).toEqual([]);
    await writeFile(file, stolen, { mode: 0o600 });
    await expireTokens(home);
    const ended = await stepkey.run(home, ['credential-process']);
    expect(failed(ended)).toEqual({ code: 3, stdout: '', lines: 1 });
    expect(ended.stderr).toBe('stepkey: Your login has ended; run: stepkey login\n');
  });

  it('finds no login where the profile is led to another broker', async () => {
    const home = await loggedIn('alice');
    const ended = await stepkey.run(home, ['credentials', '--api', twin.endpoints.api]);
    expect(failed(ended)).toEqual({ code: 3, stdout: '', lines: 1 });
  });
});

describe('credential-process', () => {
  it('gives what SDKs demand, and the same again without asking the broker', async () => {
    const home = await loggedIn('alice');
    const first = jsonOf(await stepkey.run(home, ['credential-process']));
    expect(Object.keys(first)).toEqual([
      'Version',
      'AccessKeyId',
      'SecretAccessKey',
      'SessionToken',
      'Expiration',
    ]);
    expect(first).toMatchObject({
      Version: 1,
      Expiration: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
    });
    expect(jsonOf(await stepkey.run(home, ['credential-process']))).toEqual(first);
    expect(broker.requests).toEqual(['POST /v1/credentials']);
  });

  it('asks once when twenty processes ask at the same time', async () => {
    const home = await loggedIn('alice');
    await expireTokens(home);
    const ended = await Promise.all(
      Array.from({ length: 20 }, () => stepkey.run(home, ['credential-process'])),
    );
    expect(new Set(ended.map(({ code, stdout }) => `${String(code)} ${stdout}`)).size).toBe(1);
    expect(ended[0]?.code).toBe(0);
    expect(broker.requests).toEqual(['POST /v1/credentials']);
  });

  it('never mixes the subjects of one home, whatever their order', async () => {
    const home = await configured('--profile', 'alice', '--grant', 'own-files');
    await stepkey.run(home, [
      ...['configure', '--endpoints', endpoints, '--profile', 'bob', '--grant', 'own-files'],
    ]);
    await login(home, 'alice', { args: ['--profile', 'alice'] });
    await login(home, 'bob', { args: ['--profile', 'bob'] });
    const of = async (profile: string): Promise<unknown> => {
      const ended = await stepkey.run(home, ['credential-process', '--profile', profile]);
      return jsonOf(ended)['AccessKeyId'];
    };
    const [alice, bob] = await Promise.all([of('alice'), of('bob')]);
    expect(alice).not.toBe(bob);
    expect([await of('bob'), await of('alice')]).toEqual([bob, alice]);
    // Another person at the same profile gets nothing of the one before.
    await login(home, 'bob', { args: ['--profile', 'alice'] });
    expect(await of('alice')).not.toBe(alice);
  });

  it('opens no entry that was moved to another name', async () => {
    const home = await configured('--profile', 'bob');
    await login(home, 'bob', { args: ['--profile', 'bob'] });
    const of = (grant: string): Promise<Ended> =>
      stepkey.run(home, ['credential-process', '--profile', 'bob', '--grant', grant]);
    const own = jsonOf(await of('own-files'));
    const parent = join(home, '.local', 'state', 'stepkey', 'credentials');
    const [login1 = ''] = await readdir(parent);
    const directory = join(parent, login1);
    const [ownEntry = ''] = await readdir(directory);
    const team = jsonOf(await of('team-read'));
    const teamEntry = (await readdir(directory)).find((name) => name !== ownEntry) ?? '';
    const sealed = await readFile(join(directory, teamEntry));
    expect(sealed.toString()).not.toContain(String(team['AccessKeyId']));
    await writeFile(join(directory, ownEntry), sealed, { mode: 0o600 });
    expect(jsonOf(await of('own-files'))['AccessKeyId']).toBe(own['AccessKeyId']);
  });

  it('says no in the words of the broker, after one request', async () => {
    const home = await loggedIn('alice');
    const ended = await stepkey.run(home, ['credential-process', '--grant', 'team-read']);
    expect(failed(ended)).toEqual({ code: 4, stdout: '', lines: 1 });
    expect(ended.stderr).toMatch(
      /^stepkey: No such grant is available to this caller\. \(id [0-9a-f-]{36}\)/,
    );
    expect(broker.requests).toHaveLength(1);
  });

  it('names what to choose from', async () => {
    const home = await loggedIn('bob');
    const ended = await stepkey.run(home, ['credential-process']);
    expect(failed(ended)).toEqual({ code: 4, stdout: '', lines: 1 });
    expect(ended.stderr).toContain('Choose with --grant: own-files, team-read');
  });

  it('comes again when the broker says so, and not before', async () => {
    const home = await loggedIn('alice');
    const answer = { status: 503, headers: { 'retry-after': '1' }, body: problemOf(503) };
    broker.answerWith(answer, 1);
    const startedAt = Date.now();
    jsonOf(await stepkey.run(home, ['credential-process']));
    expect(Date.now() - startedAt).toBeGreaterThanOrEqual(1000);
    expect(broker.requests).toHaveLength(2);
  });

  it('does not wait longer than its patience', async () => {
    const home = await loggedIn('alice');
    broker.answerWith({ status: 503, headers: { 'retry-after': '60' }, body: problemOf(503) });
    const ended = await stepkey.run(home, ['credential-process']);
    expect(failed(ended)).toEqual({ code: 5, stdout: '', lines: 1 });
    expect(ended.stderr).toContain('in 60 s');
    expect(broker.requests).toHaveLength(1);
  });

  it('renews the login once when the broker does not take its token', async () => {
    const home = await loggedIn('alice');
    broker.answerWith({ status: 401, body: problemOf(401) });
    const ended = await stepkey.run(home, ['credential-process']);
    expect(failed(ended)).toEqual({ code: 3, stdout: '', lines: 1 });
    expect(ended.stderr).toContain('run: stepkey login');
    expect(broker.requests).toHaveLength(2);
  });

  it('takes a token from outside, and serves nothing for one that is over', async () => {
    const home = await loggedIn('alice');
    const token = (await stepkey.run(home, ['token'])).stdout.trim();
    const other = await stepkey.home();
    const env = { STEPKEY_API: broker.url, STEPKEY_TOKEN: token };
    jsonOf(await stepkey.run(other, ['credential-process'], { env }));
    const spoiled = `${token.slice(0, -4)}AAAA`;
    const ended = await stepkey.run(other, ['credential-process'], {
      env: { ...env, STEPKEY_TOKEN: spoiled },
    });
    expect(failed(ended)).toEqual({ code: 3, stdout: '', lines: 1 });
  });
});

const problemOf = (status: number) => ({
  type: 'https://stepkey.dev/problems/x',
  title: 'x',
  status,
  detail: 'The broker says so.',
});

describe('the other commands', () => {
  it('exec hands over credentials, no login, and the exit code', async () => {
    const home = await loggedIn('alice');
    const script =
      'const e = process.env; console.log(JSON.stringify(Object.keys(e).filter((n) => /^(AWS|STEPKEY)_/.test(n)).sort())); process.exit(7)';
    const ended = await stepkey.run(home, ['exec', '--', process.execPath, '-e', script], {
      env: { AWS_PROFILE: 'mine', STEPKEY_CLIENT_SECRET: 'secret' },
    });
    expect({ code: ended.code, stderr: ended.stderr }).toEqual({ code: 7, stderr: '' });
    expect(JSON.parse(ended.stdout)).toEqual([
      'AWS_ACCESS_KEY_ID',
      'AWS_CREDENTIAL_EXPIRATION',
      'AWS_DEFAULT_REGION',
      'AWS_ENDPOINT_URL',
      'AWS_REGION',
      'AWS_SECRET_ACCESS_KEY',
      'AWS_SESSION_TOKEN',
      'STEPKEY_PATIENCE_SECONDS',
    ]);
  });

  it.each([
    ['without dashes', ['exec', 'ls'], 2],
    ['with dashes of the command only', ['exec', 'npm', 'run', '--', 'x'], 2],
    ['of what is not there', ['exec', '--', 'no-such-command'], 127],
  ])('exec %s', async (_, args, code) => {
    const ended = await stepkey.run(await loggedIn('alice'), args);
    expect(failed(ended)).toEqual({ code, stdout: '', lines: 1 });
  });

  it('decide says why not, with an exit code of its own', async () => {
    const [alice, frank] = await Promise.all([loggedIn('alice'), loggedIn('frank')]);
    expect(jsonOf(await stepkey.run(alice, ['decide']))).toMatchObject({
      outcome: 'allowed',
      grant: 'own-files',
    });
    const refused = await stepkey.run(frank, ['decide']);
    expect(refused.code).toBe(4);
    expect(JSON.parse(refused.stdout)).toMatchObject({
      outcome: 'refused',
      error: 'Grant.Refused',
    });
  });

  it('env is taken by a shell, whatever is in the values', async () => {
    const home = await loggedIn('alice');
    const ended = await stepkey.run(home, ['env'], { env: { AWS_PROFILE: "it's" } });
    expect(ended.code).toBe(0);
    expect(ended.stdout).toMatch(/^unset AWS_PROFILE\nexport AWS_ACCESS_KEY_ID='ASIA\w+'\n/);
  });

  it('configure writes one AWS profile, once, and keeps the rest of the file', async () => {
    const home = await stepkey.home();
    const file = join(home, '.aws', 'config');
    const before = '# mine\n[default]\nregion = eu-central-1\n\n[profile other]\nrole_arn = x\n';
    await mkdir(join(home, '.aws'));
    await writeFile(file, before);
    const run = () => stepkey.run(home, ['configure', '--endpoints', endpoints]);
    expect((await run()).code).toBe(0);
    const after = await readFile(file, 'utf8');
    expect(after.startsWith(`${before}\n[profile stepkey]\ncredential_process = `)).toBe(true);
    expect((await run()).code).toBe(0);
    expect(await readFile(file, 'utf8')).toBe(after);
    const refused = await stepkey.run(home, [
      ...['configure', '--endpoints', endpoints, '--aws-profile', 'other'],
    ]);
    expect(failed(refused).code).toBe(6);
    expect(await readFile(file, 'utf8')).toBe(after);
  });

  it('doctor finds nothing wrong with a sound set-up, and shows that the developer login is enough', async () => {
    // Somebody for whom nothing is cached: it is shown by a session that is minted now.
    const user = { UserPoolId: twin.endpoints.userPoolId, Username: 'dora' };
    await twin.call('cognito-idp', 'AdminCreateUser', user);
    await twin.call('cognito-idp', 'AdminSetUserPassword', {
      ...user,
      Password: 'Correct-horse-1',
      Permanent: true,
    });
    await twin.call('cognito-idp', 'AdminAddUserToGroup', { ...user, GroupName: 'readers' });
    const ended = await stepkey.run(await loggedIn('dora'), ['doctor', '--live']);
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    const levels = (JSON.parse(ended.stdout) as { level: string }[]).map(({ level }) => level);
    expect(new Set(levels)).toEqual(new Set(['ok']));
    expect(ended.stdout).toContain('is enough alone after linking');
  });

  it('doctor names a broker that is away', async () => {
    const home = await stepkey.home();
    const env = { STEPKEY_API: 'http://127.0.0.1:9' };
    const ended = await stepkey.run(home, ['doctor', '--output', 'text'], { env });
    expect(ended.code).toBe(7);
    expect(ended.stdout).toMatch(/^fail\tbroker\t.*did not answer/m);
  });
});

describe('a set-up that does not work', () => {
  it('says what to do where nothing is configured', async () => {
    const ended = await stepkey.run(await stepkey.home(), ['credential-process']);
    expect(failed(ended)).toEqual({ code: 6, stdout: '', lines: 1 });
    expect(ended.stderr).toContain('stepkey configure --endpoints');
  });

  it.each([
    ['no JSON', '{'],
    ['another shape', '{"profiles":[]}'],
    ['a setting that is none', '{"profiles":{"default":{"apl":"https://x"}}}'],
    ['an address in clear text', '{"profiles":{"default":{"api":"http://broker.example"}}}'],
  ])('names the fault of a settings file with %s', async (_, text) => {
    const home = await stepkey.home();
    const file = join(home, 'config.json');
    await writeFile(file, text);
    const ended = await stepkey.run(home, ['token'], { env: { STEPKEY_CONFIG_FILE: file } });
    expect(failed(ended)).toEqual({ code: 6, stdout: '', lines: 1 });
    expect(ended.stderr).not.toContain('    at ');
  });

  it('goes on without a cache where the home cannot be written', async () => {
    const home = await loggedIn('alice');
    // Root may write anywhere: a file in the place of the directory stops everybody.
    await writeFile(join(home, '.local', 'state', 'stepkey', 'credentials'), '');
    jsonOf(await stepkey.run(home, ['credential-process']));
    jsonOf(await stepkey.run(home, ['credential-process']));
    expect(broker.requests).toHaveLength(2);
  });

  it('cannot log in where the home cannot be written, and says where', async () => {
    const home = await configured();
    const state = join(home, 'no-directory');
    await writeFile(state, '');
    const ended = await stepkey.run(home, ['login', '--username', 'alice', '--password-stdin'], {
      input: `${password}\n`,
      env: { STEPKEY_STATE_DIR: state },
    });
    expect(failed(ended)).toEqual({ code: 6, stdout: '', lines: 1 });
    expect(ended.stderr).toContain(state);
  });

  it.each([
    [['frobnicate'], 2],
    [['login', '--flow', 'x'], 2],
    [['token', '--profile', '../x'], 2],
    [[], 2],
  ])('%j is wrong use', async (args, code) => {
    const ended = await stepkey.run(await configured(), args);
    expect({ code: ended.code, stdout: ended.stdout }).toEqual({ code, stdout: '' });
    expect(ended.stderr).not.toContain('    at ');
  });
});
