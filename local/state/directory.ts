/** The state directory: whose it is, which format it has, and where things lie in it. */
import { chmod, mkdir, readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { unfinishedPrefix, writeDurably } from './durable-file.ts';
import { StateError } from './state-error.ts';

const formatVersion = 1;

/** Absolute paths. */
export interface StateDirectory {
  readonly root: string;
  readonly store: string;
  readonly tables: string;
  readonly objects: string;
  readonly logs: string;
  readonly signingKeysFile: string;
  readonly endpointsFile: string;
}

const layout = (root: string): StateDirectory => ({
  root,
  store: join(root, 'store'),
  tables: join(root, 'tables'),
  objects: join(root, 'objects'),
  logs: join(root, 'logs'),
  signingKeysFile: join(root, 'signing-keys.json'),
  endpointsFile: join(root, 'endpoints.json'),
});

const readVersion = (root: string, text: string): number => {
  try {
    const marker: unknown = JSON.parse(text);
    if (typeof marker === 'object' && marker !== null && 'stepkeyState' in marker) {
      if (typeof marker.stepkeyState === 'number') return marker.stepkeyState;
    }
  } catch {
    // Unreadable is the same as being someone else's: refused below.
  }
  throw new StateError(`The file ${join(root, 'format')} is damaged; use another state directory.`);
};

/**
 * Makes the state directory (mode 0700), or checks that the one that is there is ours and readable by
 * this version. Writes nothing into a directory that holds anything else.
 * @throws StateError
 */
export const prepareStateDirectory = async (directory: string): Promise<StateDirectory> => {
  const root = resolve(directory);
  let names: string[];
  try {
    await mkdir(root, { recursive: true, mode: 0o700 });
    names = await readdir(root);
  } catch (error) {
    throw new StateError(`The state directory ${root} cannot be made or read.`, { cause: error });
  }
  if (names.includes('format')) {
    const version = readVersion(root, await readFile(join(root, 'format'), 'utf8'));
    if (version !== formatVersion) {
      throw new StateError(
        `The state directory ${root} has format ${String(version)}, and this version of Stepkey reads format ${String(formatVersion)}; use another directory.`,
      );
    }
  } else {
    if (names.some((name) => !name.startsWith(unfinishedPrefix))) {
      throw new StateError(
        `The directory ${root} is not empty and was not made by Stepkey; use another state directory.`,
      );
    }
    await writeDurably(
      join(root, 'format'),
      `${JSON.stringify({ stepkeyState: formatVersion })}\n`,
    );
  }
  await chmod(root, 0o700);
  return layout(root);
};
