/** How large each function is, and how long a new process takes to load it. */
import type { Bench, Figure } from './bench.ts';
import { deployedFunctions } from './cold-start/deployed-functions.ts';
import { limitsOf } from './cold-start/limits.ts';
import { loadTimes } from './cold-start/load-times.ts';

export const bench: Bench = {
  name: 'cold-start',
  measure: async ({ quick, progress }) => {
    const functions = await deployedFunctions();
    progress(`${String(functions.length)} bundles`);
    const times = loadTimes(functions, quick ? 3 : 15);
    return functions.flatMap(({ name, gzipBytes }): Figure[] => [
      {
        name: `${name}, gzip`,
        unit: 'kB',
        values: [gzipBytes / 1000],
        bar: { atMost: limitsOf(name).gzipBytes / 1000 },
      },
      {
        name: `${name}, loaded`,
        unit: 'ms',
        values: (times.get(name) ?? []).map(({ millis }) => millis),
        bar: { atMost: limitsOf(name).loadMillis },
      },
    ]);
  },
};
