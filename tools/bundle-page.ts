import { existsSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hashInputs } from './bundle-inputs.ts';
import { makeDirectory } from './bundle.ts';

/** Everything that can change the page's bytes. */
const inputs = [
  'console',
  'statemachines/issue-credentials.asl.json',
  'tools/bundle-page.ts',
  'package-lock.json',
];

/**
 * Bundles the audit page: one script, one style sheet, nothing from elsewhere.
 * The directory is named after the inputs, as those of the functions are.
 * @returns the directory with `index.html` and `assets/`
 */
export const bundlePage = async (options: {
  readonly root: string;
  readonly outDirectory: string;
}): Promise<string> => {
  const { root, outDirectory } = options;
  const directory = join(outDirectory, hashInputs(root, inputs));
  if (existsSync(directory)) return directory;
  await makeDirectory(directory, async (unfinished) => {
    const { build } = await import('esbuild');
    await build({
      absWorkingDir: root,
      entryPoints: {
        main: join(root, 'console/src/main.tsx'),
        style: join(root, 'console/src/style.css'),
      },
      outdir: join(unfinished, 'assets'),
      bundle: true,
      minify: true,
      platform: 'browser',
      // Browsers that know `light-dark()`.
      target: ['chrome123', 'firefox120', 'safari17.5'],
      format: 'esm',
      jsx: 'automatic',
      jsxImportSource: 'preact',
      legalComments: 'none',
      logLevel: 'warning',
    });
    await copyFile(join(root, 'console/index.html'), join(unfinished, 'index.html'));
  });
  return directory;
};
