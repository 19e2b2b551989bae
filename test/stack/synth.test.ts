import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { synthesize } from '../../local/synth.ts';
import { functionNames, repository, temporaryDirectory } from './stepkey-templates.ts';

/** A tree with the repository's grants and token claims, and functions that do nothing. */
const tree = (): { root: string; cacheDirectory: string } => {
  const root = temporaryDirectory();
  for (const name of functionNames) {
    mkdirSync(join(root, 'functions', name), { recursive: true });
    writeFileSync(
      join(root, 'functions', name, 'index.ts'),
      `export const handler = () => '${name}';`,
    );
  }
  cpSync(join(repository, 'grants'), join(root, 'grants'), { recursive: true });
  cpSync(join(repository, 'identity'), join(root, 'identity'), { recursive: true });
  cpSync(join(repository, 'cdk.json'), join(root, 'cdk.json'));
  return { root, cacheDirectory: join(root, '.cache') };
};

const assetOf = (template: object, functionName: string): string => {
  const { Resources } = template as {
    Resources: Record<string, { Properties?: { FunctionName?: string; Code?: { S3Key: string } } }>;
  };
  const found = Object.values(Resources).find(
    ({ Properties }) => Properties?.FunctionName === functionName,
  );
  return found?.Properties?.Code?.S3Key.replace('.zip', '') ?? '';
};

describe('synthesizing for one machine', () => {
  it('gives every template in the order of deployment and a directory for each asset', async () => {
    const { templates, assets } = await synthesize(tree());
    expect(templates.map(({ stackName }) => stackName)).toEqual([
      'StepkeyIdentity',
      'StepkeyBroker',
      'StepkeyAudit',
    ]);
    const directory = assets[assetOf(templates[1]?.template ?? {}, 'stepkey-decide')] ?? '';
    expect(readdirSync(directory).sort()).toEqual(['grants.json', 'index.js', 'package.json']);
    expect(Object.keys(assets)).toHaveLength(functionNames.length);
  });

  it('reads the kept result while nothing changed, without bundling again', async () => {
    const options = tree();
    const first = await synthesize(options);
    rmSync(join(options.cacheDirectory, 'functions'), { recursive: true });
    expect(await synthesize(options)).toEqual(first);
    expect(existsSync(join(options.cacheDirectory, 'functions'))).toBe(false);
  });

  it('makes a new one when an input changed', async () => {
    const options = tree();
    const first = await synthesize(options);
    rmSync(join(options.root, 'grants/team-read.json'));
    const second = await synthesize(options);
    expect(JSON.stringify(first.templates)).toContain('stepkey-team-read');
    expect(JSON.stringify(second.templates)).not.toContain('stepkey-team-read');
  });

  it('makes another for another context, over that of cdk.json', async () => {
    const options = tree();
    const { templates } = await synthesize({
      ...options,
      context: { 'stepkey:identityMode': 'developer' },
    });
    expect(JSON.stringify(templates)).toContain('"IdentityMode":"developer"');
    const plain = await synthesize(options);
    expect(JSON.stringify(plain.templates)).toContain('"IdentityMode":"linked"');
  });

  it('leaves nothing half-made behind when it fails', async () => {
    const options = tree();
    rmSync(join(options.root, 'functions/api'), { recursive: true });
    await expect(synthesize(options)).rejects.toThrow(/"api"/);
    expect(readdirSync(join(options.cacheDirectory, 'synth'))).toEqual([]);
  });
});
