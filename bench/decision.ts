/** What a decision costs, bundled as the functions are: a loader of TypeScript would cost more than what is measured. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Bench, Figure } from './bench.ts';
import { brokerCore, pin } from './pinned.ts';

const pathOf = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export const bench: Bench = {
  name: 'decision',
  measure: async ({ quick }) => {
    const outfile = pathOf('../.cache/bench/decision.mjs');
    await build({
      entryPoints: [pathOf('./decision/measure.ts')],
      outfile,
      bundle: true,
      platform: 'node',
      target: 'node20',
      format: 'esm',
      minify: true,
      logLevel: 'error',
    });
    const child = fork(outfile, [pathOf('../grants'), quick ? '--quick' : '--full'], {
      execArgv: [],
    });
    pin(child.pid ?? 0, brokerCore);
    const [figures] = (await once(child, 'message')) as [readonly Figure[]];
    return figures;
  },
};
