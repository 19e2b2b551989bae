import { copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Lays out what one function is deployed with: its bundle and what it reads beside it, such as the grants.
 * Source maps stay behind: they would triple what a cold start has to load.
 * @param data file name → text
 * @returns the directory to deploy
 */
export const stageFunction = (options: {
  readonly name: string;
  readonly functionsDirectory: string;
  readonly stagingDirectory: string;
  readonly data: Readonly<Record<string, string>>;
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
  for (const [file, text] of Object.entries(options.data)) writeFileSync(join(target, file), text);
  return target;
};
