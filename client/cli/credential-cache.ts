/** Credentials between processes: one file per subject, grant and broker, sealed with a secret of the login. */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { CredentialsAnswer } from '../../core/contracts/api-answers.ts';
import { readClaims } from '../token-claims.ts';
import { CommandError } from './command-error.ts';
import { digestOf, loginFileOf } from './login-store.ts';
import { stateDirectoryOf } from './places.ts';
import { readPrivateFile, writePrivateFile } from './private-file.ts';
import type { Profile } from './profile.ts';
import type { Terminal } from './terminal.ts';

interface Owner {
  readonly token: string;
  readonly sealingSecret: string;
}

export interface CachedCredentials {
  readonly obtainedAtEpochMillis: number;
  readonly answer: CredentialsAnswer;
}

export interface CacheEntry {
  readonly file: string;
  /** Null where there is none, or it was sealed for anybody or anything else. */
  readonly read: () => Promise<CachedCredentials | null>;
  /** A cache that cannot be written is no failure. */
  readonly write: (answer: CredentialsAnswer) => Promise<void>;
  readonly remove: () => Promise<void>;
}

/** Everything that changes whose credentials they are and what they may do. */
const bindingOf = (profile: Profile, { token }: Owner): string => {
  const claims = readClaims(token);
  return digestOf([
    'stepkey credentials 1',
    profile.api,
    claims?.issuer ?? '',
    claims?.sub ?? '',
    claims?.clientId ?? '',
    claims?.tokenUse ?? '',
    profile.grant ?? '',
    profile.roleArn ?? '',
    profile.subject ?? '',
  ]);
};

const algorithm = 'aes-256-gcm';
const nonceBytes = 12;
const tagBytes = 16;

const keyOf = ({ sealingSecret }: Owner, binding: string): Buffer =>
  Buffer.from(hkdfSync('sha256', sealingSecret, binding, 'stepkey credential cache', 32));

const seal = (text: string, owner: Owner, binding: string): string => {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv(algorithm, keyOf(owner, binding), nonce).setAAD(
    Buffer.from(binding),
  );
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64');
};

/** Null for what was not sealed under this login and binding, or was touched. */
const open = (text: string, owner: Owner, binding: string): string | null => {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length < nonceBytes + tagBytes) return null;
  try {
    const decipher = createDecipheriv(
      algorithm,
      keyOf(owner, binding),
      bytes.subarray(0, nonceBytes),
      { authTagLength: tagBytes },
    )
      .setAAD(Buffer.from(binding))
      .setAuthTag(bytes.subarray(nonceBytes, nonceBytes + tagBytes));
    const sealed = bytes.subarray(nonceBytes + tagBytes);
    return Buffer.concat([decipher.update(sealed), decipher.final()]).toString('utf8');
  } catch {
    return null;
  }
};

const cacheDirectoryOf = (terminal: Terminal, profile: Profile): string =>
  join(
    stateDirectoryOf(terminal),
    'credentials',
    basename(loginFileOf(terminal, profile), '.json'),
  );

/** What a login has left behind is of no use after it: it was sealed with the login's secret. */
export const clearCache = (terminal: Terminal, profile: Profile): Promise<void> =>
  rm(cacheDirectoryOf(terminal, profile), { recursive: true, force: true }).catch(() => undefined);

export const cacheEntryOf = (terminal: Terminal, profile: Profile, owner: Owner): CacheEntry => {
  const binding = bindingOf(profile, owner);
  const file = join(cacheDirectoryOf(terminal, profile), binding.slice(0, 40));
  return {
    file,
    read: async () => {
      const sealed = await readPrivateFile(file);
      const text = sealed === null ? null : open(sealed, owner, binding);
      return text === null ? null : (JSON.parse(text) as CachedCredentials);
    },
    write: async (answer) => {
      const cached: CachedCredentials = {
        obtainedAtEpochMillis: terminal.nowEpochMillis(),
        answer,
      };
      await writePrivateFile(file, seal(JSON.stringify(cached), owner, binding)).catch(
        (error: unknown) => {
          if (!(error instanceof CommandError)) throw error;
        },
      );
    },
    remove: () => rm(file, { force: true }),
  };
};
