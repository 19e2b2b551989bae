/**
 * What the package brings along for the twin (tools/build-local.ts), so that neither CDK nor esbuild is needed there.
 * The build puts this module in the place of deployable.ts.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Deployable } from './deployable.ts';
import type { Synthesis } from './synth.ts';

const here = import.meta.dirname;
const assembly = join(here, 'assembly');

export const deployable: Deployable = {
  runtimeScript: () => Promise.resolve(join(here, 'runtime-process.cjs')),
  pageDirectory: () => Promise.resolve(join(here, '..', 'console')),
  synthesis: async (context) => {
    if (context !== undefined) {
      throw new Error('The package has the templates of one context; another needs the repository');
    }
    const text = await readFile(join(assembly, 'synthesis.json'), 'utf8');
    const { templates, assets } = JSON.parse(text) as Synthesis;
    return {
      templates,
      assets: Object.fromEntries(
        Object.entries(assets).map(([hash, path]) => [hash, join(assembly, path)]),
      ),
    };
  },
};
