/**
 * What `@jest/globals` gives to a test, as far as tests that decide about `core` use it: they are collected into a list that can be run
 * thousands of times in one process. Mutation tests need that; under Jest itself each mutant would take seconds.
 */
import { createRequire } from 'node:module';
import { format } from 'node:util';

type Work = (...args: never[]) => unknown;

interface Group {
  readonly title: string;
  readonly parent: Group | null;
  readonly before: Work[];
  readonly beforeEach: Work[];
  readonly afterEach: Work[];
  readonly after: Work[];
}

export interface CollectedTest {
  readonly id: string;
  readonly file: string;
  readonly group: Group;
  readonly run: () => Promise<void>;
}

// As Jest itself finds it: it is no dependency of ours.
const besideJest = createRequire(createRequire(import.meta.url).resolve('@jest/globals'));
const { jestExpect: expect } = besideJest('@jest/expect') as { jestExpect: unknown };
const { ModuleMocker } = besideJest('jest-mock') as {
  ModuleMocker: new (world: typeof globalThis) => { readonly spyOn: Work };
};
const mocker = new ModuleMocker(globalThis);

const groupOf = (title: string, parent: Group | null): Group => ({
  title,
  parent,
  before: [],
  beforeEach: [],
  afterEach: [],
  after: [],
});

/** From the outermost inwards. */
const linesOf = (group: Group | null): readonly Group[] =>
  group === null ? [] : [...linesOf(group.parent), group];

const titleOf = (title: string, row: readonly unknown[], index: number): string =>
  `${format(title, ...row.slice(0, (title.match(/%[sdifjoO]/g) ?? []).length))} (${String(index)})`;

type Each = (
  table: readonly unknown[],
) => (title: string, work: Work, timeoutMillis?: number) => void;

/** What one file of tests declares while it is evaluated. */
export const collectTests = (file: string) => {
  const root = groupOf(file, null);
  let group = root;
  const tests: CollectedTest[] = [];
  const ids = new Set<string>();

  const describe = (title: string, work: Work): void => {
    const outer = group;
    group = groupOf(title, outer);
    work();
    group = outer;
  };
  const it = (title: string, work: Work): void => {
    let id = [...linesOf(group), { title }].map((line) => line.title).join(' > ');
    while (ids.has(id)) id += "'";
    ids.add(id);
    tests.push({
      id,
      file,
      group,
      run: async () => {
        await work();
      },
    });
  };
  const eachOf =
    (declare: (title: string, work: Work) => void): Each =>
    (table) =>
    (title, work) => {
      table.forEach((cell, index) => {
        const row = Array.isArray(cell) ? (cell as unknown[]) : [cell];
        declare(titleOf(title, row, index), () =>
          (work as (...args: unknown[]) => unknown)(...row),
        );
      });
    };
  const words = {
    expect,
    jest: { spyOn: mocker.spyOn.bind(mocker) },
    describe: Object.assign(describe, { each: eachOf(describe) }),
    it: Object.assign(it, { each: eachOf(it) }),
    beforeAll: (work: Work) => void group.before.push(work),
    beforeEach: (work: Work) => void group.beforeEach.push(work),
    afterEach: (work: Work) => void group.afterEach.push(work),
    afterAll: (work: Work) => void group.after.push(work),
  };
  return { words, tests };
};

const runAll = async (works: readonly Work[]): Promise<void> => {
  for (const work of works) await work();
};

/**
 * Runs tests in the order of their file; a group's `beforeAll` once, before its first.
 * @param tell told of each test's end; true ends the run
 */
export const runTests = async (
  tests: readonly CollectedTest[],
  begin: (test: CollectedTest) => void,
  tell: (test: CollectedTest, failure: unknown) => boolean,
): Promise<void> => {
  const entered = new Set<Group>();
  for (const test of tests) {
    const groups = linesOf(test.group);
    let failure: unknown = null;
    begin(test);
    try {
      for (const group of groups.filter((line) => !entered.has(line))) {
        entered.add(group);
        await runAll(group.before);
      }
      for (const group of groups) await runAll(group.beforeEach);
      await test.run();
    } catch (error) {
      failure = error ?? new Error('thrown without an error');
    }
    try {
      for (const group of [...groups].reverse()) await runAll(group.afterEach);
    } catch (error) {
      failure ??= error;
    }
    if (tell(test, failure)) break;
  }
  for (const group of entered) await runAll(group.after);
};
