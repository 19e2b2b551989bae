/** What the package brings along for `stepkey/cdk` (tools/build-cdk.ts), below the directory of the module itself. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type * as repository from './package-files.ts';

const here = import.meta.dirname;

export const definitionFile: typeof repository.definitionFile = (name) =>
  pathToFileURL(join(here, 'statemachines', `${name}.asl.json`));

export const packageFile: typeof repository.packageFile = pathToFileURL(
  join(here, '..', '..', 'package.json'),
);

export const bundlesDirectory: typeof repository.bundlesDirectory = join(here, 'functions');
