import { readdir } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from '@jest/globals';
import { build } from 'esbuild';
import { leanLibraries } from '../../../tools/lambda/lean-libraries.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

it('no module of a function is wrapped, with all that it imports, to be loaded later', async () => {
  const entryPoints = (await readdir(join(root, 'functions')))
    .map((name) => join('functions', name, 'index.ts'))
    .filter((path) => existsSync(join(root, path)));
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints,
    outdir: 'out',
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    format: 'cjs',
    mainFields: ['module', 'main'],
    plugins: [leanLibraries],
  });
  const bundled = Object.values(metafile.outputs).flatMap(({ inputs }) =>
    Object.entries(inputs).flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? path : [])),
  );
  const loadedLater = new Set(
    bundled.flatMap((path) =>
      (metafile.inputs[path]?.imports ?? []).flatMap(({ kind, external, path: imported }) =>
        kind === 'dynamic-import' && external !== true ? imported : [],
      ),
    ),
  );
  // It imports nothing.
  expect([...loadedLater]).toEqual(['tools/lambda/stand-ins/event-streams.ts']);
});
