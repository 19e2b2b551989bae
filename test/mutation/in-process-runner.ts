/**
 * Runs the tests of `core` for Stryker, all mutants in one process: what Jest takes seconds for, per mutant, takes
 * milliseconds here. For every mutant the files that contain it are evaluated anew, so that mutants of constants count
 * and nothing is left over from the mutant before.
 * @see https://stryker-mutator.io/docs/stryker-js/guides/create-a-plugin/
 */
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { relative } from 'node:path';
import type { InstrumenterContext } from '@stryker-mutator/api/core';
import { declareClassPlugin, PluginKind } from '@stryker-mutator/api/plugin';
import {
  determineHitLimitReached,
  DryRunStatus,
  TestStatus,
  toMutantRunResult,
  type DryRunResult,
  type MutantRunOptions,
  type MutantRunResult,
  type TestResult,
  type TestRunner,
} from '@stryker-mutator/api/test-runner';
import { runTests } from './jest-words.ts';
import { bundleTests, type TestBundle } from './test-bundles.ts';

/** What decides whether a mutant of `core` lives. */
const directories = ['test/unit/core', 'test/property/core'];

/**
 * A mutant has to die by the tests of its own room: `core/grants/decide.ts` by those in `core/grants/` and by the properties
 * of core. What other rooms notice of it besides is luck, and takes long.
 */
const roomOf = (mutated: string): string => {
  const room = /^core\/[^/]+\//.exec(mutated)?.[0];
  return room ?? 'core/';
};

const messageOf = (failure: unknown): string =>
  failure instanceof Error ? (failure.stack ?? failure.message) : String(failure);

class InProcessRunner implements TestRunner {
  #bundles: readonly TestBundle[] = [];

  capabilities() {
    return { reloadEnvironment: true };
  }

  async init(): Promise<void> {
    this.#bundles = await bundleTests(process.cwd(), directories);
  }

  async dryRun(): Promise<DryRunResult> {
    const result = await this.#run(this.#bundles, null, true);
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
    if (hitLimit !== undefined) Object.assign(context, { hitCount: 0, hitLimit });
    context.activeMutant = activeMutant.id;
    const bundles = this.#bundles.filter(
      ({ file, inputs }) =>
        inputs.has(mutated) &&
        (file.startsWith('test/property/') || file.includes(roomOf(mutated))),
    );
    const wanted = testFilter === undefined ? null : new Set(testFilter);
    const result = await this.#run(bundles, wanted, disableBail);
    const limited = determineHitLimitReached(context.hitCount, context.hitLimit);
    return toMutantRunResult(limited ?? result);
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
      let startedAt = 0;
      try {
        const collected = bundle.load();
        await runTests(
          wanted === null ? collected : collected.filter(({ id }) => wanted.has(id)),
          ({ id }) => {
            this.#context.currentTestId = id;
            startedAt = performance.now();
          },
          ({ id, file }, failure) => {
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
        const { file } = bundle;
        tests.push({
          id: file,
          name: file,
          timeSpentMs: 0,
          status: TestStatus.Failed,
          failureMessage,
        });
      } finally {
        delete this.#context.currentTestId;
      }
      if (!isWhole && tests.at(-1)?.status === TestStatus.Failed) break;
    }
    return { status: DryRunStatus.Complete, tests };
  }
}

export const strykerPlugins = [
  declareClassPlugin(PluginKind.TestRunner, 'in-process', InProcessRunner),
];
