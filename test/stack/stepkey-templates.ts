import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { afterAll } from '@jest/globals';
import { addStepkeyStacks } from '../../stacks/stepkey-app.ts';

export const repository = join(import.meta.dirname, '../..');

const temporaryDirectories: string[] = [];

export const temporaryDirectory = (): string => {
  const directory = mkdtempSync(join(tmpdir(), 'stepkey-stack-test-'));
  temporaryDirectories.push(directory);
  return directory;
};

afterAll(() => {
  for (const directory of temporaryDirectories) rmSync(directory, { recursive: true, force: true });
});

/** The folders that functions are made of, as the bundler finds them. */
export const functionNames: readonly string[] = readdirSync(join(repository, 'functions'))
  .filter((name) => existsSync(join(repository, 'functions', name, 'index.ts')))
  .sort();

/** Bundles that do nothing: a stack test is about the template, not about what the functions do. */
export const emptyBundles = (functions: readonly string[] = functionNames): string => {
  const directory = temporaryDirectory();
  for (const name of functions) {
    mkdirSync(join(directory, name));
    writeFileSync(join(directory, name, 'index.js'), `exports.handler = async () => '${name}';\n`);
    writeFileSync(join(directory, name, 'package.json'), '{"type":"commonjs"}\n');
  }
  return directory;
};

export const createApp = (context: Readonly<Record<string, unknown>> = {}): App => {
  const cdk = JSON.parse(readFileSync(join(repository, 'cdk.json'), 'utf8')) as {
    context: Record<string, unknown>;
  };
  return new App({
    outdir: temporaryDirectory(),
    context: { ...cdk.context, ...context, 'aws:cdk:bundling-stacks': [] },
    builtinCloudFormationValidation: false,
    treeMetadata: false,
    analyticsReporting: false,
  });
};

export interface StepkeyTemplates {
  readonly app: App;
  readonly stagingDirectory: string;
  readonly identity: Template;
  readonly broker: Template;
  readonly audit: Template;
}

/** The deployment's templates; synthesizing takes most of a second, so once per test file. */
export const synthesizeStepkey = (
  context: Readonly<Record<string, unknown>> = {},
): StepkeyTemplates => {
  const app = createApp(context);
  const stagingDirectory = temporaryDirectory();
  addStepkeyStacks(app, {
    root: repository,
    functionsDirectory: emptyBundles(),
    stagingDirectory,
  });
  const assembly = app.synth();
  const templateOf = (name: string) =>
    Template.fromJSON(assembly.getStackByName(name).template as Record<string, unknown>);
  return {
    app,
    stagingDirectory,
    identity: templateOf('StepkeyIdentity'),
    broker: templateOf('StepkeyBroker'),
    audit: templateOf('StepkeyAudit'),
  };
};
