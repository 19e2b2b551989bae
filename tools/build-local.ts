/** `stepkey/local`: the twin with what it deploys, so that a user needs neither CDK nor esbuild. */
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Plugin } from 'esbuild';
import { deployable } from '../local/deployable.ts';
import { moduleSettings } from './build-command.ts';

interface LocalOptions {
  readonly root: string;
  readonly outDirectory: string;
}

const readyDeployable = (root: string): Plugin => ({
  name: 'ready-deployable',
  setup: (build) => {
    build.onResolve({ filter: /\/deployable\.ts$/ }, () => ({
      path: join(root, 'local', 'packaged-deployable.ts'),
    }));
  },
});

/**
 * `level` is native code and stays outside, for users who want a state directory. Dynalite asks for it as soon as it is
 * loaded; in memory it never makes one, so that it gets a class that looks for the package when it is made.
 */
const levelWhenNeeded: Plugin = {
  name: 'level-when-needed',
  setup: (build) => {
    build.onResolve({ filter: /^level$/ }, ({ kind, namespace }) =>
      kind === 'require-call' && namespace === 'file'
        ? { path: 'level', namespace: 'level-when-needed' }
        : { path: 'level', external: true },
    );
    build.onLoad({ filter: /.*/, namespace: 'level-when-needed' }, () => ({
      contents:
        "exports.Level = class { constructor(...settings) { const { Level } = require('level'); return new Level(...settings); } };",
    }));
  },
};

/** CommonJS goes to the same module: two copies would be two clocks to set. */
const commonJs = `'use strict';
exports.startTwin = async (options) => (await import('./index.mjs')).startTwin(options);
exports.startAppTwin = async (options) => (await import('./index.mjs')).startAppTwin(options);
`;

/** The templates and, below them, each function's directory; paths are relative to `directory`. */
const writeAssembly = async (directory: string): Promise<void> => {
  const { templates, assets } = await deployable.synthesis();
  await mkdir(directory, { recursive: true });
  await Promise.all(
    Object.entries(assets).map(([hash, path]) =>
      cp(path, join(directory, hash), { recursive: true }),
    ),
  );
  const paths = Object.fromEntries(Object.keys(assets).map((hash) => [hash, hash]));
  await writeFile(join(directory, 'synthesis.json'), JSON.stringify({ templates, assets: paths }));
};

export const buildLocal = async ({ root, outDirectory }: LocalOptions): Promise<void> => {
  const { build } = await import('esbuild');
  await mkdir(outDirectory, { recursive: true });
  await Promise.all([
    build({
      ...moduleSettings,
      absWorkingDir: root,
      entryPoints: [{ in: 'local/index.ts', out: 'index' }],
      outdir: outDirectory,
      // Node shows the line of an error that nobody catches.
      lineLimit: 200,
      plugins: [readyDeployable(root), levelWhenNeeded],
    }),
    writeAssembly(join(outDirectory, 'assembly')),
    deployable.runtimeScript().then((path) => cp(path, join(outDirectory, 'runtime-process.cjs'))),
    writeFile(join(outDirectory, 'index.cjs'), commonJs),
  ]);
};

/** The audit page, where the command and the twin look for it. */
export const buildPage = async (outDirectory: string): Promise<void> => {
  await cp(await deployable.pageDirectory(), outDirectory, { recursive: true });
};
