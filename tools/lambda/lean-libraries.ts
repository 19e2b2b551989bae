import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'esbuild';

/** What no function ever runs, or runs a line of, and what stands in for it. */
const standIns: Readonly<Record<string, string>> = {
  '@aws-sdk/credential-provider-node': 'credentials.ts',
  '@smithy/core/event-streams': 'event-streams.ts',
  './ecc_decode': 'named-curves.ts',
  'asn1.js': 'asn1.ts',
  'bn.js': 'bn.ts',
  'readable-stream': 'streams.ts',
};
const replaced = new RegExp(
  `^(${Object.keys(standIns)
    .join('|')
    .replaceAll('.', String.raw`\.`)})$`,
);
const folder = join(dirname(fileURLToPath(import.meta.url)), 'stand-ins');

const constant = /^const (_\w+) = "([^"\\]*)";$/gm;
const computedKey = /\[(_\w+)\]:/g;

/**
 * Leaves out of the functions' bundles a third of them that never runs: parts of libraries that have a stand-in, and
 * the shapes of AWS operations that are not called. The AWS SDK describes all shapes of a service in one module, with
 * keys that are computed from constants of that module. A bundler has to believe that computing a key does something
 * and keeps them all; with the constants in their place it can leave shapes out. A module that looks otherwise some
 * day stays as it is.
 * @see docs/adr/0031-lean-bundles.md
 */
export const leanLibraries: Plugin = {
  name: 'lean-libraries',
  setup: (build) => {
    build.onResolve({ filter: replaced }, ({ path }) => ({
      path: join(folder, standIns[path] ?? ''),
    }));
    build.onLoad({ filter: /@aws-sdk[\\/].*[\\/]schemas[\\/]schemas_0\.js$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      const constants = new Map(
        [...source.matchAll(constant)].map(([, name, value]) => [name, value]),
      );
      const contents = source.replaceAll(computedKey, (key, name: string) => {
        const value = constants.get(name);
        return value === undefined ? key : `${JSON.stringify(value)}:`;
      });
      return { contents, loader: 'js' };
    });
  },
};
