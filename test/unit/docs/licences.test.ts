import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const root = join(import.meta.dirname, '../../..');
const textOf = (path: string): string => readFileSync(join(root, path), 'utf8');

interface LockedPackage {
  readonly license?: string;
  readonly integrity?: string;
  readonly resolved?: string;
  /** Part of another package, and of its hash. */
  readonly inBundle?: true;
}

const { packages } = JSON.parse(textOf('package-lock.json')) as {
  packages: Readonly<Record<string, LockedPackage>>;
};
const installed = Object.entries(packages)
  .filter(([path]) => path !== '')
  .map(([path, locked]) => ({ name: path.split('node_modules/').at(-1) ?? path, ...locked }));
const [licences = '', unnamed = ''] = textOf('docs/licences.md').split('package without a word');
const firstCells = (text: string): string[] =>
  [...text.matchAll(/^\| ([^|]+?) +\|/gm)]
    .map(([, cell = '']) => cell)
    .filter((cell) => cell !== 'licence' && !cell.startsWith('-'));
const allowed = firstCells(licences);
const explained = firstCells(unnamed);

describe('every package of the lock file', () => {
  it('has a licence of the list, or is explained there', () => {
    const others = installed.filter(({ name, license }) =>
      license === undefined ? !explained.includes(name) : !allowed.includes(license),
    );
    expect(others.map(({ name, license }) => [name, license])).toEqual([]);
  });

  it('leaves no line of the list without a package', () => {
    const seen = new Set(installed.map(({ license }) => license));
    expect(allowed.filter((licence) => !seen.has(licence))).toEqual([]);
    const names = new Set(installed.map(({ name }) => name));
    expect(explained.filter((name) => !names.has(name))).toEqual([]);
  });

  it('is installed by its hash, from whatever registry', () => {
    expect(
      installed.filter(({ integrity, inBundle }) => integrity === undefined && !inBundle),
    ).toEqual([]);
    expect(installed.filter(({ resolved }) => resolved !== undefined)).toEqual([]);
  });
});
