/** `stepkey/cdk`: the construct with what it deploys, so that a user's app has nothing to bundle. */
import { cp, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { BuildOptions, Plugin } from 'esbuild';
import { moduleSettings, packageSettings } from './build-command.ts';
import { bundleFunctions } from './bundle.ts';

interface CdkOptions {
  readonly root: string;
  readonly outDirectory: string;
}

const packagedFiles = (root: string): Plugin => ({
  name: 'packaged-files',
  setup: (build) => {
    build.onResolve({ filter: /\/package-files\.ts$/ }, () => ({
      path: join(root, 'stacks', 'packaged-files.ts'),
    }));
  },
});

/** Source maps stay behind, as in a deployment. */
const copyBundles = async (root: string, outDirectory: string): Promise<void> => {
  const bundles = await bundleFunctions({
    root,
    outDirectory: join(root, '.cache', 'functions'),
  });
  for (const name of bundles.functions) {
    await mkdir(join(outDirectory, name), { recursive: true });
    for (const file of ['index.js', 'package.json']) {
      await cp(join(bundles.directory, name, file), join(outDirectory, name, file));
    }
  }
};

export const buildCdk = async ({ root, outDirectory }: CdkOptions): Promise<void> => {
  const { build } = await import('esbuild');
  const common = {
    absWorkingDir: root,
    entryPoints: [{ in: 'stacks/index.ts', out: 'index' }],
    outdir: outDirectory,
    plugins: [packagedFiles(root)],
    // Two copies of CDK would not know each other's constructs: the user's is the one.
    external: ['aws-cdk-lib', 'constructs'],
  } satisfies BuildOptions;
  await Promise.all([
    build({ ...moduleSettings, ...common }),
    build({
      ...packageSettings,
      ...common,
      format: 'cjs',
      outExtension: { '.js': '.cjs' },
      define: { 'import.meta.dirname': '__dirname' },
    }),
    copyBundles(root, join(outDirectory, 'functions')),
    cp(join(root, 'stacks', 'spoke.template.json'), join(outDirectory, 'spoke.template.json')),
    cp(join(root, 'statemachines'), join(outDirectory, 'statemachines'), { recursive: true }),
  ]);
};
