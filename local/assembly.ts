/** Reads what `cdk synth` wrote (`cdk.out`), so that an app of a user's own runs on the twin. Loads no CDK. */
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Synthesis } from './synth.ts';

interface Artifact {
  readonly type: string;
  readonly dependencies?: readonly string[];
  readonly properties?: {
    readonly templateFile?: string;
    readonly stackName?: string;
    readonly file?: string;
  };
}

interface AssetFile {
  readonly files?: Readonly<
    Record<string, { readonly source: { readonly path?: string; readonly packaging?: string } }>
  >;
}

const readJson = async (directory: string, file: string): Promise<unknown> =>
  JSON.parse(await readFile(join(directory, file), 'utf8'));

/** Each after those that it depends on. */
const inOrder = (artifacts: Readonly<Record<string, Artifact>>): readonly string[] => {
  const done = new Set<string>();
  const visit = (id: string): void => {
    if (done.has(id)) return;
    for (const other of artifacts[id]?.dependencies ?? []) visit(other);
    done.add(id);
  };
  Object.keys(artifacts).forEach(visit);
  return [...done];
};

/** @param directory of the assembly, with its `manifest.json`; nested assemblies (stages) are not read */
export const readAssembly = async (directory: string): Promise<Synthesis> => {
  const { artifacts = {} } = (await readJson(directory, 'manifest.json')) as {
    artifacts?: Record<string, Artifact>;
  };
  const templates: { stackName: string; template: object }[] = [];
  const assets: Record<string, string> = {};
  for (const id of inOrder(artifacts)) {
    const { type, properties = {} } = artifacts[id] ?? { type: '' };
    if (type === 'aws:cloudformation:stack' && properties.templateFile !== undefined) {
      templates.push({
        stackName: properties.stackName ?? id,
        template: (await readJson(directory, properties.templateFile)) as object,
      });
    }
    if (type === 'cdk:asset-manifest' && properties.file !== undefined) {
      const { files = {} } = (await readJson(directory, properties.file)) as AssetFile;
      for (const [hash, { source }] of Object.entries(files)) {
        if (source.packaging === 'zip' && source.path !== undefined) {
          assets[hash] = resolve(directory, source.path);
        }
      }
    }
  }
  return { templates, assets };
};
