/** The reviewed grant files of a directory, checked by the compiler that the deployment itself uses. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { compileGrants, type GrantText } from '../../../core/grants/compile.ts';
import type { GrantFilesError } from '../../../core/grants/fault.ts';
import type { Grant } from '../../../core/grants/grant.ts';
import type { ReachContext } from '../../../core/grants/reach.ts';
import { CommandError } from '../command-error.ts';
import { exitCodes } from '../exit-codes.ts';
import { isMissing, reasonOf } from '../private-file.ts';

export interface GrantOptions {
  readonly grants: string;
  readonly deployment: string;
  readonly clients: readonly string[];
  readonly values: readonly string[];
}

const listOf = (text: string): readonly string[] => text.split(/[\s,]+/).filter(Boolean);

/** The defaults are those of the app in this repository; a construct in another app may have others. */
export const addGrantFileOptions = (command: Command): Command =>
  command
    .option('--grants <directory>', 'where the files are', 'grants')
    .option(
      '--deployment <name>',
      'name of the deployment, which begins the names of its roles',
      'stepkey',
    )
    .option(
      '--clients <names>',
      'app clients that the deployment knows, separated by commas',
      listOf,
      ['app', 'cli', 'service', 'batch', 'audit', 'operator'],
    )
    .option(
      '--values <names>',
      "the deployment's own template values, separated by commas",
      listOf,
      ['partition', 'region', 'accountId', 'bucket'],
    );

export const isGrantFile = (name: string): boolean =>
  name.endsWith('.json') && !name.endsWith('.schema.json');

/** @throws CommandError configuration when the directory cannot be read */
export const grantTextsIn = (directory: string): Promise<readonly GrantText[]> =>
  readdir(directory)
    .then((names) =>
      Promise.all(
        names
          .filter(isGrantFile)
          .sort()
          .map(async (file) => ({ file, text: await readFile(join(directory, file), 'utf8') })),
      ),
    )
    .catch((error: unknown) => {
      const why = isMissing(error) ? 'does not exist' : `cannot be read: ${reasonOf(error)}`;
      throw new CommandError(
        exitCodes.configuration,
        `The directory ${directory} ${why}; name the one with the grant files: --grants <directory>`,
      );
    });

/** @throws GrantFilesError naming every fault of every file */
export const compileTexts = (
  texts: readonly GrantText[],
  { deployment, clients, values }: GrantOptions,
): readonly Grant[] => compileGrants(texts, { deployment, clients, templateValues: values });

/**
 * @throws GrantFilesError naming every fault of every file
 * @throws CommandError configuration when the directory cannot be read
 */
export const readGrants = async (options: GrantOptions): Promise<readonly Grant[]> =>
  compileTexts(await grantTextsIn(options.grants), options);

/** Roles by their names, and the deployment's values as placeholders: files say nothing of an account. */
export const contextOf = ({ deployment }: GrantOptions): ReachContext => ({
  mappedRoleArnPrefix: `${deployment}-`,
  templateValues: {},
});

/** Null for any other failure. */
export const faultsOf = (error: unknown): GrantFilesError['faults'] | null =>
  error instanceof Error && error.name === 'GrantFilesError'
    ? (error as GrantFilesError).faults
    : null;
