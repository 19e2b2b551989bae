/**
 * Runs the tests of `core` for Stryker, all mutants in one process: what Jest takes seconds for, per mutant, takes
 * milliseconds here. For every mutant the files that contain it are evaluated anew, so that mutants of constants count
 * and nothing is left over from the mutant before.
 * @see https://stryker-mutator.io/docs/stryker-js/guides/create-a-plugin/
 */
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { basename, dirname, relative } from 'node:path';
import type { InstrumenterContext } from '@stryker-mutator/api/core';
import { declareClassPlugin, PluginKind } from '@stryker-mutator/api/plugin';
import {
  determineHitLimitReached,
  DryRunStatus,
  TestStatus,
  toMutantRunResult,
  type DryRunOptions,
  type DryRunResult,
  type MutantRunOptions,
  type MutantRunResult,
  type TestResult,
  type TestRunner,
} from '@stryker-mutator/api/test-runner';
import { runTests } from './jest-words.ts';
import { bundleTests, type TestBundle } from './test-bundles.ts';

const functionTests = 'test/unit/functions';
/** What decides whether a mutant of `core` lives: of all tests those that need no twin. */
const deciding = [
  'test/unit/core',
  functionTests,
  'test/unit/docs/generated.test.ts',
  'test/property/core',
];

/**
 * A mutant has to die by the tests of its own room, by the properties of core, or by the tests of the functions that the
 * room is for, or because what is generated from it is another: `core/grants/decide.ts` by those in `core/grants/`, not by those in `core/session/`, which notice something
 * of it by luck. What is in no room is for all of them.
 */
const mayKill = (test: string, mutated: string): boolean =>
  !test.startsWith('test/unit/core/') ||
  dirname(mutated) === 'core' ||
  dirname(test) === `test/unit/${dirname(mutated)}`;

/**
 * Stryker's own limit is a hundred times what all tests together need, as it thinks of properties that look for the
 * smallest failure, which ours do not: of a loop in the midst of tokens that takes minutes.
 */
const hitLimitOf = (limit: number): number => Math.min(limit, Math.max(limit / 10, 10_000));

const nameOf = (file: string): string => basename(file).replace(/(\.test)?\.ts$/, '');

const messageOf = (failure: unknown): string =>
  failure instanceof Error ? (failure.stack ?? failure.message) : String(failure);

class InProcessRunner implements TestRunner {
  #bundles: readonly TestBundle[] = [];
  /** How long a file of tests took at most, as far as it was run to its end. */
  readonly #spentMillis = new Map<string, number>();
  /** The file of tests that killed the last mutant of a file: it kills the next one, more often than any other. */
  readonly #lastKiller = new Map<string, string>();

  capabilities() {
    return { reloadEnvironment: true };
  }

  async init(): Promise<void> {
    this.#bundles = await bundleTests(process.cwd(), deciding);
  }

  async dryRun({ files = [] }: DryRunOptions): Promise<DryRunResult> {
    const mutated = files.map((file) => relative(process.cwd(), file));
    const bundles = this.#bundles.filter(({ file, inputs }) =>
      mutated.some((input) => inputs.has(input) && mayKill(file, input)),
    );
    const result = await this.#run(bundles, null, true);
    return result.status === DryRunStatus.Complete
      ? { ...result, mutantCoverage: this.#context.mutantCoverage ?? { static: {}, perTest: {} } }
      : result;
  }

  async mutantRun(options: MutantRunOptions): Promise<MutantRunResult> {
    const { activeMutant, testFilter, hitLimit, sandboxFileName, disableBail } = options;
    const mutated = relative(process.cwd(), sandboxFileName);
    const context = this.#context;
    delete context.hitCount;
    delete context.hitLimit;
    if (hitLimit !== undefined) {
      Object.assign(context, { hitCount: 0, hitLimit: hitLimitOf(hitLimit) });
    }
    context.activeMutant = activeMutant.id;
    const wanted = testFilter === undefined ? null : new Set(testFilter);
    const result = await this.#run(this.#bundlesFor(mutated, wanted), wanted, disableBail);
    const failed = result.status === DryRunStatus.Complete ? result.tests.at(-1) : undefined;
    if (failed?.status === TestStatus.Failed) this.#lastKiller.set(mutated, failed.fileName ?? '');
    const limited = determineHitLimitReached(context.hitCount, context.hitLimit);
    return toMutantRunResult(limited ?? result);
  }

  /**
   * The last killer and the file's own tests first, then the quickest: most mutants die early. Where it is not known
   * which tests a mutant concerns, because it is evaluated when files are loaded, those of the functions are not asked:
   * they would be asked for each in vain, for minutes.
   */
  #bundlesFor(mutated: string, wanted: ReadonlySet<string> | null): readonly TestBundle[] {
    const files =
      wanted === null ? null : new Set(Array.from(wanted, (id) => id.slice(0, id.indexOf(' > '))));
    const killer = this.#lastKiller.get(mutated);
    const rank = ({ file }: TestBundle): number => {
      if (file === killer) return -2;
      return nameOf(file) === nameOf(mutated) ? -1 : (this.#spentMillis.get(file) ?? 0);
    };
    return this.#bundles
      .filter(({ file, inputs }) =>
        files === null
          ? inputs.has(mutated) && mayKill(file, mutated) && !file.startsWith(functionTests)
          : files.has(file),
      )
      .sort((one, other) => rank(one) - rank(other));
  }

  get #context(): InstrumenterContext {
    const world = globalThis as { __stryker__?: InstrumenterContext };
    return (world.__stryker__ ??= {});
  }

  /** @param wanted ids of tests; null for all */
  async #run(
    bundles: readonly TestBundle[],
    wanted: ReadonlySet<string> | null,
    isWhole: boolean,
  ): Promise<DryRunResult> {
    const tests: TestResult[] = [];
    for (const bundle of bundles) {
      const { file } = bundle;
      const bundleStartedAt = performance.now();
      let startedAt = 0;
      try {
        const collected = bundle.load();
        await runTests(
          wanted === null ? collected : collected.filter(({ id }) => wanted.has(id)),
          ({ id }) => {
            this.#context.currentTestId = id;
            startedAt = performance.now();
          },
          ({ id }, failure) => {
            const result = {
              id,
              name: id,
              fileName: file,
              timeSpentMs: performance.now() - startedAt,
            };
            tests.push(
              failure === null
                ? { ...result, status: TestStatus.Success }
                : { ...result, status: TestStatus.Failed, failureMessage: messageOf(failure) },
            );
            return failure !== null && !isWhole;
          },
        );
      } catch (error) {
        // A mutant that breaks the evaluation itself is as dead as one that fails a test.
        const failureMessage = messageOf(error);
        tests.push({
          id: file,
          name: file,
          fileName: file,
          timeSpentMs: 0,
          status: TestStatus.Failed,
          failureMessage,
        });
      } finally {
        delete this.#context.currentTestId;
      }
      if (!isWhole && tests.at(-1)?.status === TestStatus.Failed) break;
      const spent = performance.now() - bundleStartedAt;
      this.#spentMillis.set(file, Math.max(spent, this.#spentMillis.get(file) ?? 0));
    }
    return { status: DryRunStatus.Complete, tests };
  }
}

export const strykerPlugins = [
  declareClassPlugin(PluginKind.TestRunner, 'in-process', InProcessRunner),
];
