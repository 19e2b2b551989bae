/** What LevelDB's refusals mean for the person at the terminal. */
import { readdir } from 'node:fs/promises';
import type * as LevelPackage from 'level';
import { StateError } from './state-error.ts';

const causeCode = (error: unknown): unknown => {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  return typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : undefined;
};

export const damaged = (directory: string, cause?: unknown): StateError =>
  new StateError(`The state in ${directory} is damaged; use another state directory.`, { cause });

/** The sentence for a database that did not open. */
export const levelFailure = (directory: string, error: unknown): StateError => {
  switch (causeCode(error)) {
    case 'LEVEL_LOCKED':
      return new StateError(`Another process is using the state in ${directory}.`, {
        cause: error,
      });
    case 'LEVEL_CORRUPTION':
      return damaged(directory, error);
    default:
      return new StateError(`The state in ${directory} cannot be opened.`, { cause: error });
  }
};

/**
 * LevelDB makes a new, empty database where its entry file is missing, over whatever else is there.
 * @throws StateError instead
 */
export const refuseForeignFiles = async (directory: string): Promise<void> => {
  const names = await readdir(directory).catch((): string[] => []);
  if (names.includes('CURRENT')) return;
  if (!names.every((name) => /^(LOCK|LOG|LOG\.old)$/.test(name))) throw damaged(directory);
};

/**
 * LevelDB is native code, which the package cannot bring along; without a state directory nobody needs it.
 * @throws StateError where it is not installed
 */
export const requireLevel = async (directory: string): Promise<typeof LevelPackage> => {
  try {
    return await import('level');
  } catch (error) {
    throw new StateError(
      `To keep the state in ${directory}, the package "level" must be installed: npm install --save-dev level`,
      { cause: error },
    );
  }
};
