/**
 * `npm run test:mutation [-- <room> … | <room>/<file>.ts …] [-- --resume]`: the mutants of `core`, one room after the
 * other, so that what one room gave is kept whatever becomes of the next. `--resume` takes over what an earlier run found, as far as neither the
 * mutated code nor the tests that decide have changed. The last lines are the table of docs/mutation.md; the exit code is
 * 1 where a room, or all of them together, come below the floor of stryker.config.json.
 */
import { appendFileSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { Stryker } from '@stryker-mutator/core';
import { countsOf, noCounts, scoreOf, sumOf, tableOf, type Counts } from './scores.ts';

const root = join(import.meta.dirname, '../..');
const { mutate, thresholds } = JSON.parse(
  readFileSync(join(root, 'stryker.config.json'), 'utf8'),
) as { mutate: readonly string[]; thresholds: { break: number } };

/** The directories of `core` that are mutated, and `core` for the files that are in none. */
const rooms = [
  'core',
  ...readdirSync(join(root, 'core'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !mutate.includes(`!core/${entry.name}/**`))
    .map(({ name }) => name)
    .sort(),
];

const { values, positionals } = parseArgs({
  options: { resume: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const roomOf = (part: string): string => part.split('/')[0] ?? '';
const unknown = positionals.filter((part) => !rooms.includes(roomOf(part)));
if (unknown.length > 0) throw new Error(`no room of core: ${unknown.join(', ')}`);

// Its own processes read TypeScript, too.
process.env['NODE_OPTIONS'] = '--import tsx';

/** @param part a room, or one file of it: what is known of its other files counts as well */
const countsIn = async (part: string): Promise<Counts> => {
  const room = roomOf(part);
  const files = `core/${part === room ? `${part}/*.ts` : part}`.replace('core/core/', 'core/');
  const mutants = await new Stryker({
    mutate: [files, ...mutate.filter((pattern) => pattern.startsWith('!'))],
    incremental: true,
    incrementalFile: `.cache/stryker/${room}.json`,
    force: !values.resume,
  }).runMutationTest();
  return countsOf(mutants.map(({ status }) => status));
};

const results: [string, Counts][] = [];
for (const part of positionals.length > 0 ? positionals : rooms) {
  results.push([part, await countsIn(part)]);
}
const all: [string, Counts] = ['all', results.map(([, counts]) => counts).reduce(sumOf, noCounts)];
const table = `${tableOf([...results, all])}\n`;
process.stdout.write(table);
// On the page of a run at GitHub.
const { GITHUB_STEP_SUMMARY: summary } = process.env;
if (summary !== undefined) appendFileSync(summary, table);
const low = [...results, all].filter(([, counts]) => scoreOf(counts) < thresholds.break);
for (const [room] of low) {
  process.stdout.write(`${room}: below the floor of ${String(thresholds.break)} %\n`);
}
process.exitCode = low.length > 0 ? 1 : 0;
