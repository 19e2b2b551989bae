import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Names the content of files and directories below `root`: equal only when every path and every byte is equal.
 * A path that does not exist counts as empty, so that it changes the name once it does.
 * @param salt what else decides the outcome, such as options
 * @returns 32 hex characters
 */
export const hashInputs = (root: string, paths: readonly string[], salt = ''): string => {
  const hash = createHash('sha256').update(salt);
  for (const path of paths.flatMap((path) => filesAt(root, path))) {
    const content = createHash('sha256')
      .update(readFileSync(join(root, path)))
      .digest('hex');
    hash.update(`\n${content} ${path}`);
  }
  return hash.digest('hex').slice(0, 32);
};

/** Every file at or below a path, sorted, so that the order of the file system does not matter. */
const filesAt = (root: string, path: string): readonly string[] => {
  const entry = statSync(join(root, path), { throwIfNoEntry: false });
  if (entry === undefined) return [];
  if (!entry.isDirectory()) return [path];
  return readdirSync(join(root, path))
    .sort()
    .flatMap((name) => filesAt(root, join(path, name)));
};
