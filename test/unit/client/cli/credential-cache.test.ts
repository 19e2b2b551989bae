import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { copyFile, mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { cacheEntryOf } from '../../../../client/cli/credential-cache.ts';
import type { Profile } from '../../../../client/cli/profile.ts';
import type { Terminal } from '../../../../client/cli/terminal.ts';
import type { CredentialsAnswer } from '../../../../core/contracts/api-answers.ts';

let directory: string;
let terminal: Terminal;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'stepkey-cache-'));
  terminal = {
    env: { STEPKEY_STATE_DIR: directory },
    platform: 'linux',
    out: () => undefined,
    tell: () => undefined,
    isOutputTty: false,
    isInteractive: false,
    nowEpochMillis: () => 1_000,
  };
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const tokenOf = (claims: object): string =>
  `x.${Buffer.from(JSON.stringify({ iss: 'i', exp: 9, token_use: 'id', ...claims })).toString('base64url')}.x`;

const profile: Profile = {
  name: 'default',
  api: 'https://broker',
  region: null,
  awsEndpoint: null,
  table: null,
  identityPoolId: null,
  developerProvider: null,
  signIn: null,
  username: null,
  grant: 'own-files',
  roleArn: null,
  subject: null,
  givenToken: null,
};
const owner = { token: tokenOf({ sub: 'alice', aud: 'cli' }), sealingSecret: 'secret' };
const answer = { grant: 'own-files' } as CredentialsAnswer;

describe('a cached session', () => {
  it('is read back by its own login only, from a file that is its own', async () => {
    const entry = cacheEntryOf(terminal, profile, owner);
    await entry.write(answer);
    expect(await entry.read()).toEqual({ obtainedAtEpochMillis: 1000, answer });
    expect((await stat(entry.file)).mode & 0o777).toBe(0o600);
  });

  it.each([
    ['another subject', {}, { token: tokenOf({ sub: 'bob', aud: 'cli' }) }],
    ['another client', {}, { token: tokenOf({ sub: 'alice', aud: 'app' }) }],
    ['another pool', {}, { token: tokenOf({ sub: 'alice', aud: 'cli', iss: 'j' }) }],
    ['another login', {}, { sealingSecret: 'other' }],
    ['another broker', { api: 'https://other' }, {}],
    ['another grant', { grant: 'team-read' }, {}],
    ['no grant named', { grant: null }, {}],
    ['another role', { roleArn: 'arn' }, {}],
    ['another person acted for', { subject: 'users:bob' }, {}],
  ])('does not open for %s, not even under its name', async (_, otherProfile, otherOwner) => {
    const entry = cacheEntryOf(terminal, profile, owner);
    await entry.write(answer);
    const other = cacheEntryOf(
      terminal,
      { ...profile, ...otherProfile },
      { ...owner, ...otherOwner },
    );
    await mkdir(dirname(other.file), { recursive: true });
    if (other.file !== entry.file) await copyFile(entry.file, other.file);
    expect(await other.read()).toBeNull();
  });
});
