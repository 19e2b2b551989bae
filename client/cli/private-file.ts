/** Files that only their owner may read: logins, cached credentials, settings with a secret. */
import { randomUUID } from 'node:crypto';
import { mkdir, open, realpath, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CommandError } from './command-error.ts';
import { exitCodes } from './exit-codes.ts';

const othersMask = 0o077;

const codeOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';

export const isMissing = (error: unknown): boolean =>
  codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR';

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space is left',
  ENOTDIR: 'a part of its path is no directory',
  EISDIR: 'it is a directory',
};

/** What the system said, in words. */
export const reasonOf = (error: unknown): string => reasons[codeOf(error)] ?? codeOf(error);

/**
 * Null where there is no such file.
 * @throws CommandError configuration when others may read it (not on Windows, which has no such modes), when it is
 * somebody else's, or when it cannot be read
 */
export const readPrivateFile = async (
  path: string,
  options: { readonly mayBeShared?: (text: string) => boolean } = {},
): Promise<string | null> => {
  let text: string;
  let mode: number;
  let owner: number;
  try {
    const file = await open(path, 'r');
    try {
      ({ mode, uid: owner } = await file.stat());
      text = await file.readFile('utf8');
    } finally {
      await file.close();
    }
  } catch (error) {
    if (isMissing(error)) return null;
    throw new CommandError(
      exitCodes.configuration,
      `${path} cannot be read: ${reasonOf(error)}. Make it yours, or remove it.`,
    );
  }
  if (process.getuid === undefined || options.mayBeShared?.(text) === true) return text;
  if (owner !== process.getuid()) {
    throw new CommandError(
      exitCodes.configuration,
      `${path} belongs to another user, so what it says is not trusted; remove it.`,
    );
  }
  if ((mode & othersMask) !== 0) {
    const seen = (mode & 0o777).toString(8).padStart(4, '0');
    throw new CommandError(
      exitCodes.configuration,
      `${path} may be read by others (mode ${seen}), so its secrets are not used; run: chmod 600 '${path}'`,
    );
  }
  return text;
};

/**
 * Replaces the file as a whole, mode 0600 from its first byte on; a link is followed. Directories are made, 0700.
 * @throws CommandError configuration when it cannot be written
 */
export const writePrivateFile = async (path: string, text: string, mode = 0o600): Promise<void> => {
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const target = await realpath(path).catch(() => path);
    const draft = `${target}.${randomUUID()}`;
    try {
      const file = await open(draft, 'wx', mode);
      try {
        await file.writeFile(text);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(draft, target);
    } catch (error) {
      await rm(draft, { force: true });
      throw error;
    }
  } catch (error) {
    throw new CommandError(
      exitCodes.configuration,
      `${path} cannot be written: ${reasonOf(error)}. Make its directory writable, or choose another place with STEPKEY_STATE_DIR and STEPKEY_CONFIG_FILE.`,
    );
  }
};
