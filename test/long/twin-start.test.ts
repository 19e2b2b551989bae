import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { anyPorts, endpointsIn, startProcess, type TwinProcess } from '../support/twin/process.ts';

let directory: string;
const children = new Set<ChildProcess>();

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'stepkey-start-'));
});
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await rm(directory, { recursive: true, force: true });
});

const start = (...args: readonly string[]): TwinProcess => {
  const started = startProcess(...args);
  children.add(started.child);
  return started;
};

const state = (name: string): string => join(directory, name);

/** Every file below, with its content. */
const contentsOf = async (root: string): Promise<Record<string, string>> => {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  const contents = await Promise.all(
    files.map(async (file) => [file.slice(root.length), await readFile(file, 'latin1')]),
  );
  return Object.fromEntries(contents) as Record<string, string>;
};

/** The largest of those whose name fits: it is sure to hold something. */
const largestFile = async (root: string, name: RegExp): Promise<string> => {
  const contents = Object.entries(await contentsOf(root)).filter(([file]) => name.test(file));
  const [largest] = contents.sort(([, one], [, other]) => other.length - one.length);
  if (largest === undefined) throw new TypeError('There is no such file.');
  return join(root, largest[0]);
};

/** One that serves after all is killed, as it would never end: it has no exit code then. */
const endOf = async ({ child, ready, ended }: TwinProcess): TwinProcess['ended'] => {
  await ready;
  child.kill('SIGKILL');
  return ended;
};

/** Started on this state, a twin says this sentence alone, fails, and leaves every byte as it was. */
const expectRefusal = async (root: string, sentence: string): Promise<void> => {
  const before = await contentsOf(root);
  const { code, stdout, stderr } = await endOf(start(...anyPorts, '--state', root));
  expect({ code, stderr: stderr.trim() }).toEqual({ code: 1, stderr: sentence });
  expect(stdout).not.toMatch(/^ready$/m);
  expect(await contentsOf(root)).toEqual(before);
};

describe('npm start', () => {
  it.each([
    ['an unknown flag', ['--nope'], /--nope/],
    ['a port that is none', ['--port', '70000'], /--port must be/],
    ['users that it does not know', ['--users', 'some'], /--users/],
  ])('refuses %s with one sentence', async (_case, args, sentence) => {
    const { code, stderr } = await start(...args).ended;
    expect(code).toBe(2);
    expect(stderr.trim().split('\n')).toEqual([expect.stringMatching(sentence)]);
  });

  it('refuses a port in use with one sentence, and touches no state', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const taken = start('--port', String(port), '--aws-port', '0', '--state', state('untouched'));
    const { code, stderr } = await taken.ended;
    server.close();
    expect(code).toBe(1);
    expect(stderr.trim()).toBe(`Port ${String(port)} is in use; choose another with --port.`);
    await expect(stat(state('untouched'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('refuses a state directory that is none with one sentence', async () => {
    await writeFile(state('file'), '');
    const { code, stderr } = await start(...anyPorts, '--state', state('file')).ended;
    expect(code).toBe(1);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(stderr).toContain(state('file'));
  });

  it('keeps its identities and its people through kill -9, and ends cleanly on SIGTERM', async () => {
    const first = start(...anyPorts, '--state', state('kept'));
    await first.ready;
    const before = await endpointsIn(state('kept'));
    expect((await stat(join(state('kept'), 'endpoints.json'))).mode & 0o777).toBe(0o600);
    first.child.kill('SIGKILL');
    await first.ended;

    const second = start(...anyPorts, '--state', state('kept'), '--users', 'none');
    await second.ready;
    const after = await endpointsIn(state('kept'));
    const { api, console: page, aws, tokenEndpoint, pid, ...names } = after;
    expect(before).toMatchObject(names);
    expect([page, tokenEndpoint, pid]).toEqual([
      `${api}/console`,
      `${aws}/oauth2/token`,
      second.child.pid,
    ]);
    const signIn = await fetch(aws, {
      method: 'POST',
      headers: {
        'x-amz-target': 'AWSCognitoIdentityProviderService.InitiateAuth',
        'content-type': 'application/x-amz-json-1.1',
      },
      body: JSON.stringify({
        AuthFlow: 'USER_PASSWORD_AUTH',
        ClientId: after.clients.cli.clientId,
        AuthParameters: { USERNAME: 'alice', PASSWORD: 'Correct-horse-1' },
      }),
    });
    expect(signIn.status).toBe(200);

    const intruder = await endOf(start(...anyPorts, '--state', state('kept')));
    expect(intruder.code).toBe(1);
    expect(intruder.stderr.trim()).toBe(
      `Another process is using the state in ${state('kept')}/store.`,
    );
    expect(await endpointsIn(state('kept'))).toEqual(after);
    const goesOn = await fetch(`${aws}/${after.userPoolId}/.well-known/jwks.json`);
    expect(goesOn.status).toBe(200);

    second.child.kill('SIGTERM');
    const { code, stdout } = await second.ended;
    expect(code).toBe(0);
    expect(stdout.trim().split('\n').at(-1)).toBe('ready');
  });

  it('refuses a state of an older format, which stays as it is to the byte', async () => {
    await cp(state('kept'), state('older'), { recursive: true });
    await writeFile(join(state('older'), 'format'), '{"stepkeyState":0}\n');
    await expectRefusal(
      state('older'),
      `The state directory ${state('older')} has format 0, and this version of Stepkey reads format 1; use another directory.`,
    );
  });

  it.each([
    ['store', /^.store.*\.(?:log|ldb)$/u, 'The state in %/store is damaged;'],
    ['tables', /^.tables.*\.(?:log|ldb)$/u, 'The state in %/tables is damaged;'],
    ['keys', /signing-keys/u, 'The key file %/signing-keys.json is damaged;'],
  ])('refuses a state whose %s are damaged, which stays as it is to the byte', async (...its) => {
    const [part, name, sentence] = its;
    const root = state(`damaged-${part}`);
    await cp(state('kept'), root, { recursive: true });
    const file = await largestFile(root, name);
    const bytes = await readFile(file);
    const middle = Math.floor(bytes.length / 3);
    bytes.writeUInt8(bytes.readUInt8(middle) ^ 1, middle);
    await writeFile(file, bytes);
    await expectRefusal(root, `${sentence.replace('%', root)} use another state directory.`);
  });
});
