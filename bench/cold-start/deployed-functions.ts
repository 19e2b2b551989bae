import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

import { synthesize } from '../../local/synth.ts';
import { bundleFunctions } from '../../tools/bundle.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

export interface DeployedFunction {
  /** Of its folder under `functions`; `verifier` for what every function that reads tokens shares. */
  readonly name: string;
  /** With the data that is deployed beside the bundle. */
  readonly directory: string;
  readonly gzipBytes: number;
}

interface Resource {
  readonly Type: string;
  readonly Properties: { readonly FunctionName: string; readonly Code: { readonly S3Key: string } };
}

const weigh = (name: string, directory: string): DeployedFunction => ({
  name,
  directory,
  gzipBytes: gzipSync(readFileSync(join(directory, 'index.js')), { level: 9 }).length,
});

/** Every function as it would be deployed, and beside them the verifier of tokens alone, bundled alike. */
export const deployedFunctions = async (): Promise<readonly DeployedFunction[]> => {
  const { templates, assets } = await synthesize({ root, cacheDirectory: join(root, '.cache') });
  const functions = templates
    .flatMap(({ template }) =>
      Object.values((template as { Resources: Record<string, Resource> }).Resources),
    )
    .filter(({ Type }) => Type === 'AWS::Lambda::Function')
    .map(({ Properties: { FunctionName, Code } }) =>
      weigh(FunctionName.replace('stepkey-', ''), assets[Code.S3Key.replace('.zip', '')] ?? ''),
    );
  const verifier = await bundleFunctions({
    root: join(root, 'bench/cold-start/verifier-only'),
    outDirectory: join(root, '.cache/cold-start'),
  });
  return [...functions, weigh('verifier', join(verifier.directory, 'verifier'))];
};
