import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const root = join(import.meta.dirname, '../../..');

const textsUnder = (...directories: string[]): string =>
  directories
    .flatMap((directory) =>
      readdirSync(join(root, directory), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && /\.(ts|json)$/.test(entry.name))
        .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8')),
    )
    .join('\n');

const idsIn = (text: string, pattern: RegExp): string[] =>
  [...new Set([...text.matchAll(pattern)].map((match) => match[1] ?? ''))].sort();

describe('controls', () => {
  const documented = idsIn(
    readFileSync(join(root, 'docs/controls.md'), 'utf8'),
    /^\| (SEC-\d\d) /gm,
  );

  it('are each a line in the code', () => {
    const inCode = textsUnder('core', 'functions', 'adapters', 'stacks', 'statemachines');
    expect(idsIn(inCode, /control (SEC-\d\d)/g)).toEqual(documented);
  });

  it('are each the title of a test', () => {
    const titles = textsUnder('test');
    expect(idsIn(titles, /\[(SEC-\d\d)\]/g)).toEqual(documented);
  });
});
