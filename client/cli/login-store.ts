/** Logins on disk: the tokens of one profile at one deployment, mode 0600. */
import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { stateDirectoryOf } from './places.ts';
import { readPrivateFile, writePrivateFile } from './private-file.ts';
import type { Profile } from './profile.ts';
import type { Terminal } from './terminal.ts';

export interface Login {
  readonly format: 1;
  /** As the tokens name the user; the client's id for a machine. */
  readonly username: string;
  /** Null for a machine. */
  readonly idToken: string | null;
  readonly accessToken: string;
  /** Null for a machine. */
  readonly refreshToken: string | null;
  /** Base64; what cached credentials of this login are sealed with, so that none outlives it. */
  readonly sealingSecret: string;
}

/** Fields with their lengths, so that no two lists of them read the same. */
export const digestOf = (fields: readonly string[]): string => {
  const hash = createHash('sha256');
  for (const field of fields) hash.update(`${String(Buffer.byteLength(field))}:${field}`);
  return hash.digest('hex');
};

/** The deployment is in the name: a profile that is led elsewhere finds no login, and none is sent there. */
export const loginFileOf = (
  terminal: Pick<Terminal, 'env' | 'platform'>,
  { name, api, signIn }: Pick<Profile, 'name' | 'api' | 'signIn'>,
): string => {
  const { userPoolEndpoint = '', userPoolId = '', clientId = '' } = signIn ?? {};
  const deployment = digestOf([api, userPoolEndpoint, userPoolId, clientId]).slice(0, 16);
  return join(stateDirectoryOf(terminal), 'logins', `${name}-${deployment}.json`);
};

const isLogin = (value: unknown): value is Login => {
  if (typeof value !== 'object' || value === null) return false;
  const { format, username, accessToken, sealingSecret } = value as Record<string, unknown>;
  return (
    format === 1 && [username, accessToken, sealingSecret].every((text) => typeof text === 'string')
  );
};

/**
 * Null where there is none; what is no login counts as none.
 * @throws CommandError configuration when others may read it
 */
export const readLogin = async (file: string): Promise<Login | null> => {
  const text = await readPrivateFile(file);
  if (text === null) return null;
  try {
    const value: unknown = JSON.parse(text);
    return isLogin(value) ? value : null;
  } catch {
    return null;
  }
};

/** @throws CommandError configuration when it cannot be written */
export const writeLogin = (file: string, login: Login): Promise<void> =>
  writePrivateFile(file, `${JSON.stringify(login)}\n`);

export const removeLogin = (file: string): Promise<void> => rm(file, { force: true });
