import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { bundleFunctions, bundleScript } from '../../tools/bundle.ts';
import { hashInputs } from '../../tools/bundle-inputs.ts';
import { temporaryDirectory } from './stepkey-templates.ts';

const sourceTree = (): string => {
  const root = temporaryDirectory();
  for (const name of ['first', 'second']) {
    mkdirSync(join(root, 'functions', name), { recursive: true });
    writeFileSync(
      join(root, 'functions', name, 'index.ts'),
      "import { word } from '../../core/word.ts';\nexport const handler = (): string => word;\n",
    );
  }
  mkdirSync(join(root, 'functions/unfinished'));
  mkdirSync(join(root, 'core'));
  writeFileSync(join(root, 'core/word.ts'), "export const word: string = 'one';\n");
  return root;
};
const load = (file: string) => createRequire(import.meta.url)(file) as { handler: () => string };

describe('bundling the functions', () => {
  it('makes a CommonJS bundle with its own package.json of each function that has an entry', async () => {
    const root = sourceTree();
    const { directory, functions } = await bundleFunctions({
      root,
      outDirectory: join(root, 'out'),
    });
    expect(functions).toEqual(['first', 'second']);
    expect(readdirSync(join(directory, 'first')).sort()).toEqual([
      'index.js',
      'index.js.map',
      'package.json',
    ]);
    expect(load(join(directory, 'first/index.js')).handler()).toBe('one');
    expect(readFileSync(join(directory, 'first/index.js'), 'utf8')).not.toContain(
      'sourceMappingURL',
    );
  });

  it('bundles nothing while the tree is unchanged, and elsewhere once it changes', async () => {
    const root = sourceTree();
    const options = { root, outDirectory: join(root, 'out') };
    const before = await bundleFunctions(options);
    const { mtimeMs } = statSync(join(before.directory, 'first/index.js'));
    const again = await bundleFunctions(options);
    expect(again).toEqual(before);
    expect(statSync(join(again.directory, 'first/index.js')).mtimeMs).toBe(mtimeMs);
    writeFileSync(join(root, 'core/word.ts'), "export const word: string = 'two';\n");
    const after = await bundleFunctions(options);
    expect(after.directory).not.toBe(before.directory);
    expect(load(join(after.directory, 'first/index.js')).handler()).toBe('two');
    expect(load(join(before.directory, 'second/index.js')).handler()).toBe('one');
  });

  it('gives the same directory to two that bundle at once', async () => {
    const root = sourceTree();
    const options = { root, outDirectory: join(root, 'out') };
    const [one, other] = await Promise.all([bundleFunctions(options), bundleFunctions(options)]);
    expect(one).toEqual(other);
    expect(readdirSync(options.outDirectory)).toHaveLength(1);
  });
});

describe('bundling a script', () => {
  it('writes it once, and again when one of its sources changed', async () => {
    const root = sourceTree();
    const options = {
      root,
      entry: join(root, 'functions/first/index.ts'),
      outFile: join(root, 'runtime/index.cjs'),
    };
    await bundleScript(options);
    const { mtimeMs } = statSync(options.outFile);
    await bundleScript(options);
    expect(statSync(options.outFile).mtimeMs).toBe(mtimeMs);
    writeFileSync(join(root, 'core/word.ts'), "export const word: string = 'two';\n");
    await bundleScript(options);
    expect(load(options.outFile).handler()).toBe('two');
  });
});

describe('the name of inputs', () => {
  it('changes with a byte, a path and the salt, and with nothing else', () => {
    const [root, twin] = [sourceTree(), sourceTree()];
    const name = hashInputs(root, ['core', 'absent']);
    expect(hashInputs(twin, ['core', 'absent'])).toBe(name);
    expect(hashInputs(root, ['core', 'absent'], 'salt')).not.toBe(name);
    writeFileSync(join(root, 'absent'), '');
    expect(hashInputs(root, ['core', 'absent'])).not.toBe(name);
    writeFileSync(join(twin, 'core/word.ts'), "export const word: string = 'ome';\n");
    expect(hashInputs(twin, ['core', 'absent'])).not.toBe(name);
  });
});
