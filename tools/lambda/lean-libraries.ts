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
};
const replaced = new RegExp(
  `^(${Object.keys(standIns)
    .join('|')
    .replaceAll('.', String.raw`\.`)})$`,
);
const folder = join(dirname(fileURLToPath(import.meta.url)), 'stand-ins');

const constant = /^const (_\w+) = "([^"\\]*)";$/gm;
const computedKey = /\[(_\w+)\]:/g;
const errorOfService = /^n0_registry\.registerError\((\w+)\$, \w+\);$/gm;

/** Of these the SDK knows more than a name and a message: what stands in the table, and that asking again may help. */
const keptErrors = new Set([
  'ConditionalCheckFailedException',
  'ReplicatedWriteConflictException',
  'TransactionInProgressException',
]);

/** What answers in AWS's JSON names an error as its class: where no class is known, the SDK makes one of that name. */
const speaksJson =
  /client-(cloudwatch-logs|cognito-identity|cognito-identity-provider|dynamodb|eventbridge|kms|sfn)[\\/]/;

/**
 * Leaves out of the functions' bundles a third of them that never runs: parts of libraries that have a stand-in, and
 * the shapes of AWS operations that are not called. The AWS SDK describes all shapes of a service in one module, with
 * keys that are computed from constants of that module. A bundler has to believe that computing a key does something
 * and keeps them all; with the constants in their place it can leave shapes out. A module that looks otherwise some
 * day stays as it is.
 * @see docs/adr/0040-lean-bundles.md
 */
export const leanLibraries: Plugin = {
  name: 'lean-libraries',
  setup: (build) => {
    build.onResolve({ filter: replaced }, ({ path }) => ({
      path: join(folder, standIns[path] ?? ''),
    }));
    build.onResolve({ filter: /^@aws-sdk\/client-kms$/ }, ({ importer }) =>
      importer.includes('kms_keyring_node') ? { path: join(folder, 'kms.ts') } : undefined,
    );
    build.onLoad({ filter: /@aws-sdk[\\/].*[\\/]schemas[\\/]schemas_0\.js$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      const constants = new Map(
        [...source.matchAll(constant)].map(([, name, value]) => [name, value]),
      );
      const shapes = source.replaceAll(computedKey, (key, name: string) => {
        const value = constants.get(name);
        return value === undefined ? key : `${JSON.stringify(value)}:`;
      });
      const contents = speaksJson.test(path)
        ? shapes.replaceAll(errorOfService, (line, name: string) =>
            keptErrors.has(name) ? line : '',
          )
        : shapes;
      return { contents, loader: 'js' };
    });
    build.onLoad({ filter: /@aws-sdk[\\/][^\\/]+[\\/]package\.json$/ }, async ({ path }) => {
      const { version } = JSON.parse(await readFile(path, 'utf8')) as { version: string };
      return { contents: JSON.stringify({ version }), loader: 'json' };
    });
  },
};
