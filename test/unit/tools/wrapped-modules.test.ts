import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from '@jest/globals';
import { build } from 'esbuild';
import { functionNames, functionSettings } from '../../../tools/bundle.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

it('no module of a function is wrapped, with all that it imports, to be loaded later', async () => {
  const functions = await functionNames(root);
  const { metafile } = await build({
    ...functionSettings,
    absWorkingDir: root,
    entryPoints: functions.map((name) => join('functions', name, 'index.ts')),
    outdir: 'out',
    write: false,
    metafile: true,
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
