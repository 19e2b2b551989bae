/**
 * `npm run budget [-- --update]`: fails where a function grew by more than a tenth since bench/cold-start/budget.json
 * was written, in bytes or in the time to load it, or is above its limit. Load times count as multiples of a library's
 * that is loaded in the same run, by processor time and by the best of many: a busy machine is no failure.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { deployedFunctions } from './cold-start/deployed-functions.ts';
import { limitsOf } from './cold-start/limits.ts';
import { loadTimes, type LoadTime } from './cold-start/load-times.ts';

const file = new URL('cold-start/budget.json', import.meta.url);
const growth = 1.1;
/** By so much of the reference two machines may differ; measured on one, the best times differ by less. */
const betweenMachines = 0.1;
const rounds = 5;
const tries = 4;

interface Cost {
  readonly gzipBytes: number;
  /** As a multiple of what the reference takes. */
  readonly load: number;
}

const functions = await deployedFunctions();

const best = (times: readonly LoadTime[]): number =>
  Math.min(...times.map(({ processorMillis }) => processorMillis));

const measured: LoadTime[][] = [];
const costs = (): Map<string, Cost> => {
  const times = loadTimes(functions, rounds);
  for (const [index, name] of [...times.keys()].entries()) {
    (measured[index] ??= []).push(...(times.get(name) ?? []));
  }
  const [reference = []] = measured;
  return new Map(
    functions.map(({ name, gzipBytes }, index) => [
      name,
      { gzipBytes, load: best(measured[index + 1] ?? []) / best(reference) },
    ]),
  );
};

const faultsOf = (name: string, cost: Cost, allowed: Cost | undefined): string[] => {
  if (allowed === undefined) return [`${name} has no budget yet`];
  return [
    ...(cost.gzipBytes > limitsOf(name).gzipBytes
      ? [`${name} is above its limit: ${kilobytes(cost.gzipBytes)}`]
      : []),
    ...(cost.gzipBytes > allowed.gzipBytes * growth
      ? [`${name} grew from ${kilobytes(allowed.gzipBytes)} to ${kilobytes(cost.gzipBytes)}`]
      : []),
    ...(cost.load > allowed.load * growth + betweenMachines
      ? [`${name} took ${times(allowed.load)} to load, and takes ${times(cost.load)}`]
      : []),
  ];
};
const kilobytes = (bytes: number): string => `${(bytes / 1000).toFixed(1)} kB`;
const times = (load: number): string => `${load.toFixed(2)} × the reference`;

const faultsIn = (now: ReadonlyMap<string, Cost>): string[] => {
  const budget = JSON.parse(readFileSync(file, 'utf8')) as Record<string, Cost>;
  return [
    ...[...now].flatMap(([name, cost]) => faultsOf(name, cost, budget[name])),
    ...Object.keys(budget).flatMap((name) => (now.has(name) ? [] : [`${name} is no more`])),
  ];
};

if (process.argv.includes('--update')) {
  for (let run = 1; run < tries; run += 1) costs();
  const rounded = [...costs()].map(([name, { gzipBytes, load }]): [string, Cost] => [
    name,
    { gzipBytes, load: Number(load.toFixed(2)) },
  ]);
  writeFileSync(file, `${JSON.stringify(Object.fromEntries(rounded), null, 2)}\n`);
} else {
  let faults = faultsIn(costs());
  // More rounds can only lower a best time.
  for (let run = 1; run < tries && faults.length > 0; run += 1) faults = faultsIn(costs());
  for (const fault of faults) process.stderr.write(`${fault}\n`);
  if (faults.length > 0) {
    process.stderr.write('What has to grow is allowed to by npm run budget -- --update.\n');
    process.exitCode = 1;
  }
}
