import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { BuildOptions } from 'esbuild';
import { hashInputs } from './bundle-inputs.ts';
import { leanLibraries } from './lambda/lean-libraries.ts';

/** `node20`, because the same bundles run on one machine under Node 20; deployed they run on nodejs24.x. */
const settings = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  mainFields: ['module', 'main'],
  minify: true,
  legalComments: 'none',
  logLevel: 'warning',
} as const satisfies BuildOptions;

/** Everything that can change a bundle's bytes. */
const functionInputs = [
  'functions',
  'core',
  'adapters',
  'tools/bundle.ts',
  'tools/lambda',
  'package-lock.json',
  'tsconfig.json',
];

/** How a function is bundled. */
export const functionSettings = { ...settings, plugins: [leanLibraries] } satisfies BuildOptions;

/** The folders of `functions` that are one: those with an `index.ts`. */
export const functionNames = async (root: string): Promise<string[]> =>
  (await readdir(join(root, 'functions')))
    .filter((name) => existsSync(join(root, 'functions', name, 'index.ts')))
    .sort();

/**
 * Bundles every function that has a `functions/<name>/index.ts`, in one call of esbuild.
 * The directory is named after the inputs: an unchanged tree bundles nothing, and a directory that
 * another process is reading never changes.
 * @returns the directory with one folder per function: `index.js`, its source map, `package.json`
 */
export const bundleFunctions = async (options: {
  readonly root: string;
  readonly outDirectory: string;
}): Promise<{ directory: string; functions: string[] }> => {
  const { root, outDirectory } = options;
  const functions = await functionNames(root);
  const directory = join(outDirectory, hashInputs(root, functionInputs));
  if (existsSync(directory)) return { directory, functions };
  await makeDirectory(directory, async (unfinished) => {
    const { build } = await import('esbuild');
    await build({
      ...functionSettings,
      absWorkingDir: root,
      entryPoints: functions.map((name) => ({
        in: join(root, 'functions', name, 'index.ts'),
        out: join(name, 'index'),
      })),
      outdir: unfinished,
      sourcemap: 'external',
    });
    // The repository is ESM; without this, Node would read the bundles as such.
    for (const name of functions) {
      await writeFile(join(unfinished, name, 'package.json'), '{"type":"commonjs"}\n');
    }
  });
  return { directory, functions };
};

/** Bundles one script into one file, unless the file is there and was made of what its sources still are. */
export const bundleScript = async (options: {
  readonly root: string;
  readonly entry: string;
  readonly outFile: string;
}): Promise<void> => {
  const { root, entry, outFile } = options;
  const recordFile = `${outFile}.inputs.json`;
  if (existsSync(outFile) && (await isCurrent(recordFile))) return;
  await mkdir(dirname(outFile), { recursive: true });
  const unfinished = join(dirname(outFile), `.${randomUUID()}.${basename(outFile)}`);
  const { build } = await import('esbuild');
  const { metafile } = await build({
    ...settings,
    absWorkingDir: root,
    entryPoints: [entry],
    outfile: unfinished,
    metafile: true,
  });
  const sources = Object.keys(metafile.inputs).filter((path) => !path.includes('node_modules'));
  const paths = [...sources, 'package-lock.json'];
  await writeFile(recordFile, JSON.stringify({ root, paths, hash: hashInputs(root, paths) }));
  await rename(unfinished, outFile);
};

const isCurrent = async (recordFile: string): Promise<boolean> => {
  if (!existsSync(recordFile)) return false;
  const { root, paths, hash } = JSON.parse(await readFile(recordFile, 'utf8')) as {
    root: string;
    paths: string[];
    hash: string;
  };
  return hashInputs(root, paths) === hash;
};

/**
 * Fills a directory under another name and renames it when it is whole, so that nobody ever reads half of it.
 * Where another process was faster, its equal result stays.
 */
export const makeDirectory = async (
  directory: string,
  fill: (unfinished: string) => Promise<void>,
): Promise<void> => {
  const unfinished = `${directory}.${randomUUID()}`;
  try {
    await mkdir(unfinished, { recursive: true });
    await fill(unfinished);
    await rename(unfinished, directory);
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    if (!existsSync(directory)) throw error;
  }
};
