import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const root = join(import.meta.dirname, '../../..');
const textOf = (path: string): string => readFileSync(join(root, path), 'utf8');
const promises = textOf('docs/promises.md');
const security = textOf('SECURITY.md');

/** The rows of all tables, by their cells, without heads and rules. */
const rowsOf = (text: string): readonly (readonly string[])[] =>
  text
    .split('\n')
    .filter((line) => line.startsWith('|') && !line.startsWith('| -'))
    .map((line) =>
      line
        .slice(1, line.lastIndexOf('|'))
        .split(' | ')
        .map((cell) => cell.trim()),
    )
    .filter((cells) => !['promise', 'threat'].includes(cells[0] ?? ''));

/** What a cell names: `file` “part of a title”, “another”. */
const namedIn = (cell: string): readonly { readonly file: string; readonly title: string }[] =>
  [...cell.matchAll(/`(test\/[^`]+)`((?:,? “[^”]+”)+)/g)].flatMap(([, file = '', titles = '']) =>
    [...titles.matchAll(/“([^”]+)”/g)].map(([, title = '']) => ({ file, title })),
  );

/** As a title is written in its file: quotes escaped, over several lines or not. */
const isIn = ({ file, title }: { readonly file: string; readonly title: string }): boolean =>
  existsSync(join(root, file)) && textOf(file).includes(title);

const rows = [...rowsOf(promises), ...rowsOf(security)];

describe('promises and threats', () => {
  it.each(rows.map((cells) => [cells[0] ?? '', cells.at(-1) ?? ''] as const))(
    'each name a test that is there: %s',
    (_, cell) => {
      const named = namedIn(cell);
      expect(named.length).toBeGreaterThan(0);
      expect(named.filter((test) => !isIn(test))).toEqual([]);
    },
  );

  it('are there for every point: tokens, scopes, cache, faults, herd, resources, page, templates, secrets', () => {
    const points = [...promises.matchAll(/^## (\d+)\. /gm)].map(([, number]) => Number(number));
    expect(points).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('name every file of the security suite, and every soak', () => {
    const files = ['test/security', 'test/soak'].flatMap((directory) =>
      readdirSync(join(root, directory))
        .filter((name) => name.endsWith('.test.ts'))
        .map((name) => `${directory}/${name}`),
    );
    const named = new Set(
      rows.flatMap((cells) => namedIn(cells.at(-1) ?? '')).map(({ file }) => file),
    );
    expect(files.filter((file) => !named.has(file))).toEqual([]);
  });

  it('mention no control that there is not', () => {
    const controls = new Set(textOf('docs/controls.md').match(/SEC-\d\d/g));
    const mentioned = [...new Set(`${promises}${security}`.match(/SEC-\d\d/g))];
    expect(mentioned.filter((control) => !controls.has(control))).toEqual([]);
  });
});

describe('the commands of the suite', () => {
  const { scripts } = JSON.parse(textOf('package.json')) as { scripts: Record<string, string> };

  it('are there', () => {
    expect(Object.keys(scripts)).toEqual(
      expect.arrayContaining(['test:security', 'test:soak', 'test:mutation']),
    );
  });

  it('run every soak', () => {
    const run = textOf('test/soak/run.ts');
    const soaks = readdirSync(join(root, 'test/soak')).filter((name) => name.endsWith('.test.ts'));
    expect(soaks.filter((name) => !run.includes(`test/soak/${name}`))).toEqual([]);
  });

  it('the mutation score has a floor of 85 %', () => {
    const { thresholds, mutate, ...others } = JSON.parse(textOf('stryker.config.json')) as {
      thresholds: { break: number };
      mutate: string[];
    };
    expect(thresholds.break).toBeGreaterThanOrEqual(85);
    expect(mutate).toContain('core/**/*.ts');
    expect(others).toMatchObject({ ignoreStatic: false });
    expect(others).not.toHaveProperty('mutator');
  });

  it('the mutation score is told of every room, and of none below its floor', () => {
    const rows = [
      ...textOf('docs/mutation.md').matchAll(/^\| ([\w-]+) +\|.*\| +([\d.]+) % +\|$/gm),
    ];
    const rooms = readdirSync(join(root, 'core'), { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && entry.name !== 'contracts')
      .map(({ name }) => name);
    expect(rows.map(([, room]) => room).sort()).toEqual(['all', 'core', ...rooms].sort());
    expect(rows.filter(([, , score]) => Number(score) < 85)).toEqual([]);
  });
});
