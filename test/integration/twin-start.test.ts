import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
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

    second.child.kill('SIGTERM');
    const { code, stdout } = await second.ended;
    expect(code).toBe(0);
    expect(stdout.trim().split('\n').at(-1)).toBe('ready');
  });
});
