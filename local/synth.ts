import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hashInputs } from '../tools/bundle-inputs.ts';
import { bundleFunctions, makeDirectory } from '../tools/bundle.ts';

export interface SynthesisOptions {
  /** The repository's directory. */
  readonly root: string;
  /** Where bundles and templates are kept between runs. */
  readonly cacheDirectory: string;
  /** Replaces or adds to the context of cdk.json, such as `stepkey:identityMode`. */
  readonly context?: Readonly<Record<string, unknown>>;
}

export interface Synthesis {
  /** In the order in which they must be deployed. */
  readonly templates: readonly { readonly stackName: string; readonly template: object }[];
  /** Asset hash, as `Code.S3Key` names it before `.zip` → the directory that would be in that archive. */
  readonly assets: Readonly<Record<string, string>>;
}

/** Everything that can change a template or an asset; what is forgotten here goes stale. */
const inputs = [
  'stacks',
  'bin',
  'grants',
  'identity',
  'statemachines',
  'core',
  'functions',
  'adapters',
  'tools',
  'local/synth.ts',
  'cdk.json',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
];

const resultFile = 'synthesis.json';

/**
 * The app's templates and assets, as `cdk synth` would make them. Kept under a name made of every input:
 * a second start with an unchanged tree reads one file and loads neither CDK nor esbuild.
 */
export const synthesize = async (options: SynthesisOptions): Promise<Synthesis> => {
  const key = hashInputs(options.root, inputs, JSON.stringify(options.context ?? {}));
  const directory = join(options.cacheDirectory, 'synth', key);
  if (!existsSync(directory)) {
    await makeDirectory(directory, (unfinished) => synthesizeInto(unfinished, options));
  }
  const kept = JSON.parse(await readFile(join(directory, resultFile), 'utf8')) as Synthesis;
  const assets = Object.entries(kept.assets).map(([hash, path]) => [hash, join(directory, path)]);
  return { ...kept, assets: Object.fromEntries(assets) as Record<string, string> };
};

const synthesizeInto = async (outdir: string, options: SynthesisOptions): Promise<void> => {
  const { root, cacheDirectory } = options;
  const bundles = await bundleFunctions({ root, outDirectory: join(cacheDirectory, 'functions') });
  const { App } = await import('aws-cdk-lib');
  const { addStepkeyStacks } = await import('../stacks/stepkey-app.ts');
  const app = new App({
    outdir,
    context: { ...(await contextOf(root)), ...options.context, 'aws:cdk:bundling-stacks': [] },
    // `cdk synth` validates; here it would cost most of the start.
    builtinCloudFormationValidation: false,
    treeMetadata: false,
    analyticsReporting: false,
  });
  addStepkeyStacks(app, {
    root,
    functionsDirectory: bundles.directory,
    stagingDirectory: join(outdir, 'functions'),
  });
  const assembly = app.synth();
  const manifests = assembly.artifacts.flatMap((artifact) =>
    'contents' in artifact ? [artifact.contents as AssetManifest] : [],
  );
  const result: Synthesis = {
    templates: assembly.stacks.map(({ stackName, template }) => ({
      stackName,
      template: template as object,
    })),
    assets: Object.fromEntries(
      manifests.flatMap(({ files = {} }) =>
        Object.entries(files).flatMap(([hash, { source }]) =>
          source.packaging === 'zip' && source.path !== undefined ? [[hash, source.path]] : [],
        ),
      ),
    ),
  };
  await writeFile(join(outdir, resultFile), JSON.stringify(result));
};

/** The part of the assembly's asset manifests that is read here. */
interface AssetManifest {
  readonly files?: Readonly<
    Record<string, { readonly source: { readonly path?: string; readonly packaging?: string } }>
  >;
}

/** `new App()` in a process of ours knows nothing of cdk.json: the CDK command reads it. */
const contextOf = async (root: string): Promise<Record<string, unknown>> => {
  const { context } = JSON.parse(await readFile(join(root, 'cdk.json'), 'utf8')) as {
    context: Record<string, unknown>;
  };
  return context;
};
