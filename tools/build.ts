/** `npm run build`: what the package ships, in dist/. */
import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { buildCdk } from './build-cdk.ts';
import { buildCommand } from './build-command.ts';
import { buildLibrary } from './build-library.ts';
import { buildLocal, buildPage } from './build-local.ts';
import { buildTypes } from './build-types.ts';

const root = resolve(import.meta.dirname, '..');
const dist = join(root, 'dist');

await rm(dist, { recursive: true, force: true });
await Promise.all([
  buildCommand({ root, outDirectory: join(dist, 'cli') }),
  buildLibrary({ root, outDirectory: dist }),
  buildLocal({ root, outDirectory: join(dist, 'local') }),
  buildPage(join(dist, 'console')),
  buildCdk({ root, outDirectory: join(dist, 'cdk') }),
  buildTypes({ root, entry: 'client/index.ts', outDirectory: join(dist, 'types') }),
  buildTypes({ root, entry: 'local/index.ts', outDirectory: join(dist, 'types') }),
  buildTypes({
    root,
    entry: 'stacks/index.ts',
    outDirectory: join(dist, 'types'),
    besides: ['aws-cdk-lib', 'constructs'],
  }),
]);
