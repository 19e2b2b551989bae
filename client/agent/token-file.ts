/** The bearer that clients of the agent present, and the file that hands it to them. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, open, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export const newBearer = (): string => randomBytes(32).toString('base64url');

export interface TokenFile {
  readonly path: string;
  readonly remove: () => Promise<void>;
}

/**
 * Writes the bearer for `AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE`: readable by its owner only, and without a newline,
 * which SDKs refuse. The file appears whole or not at all, also where an older one is replaced.
 * @param path null for a new directory of its own, which `remove` removes too
 */
export const writeTokenFile = async (path: string | null, bearer: string): Promise<TokenFile> => {
  const directory = path === null ? await mkdtemp(join(tmpdir(), 'stepkey-agent-')) : null;
  const target = path ?? join(directory ?? '', 'token');
  const draft = join(dirname(target), `.stepkey-${randomBytes(8).toString('hex')}`);
  try {
    const file = await open(draft, 'wx', 0o600);
    try {
      await file.writeFile(bearer);
    } finally {
      await file.close();
    }
    await rename(draft, target);
  } catch (error) {
    await rm(draft, { force: true });
    if (directory !== null) await rm(directory, { recursive: true, force: true });
    throw error;
  }
  return {
    path: target,
    remove: () => rm(directory ?? target, { recursive: directory !== null, force: true }),
  };
};
