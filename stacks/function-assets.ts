import { copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Grant } from '../core/grants/grant.ts';

/**
 * Lays out what one function is deployed with: its bundle and, where it decides, the grants.
 * Source maps stay behind: they would triple what a cold start has to load.
 * @param grants null for a function that makes no decision
 * @returns the directory to deploy
 */
export const stageFunction = (options: {
  readonly name: string;
  readonly functionsDirectory: string;
  readonly stagingDirectory: string;
  readonly grants: readonly Grant[] | null;
}): string => {
  const source = join(options.functionsDirectory, options.name);
  const target = join(options.stagingDirectory, options.name);
  for (const file of ['index.js', 'package.json']) {
    if (!existsSync(join(source, file))) {
      throw new Error(`The bundle of function "${options.name}" lacks ${join(source, file)}.`);
    }
  }
  mkdirSync(target, { recursive: true });
  for (const file of ['index.js', 'package.json']) {
    copyFileSync(join(source, file), join(target, file));
  }
  if (options.grants !== null) {
    writeFileSync(join(target, 'grants.json'), `${JSON.stringify(options.grants, null, 2)}\n`);
  }
  return target;
};
