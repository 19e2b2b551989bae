/** `npm run build`: what the package ships, in dist/. */
import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { buildCommand } from './build-command.ts';

const root = resolve(import.meta.dirname, '..');
const dist = join(root, 'dist');

await rm(dist, { recursive: true, force: true });
await buildCommand({ root, outDirectory: join(dist, 'cli') });
