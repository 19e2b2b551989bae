import { access, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import process from 'node:process';
import { run } from '../long/clients/python.ts';

const cacheDirectory = join(import.meta.dirname, '..', '..', '.cache', 'maven');

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/** The directory with what a pom names and needs, fetched once; or the reason why it is not there. */
export const prepareLibraries = async (
  pom: string,
): Promise<
  | { readonly libraries: string; readonly reason: null }
  | { readonly libraries: null; readonly reason: string }
> => {
  const libraries = join(cacheDirectory, basename(dirname(pom)));
  const complete = join(libraries, 'complete');
  if (await exists(complete)) return { libraries, reason: null };
  const copy = ['--file', pom, 'dependency:copy-dependencies', `-DoutputDirectory=${libraries}`];
  try {
    const { code } = await run('mvn', ['--quiet', '--batch-mode', ...copy], {
      env: process.env,
      timeoutMillis: 240_000,
    });
    if (code !== 0) return { libraries: null, reason: 'Maven could not fetch the libraries' };
    await writeFile(complete, '');
    return { libraries, reason: null };
  } catch {
    return { libraries: null, reason: 'Maven is missing' };
  }
};
