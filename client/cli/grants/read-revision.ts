/** Grant files as a revision of git has them. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import type { GrantText } from '../../../core/grants/compile.ts';
import { CommandError } from '../command-error.ts';
import { exitCodes } from '../exit-codes.ts';
import { isMissing } from '../private-file.ts';
import { isGrantFile } from './read-grants.ts';

const mostBytes = 16 * 1024 * 1024;

/** @returns null where git says no */
const git = (directory: string, args: readonly string[]): Promise<string | null> =>
  new Promise((resolveText, reject) => {
    execFile(
      'git',
      ['-C', directory, ...args],
      { maxBuffer: mostBytes, encoding: 'utf8' },
      (error, stdout) => {
        if (error === null) resolveText(stdout);
        else if (!isMissing(error)) resolveText(null);
        else reject(new CommandError(exitCodes.configuration, 'The command git is not there.'));
      },
    );
  });

/** The directory itself need not be there any more. */
const nearestThere = (directory: string): string =>
  existsSync(directory) || dirname(directory) === directory
    ? directory
    : nearestThere(dirname(directory));

/**
 * @returns none where the revision has no such directory
 * @throws CommandError usage for what is no revision
 */
export const grantTextsAt = async (
  directory: string,
  revision: string,
): Promise<readonly GrantText[]> => {
  const wanted = resolve(directory);
  const there = nearestThere(wanted);
  const commit = revision.startsWith('-')
    ? null
    : await git(there, ['rev-parse', '--verify', '--quiet', `${revision}^{commit}`]);
  if (commit === null) {
    throw new CommandError(
      exitCodes.usage,
      `"${revision}" is no revision that the repository of ${directory} has; a shallow copy must fetch it first.`,
    );
  }
  const tree = `${commit.trim()}:./${relative(there, wanted)}`;
  const listing = (await git(there, ['ls-tree', '--full-tree', '-z', tree])) ?? '';
  const files = listing.split('\0').flatMap((line) => {
    const [, object, name] = /^\d+ blob ([0-9a-f]+)\t(.*)$/s.exec(line) ?? [];
    return object !== undefined && name !== undefined && isGrantFile(name)
      ? [{ file: name, object }]
      : [];
  });
  return Promise.all(
    files.map(async ({ file, object }) => ({
      file,
      text: (await git(there, ['cat-file', 'blob', object])) ?? '',
    })),
  );
};
