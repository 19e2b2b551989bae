/** What is there before the recording begins: the command, a file of Alice's, and who has logged in. */
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as z from 'zod';
import type { Endpoints } from '../../local/endpoints.ts';
import type { Twin } from '../../local/twin.ts';
import { demoPassword } from '../../local/users.ts';
import { buildCommand } from '../build-command.ts';

export interface Stage {
  /** Of the shell that is typed into. */
  readonly env: Readonly<Record<string, string>>;
  /** Of this deployment, as they are. */
  readonly secrets: readonly string[];
}

const run = promisify(execFile);

const identityIdOf = async ({ api }: Endpoints, idToken: string): Promise<string> => {
  const answer = await fetch(`${api}/v1/identity`, { headers: { authorization: idToken } });
  return z.object({ identityId: z.string() }).parse(await answer.json()).identityId;
};

export const prepareStage = async (
  { endpoints, call }: Pick<Twin, 'endpoints' | 'call'>,
  { root, directory }: { readonly root: string; readonly directory: string },
): Promise<Stage> => {
  const bin = join(directory, 'bin');
  await buildCommand({ root, outDirectory: bin });
  const script = `#!/bin/sh\nexec '${process.execPath}' '${join(bin, 'stepkey.mjs')}' "$@"\n`;
  await writeFile(join(bin, 'stepkey'), script, { mode: 0o755 });
  const endpointsFile = join(directory, 'endpoints.json');
  await writeFile(endpointsFile, JSON.stringify(endpoints), { mode: 0o600 });
  const passwordFile = join(directory, 'password');
  await writeFile(passwordFile, demoPassword, { mode: 0o600 });

  const env = {
    PATH: `${bin}:${process.env['PATH'] ?? ''}`,
    HOME: directory,
    TERM: 'xterm-256color',
    LANG: 'C.UTF-8',
    AWS_EC2_METADATA_DISABLED: 'true',
  };
  const stepkey = async (...args: readonly string[]): Promise<string> =>
    (await run(join(bin, 'stepkey'), args, { env, cwd: directory })).stdout.trim();
  const logIn = async (username: string, profile: string): Promise<string> => {
    const names = ['--profile', profile, '--username', username];
    await stepkey('configure', '--endpoints', endpointsFile, '--no-aws-profile', ...names);
    await stepkey('login', '--password-file', passwordFile, ...names);
    return stepkey('token', '--profile', profile);
  };
  const tokens = {
    // First: the default profile is hers, and she logs in again on the tape.
    alice: await logIn('alice', 'alice'),
    bob: await logIn('bob', 'bob'),
    audrey: await logIn('audrey', 'audrey'),
  };
  const people = {
    ALICE: await identityIdOf(endpoints, tokens.alice),
    BOB: await identityIdOf(endpoints, tokens.bob),
  };
  await call('s3', 'PutObject', {
    Bucket: endpoints.bucket,
    Key: `private/${people.ALICE}/notes.txt`,
    Body: 'Milk, bread, and a key for an hour.\n',
  });
  await stepkey('logout');
  return {
    env: { ...env, ...people, BUCKET: endpoints.bucket },
    secrets: [
      ...Object.values(tokens),
      ...Object.values(endpoints.clients).map(({ clientSecret = '' }) => clientSecret),
      endpoints.adminCredentials.secretAccessKey,
      demoPassword,
    ],
  };
};
