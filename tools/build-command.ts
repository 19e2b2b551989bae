import type { BuildOptions } from 'esbuild';

/** Packages that are CommonJS ask for Node's modules by `require`, which a module has to make for itself. */
const requireBanner =
  "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);";

export const packageSettings = {
  bundle: true,
  platform: 'node',
  target: 'node20.19',
  mainFields: ['module', 'main'],
  minify: true,
  // Names of errors are what callers branch on.
  keepNames: true,
  legalComments: 'none',
  logLevel: 'warning',
} as const satisfies BuildOptions;

export const moduleSettings = {
  ...packageSettings,
  format: 'esm',
  outExtension: { '.js': '.mjs' },
  banner: { js: requireBanner },
} as const satisfies BuildOptions;

/** The `stepkey` command as modules: one small to start, and one for each command, loaded when it is called. */
export const buildCommand = async (options: {
  readonly root: string;
  readonly outDirectory: string;
}): Promise<void> => {
  const { build } = await import('esbuild');
  await build({
    ...moduleSettings,
    absWorkingDir: options.root,
    entryPoints: ['bin/stepkey.ts'],
    outdir: options.outDirectory,
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
  });
};
