/** Files of tests with all that they test, each compiled once and evaluated as often as a mutant needs it anew. */
import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Script } from 'node:vm';
import { build, type Plugin } from 'esbuild';
import type * as fastCheck from 'fast-check';
import { collectTests, type CollectedTest } from './jest-words.ts';

export interface TestBundle {
  /** Relative to the directory of the project. */
  readonly file: string;
  /** The files that it is made of, packages left out. */
  readonly inputs: ReadonlySet<string>;
  /** Evaluates tests and tested code from nothing. */
  readonly load: () => readonly CollectedTest[];
}

/** Puts something else in the place of a file's text. @param path relative to the directory of the project */
export type Rewrite = (path: string, text: string) => string;

/** CommonJS knows no `import.meta`; a file's own address is written in its place. */
const sourcesOf = (root: string, rewrite: Rewrite): Plugin => ({
  name: 'sources',
  setup: (builder) => {
    builder.onLoad({ filter: /\.ts$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      const contents = rewrite(relative(root, path), text)
        .replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href))
        .replaceAll('import.meta.dirname', JSON.stringify(join(path, '..')));
      return { contents, loader: 'ts' };
    });
  },
});

type FastCheck = typeof fastCheck & { readonly default: typeof fastCheck };

/** A mutant that so many cases do not find is said to live. */
const mostRuns = 50;

/**
 * The same cases for every mutant, and few of them: what is killed does not depend on luck. The first case that fails is
 * enough: nobody reads the smallest one.
 */
const withFewRuns = (original: FastCheck): object => {
  const assert: FastCheck['assert'] = ((property: never, parameters?: { numRuns?: number }) =>
    original.assert(property, {
      ...parameters,
      numRuns: Math.min(parameters?.numRuns ?? mostRuns, mostRuns),
      seed: 1,
      endOnFailure: true,
    })) as FastCheck['assert'];
  return { ...original, assert, default: { ...original.default, assert } };
};

const testsUnder = (root: string, paths: readonly string[]): string[] =>
  paths.flatMap((path) =>
    path.endsWith('.test.ts')
      ? [path]
      : readdirSync(join(root, path), { recursive: true, encoding: 'utf8' })
          .filter((name) => name.endsWith('.test.ts'))
          .map((name) => join(path, name)),
  );

/**
 * @param root where the project lies; its tests may be of a copy with mutants in it
 * @param paths files of tests, and directories of them
 */
export const bundleTests = (
  root: string,
  paths: readonly string[],
): Promise<readonly TestBundle[]> => bundleFiles(root, testsUnder(root, paths));

/** The same of certain files, with some of what they test rewritten. */
export const bundleFiles = async (
  root: string,
  files: readonly string[],
  rewrite: Rewrite = (_, text) => text,
): Promise<readonly TestBundle[]> => {
  const require = createRequire(join(root, 'package.json'));
  const fewRuns = withFewRuns(require('fast-check') as FastCheck);
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: [...files],
    outbase: root,
    outdir: 'bundles',
    outExtension: { '.js': '.cjs' },
    bundle: true,
    write: false,
    metafile: true,
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    logLevel: 'silent',
    plugins: [sourcesOf(root, rewrite)],
  });
  const textOf = new Map(outputFiles.map(({ path, text }) => [relative(root, path), text]));
  return Object.entries(metafile.outputs).map(([output, { entryPoint: file = '', inputs }]) => {
    const text = textOf.get(output) ?? '';
    const script = new Script(`(function (require, module, exports) {${text}\n})`, {
      filename: join(root, file),
    });
    return {
      file,
      inputs: new Set(Object.keys(inputs)),
      load: () => {
        const { words, tests } = collectTests(file);
        const requireHere = (name: string): unknown => {
          if (name === '@jest/globals') return words;
          return name === 'fast-check' ? fewRuns : (require(name) as unknown);
        };
        const evaluate = script.runInThisContext() as (...args: unknown[]) => void;
        evaluate(requireHere, { exports: {} }, {});
        return tests;
      },
    };
  });
};
