/** What the twin deploys and runs, made from the repository's sources. The package has it ready: packaged-deployable.ts. */
import { join, resolve } from 'node:path';
import { bundlePage } from '../tools/bundle-page.ts';
import { bundleScript } from '../tools/bundle.ts';
import { synthesize, type Synthesis } from './synth.ts';

export interface Deployable {
  /** Every path is absolute. */
  readonly runtimeScript: () => Promise<string>;
  /** The directory of the built audit page. */
  readonly pageDirectory: () => Promise<string>;
  /** @param context replaces or adds to that of cdk.json */
  readonly synthesis: (context?: Readonly<Record<string, unknown>>) => Promise<Synthesis>;
}

const root = resolve(import.meta.dirname, '..');
const cacheDirectory = join(root, '.cache');

/** Kept in .cache under names made of the inputs: an unchanged tree makes nothing again. */
export const deployable: Deployable = {
  runtimeScript: async () => {
    const outFile = join(cacheDirectory, 'local', 'runtime-process.cjs');
    const entry = join(import.meta.dirname, 'lambda', 'runtime-process.ts');
    await bundleScript({ root, entry, outFile });
    return outFile;
  },
  pageDirectory: () => bundlePage({ root, outDirectory: join(cacheDirectory, 'page') }),
  synthesis: (context) =>
    synthesize({ root, cacheDirectory, ...(context === undefined ? {} : { context }) }),
};
