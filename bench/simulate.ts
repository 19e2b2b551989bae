/**
 * `npm run simulate [-- --quick] [--json] [name…]`: days of a large deployment in minutes. All scenarios in full are written to
 * docs/scale; a part of them, or small ones, are only told.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { filesOf } from './simulate/report.ts';
import { runAll, type Simulated } from './simulate/run-all.ts';
import { scenariosOf } from './simulate/scenarios.ts';

const given = process.argv.slice(2);
const flags = given.filter((argument) => argument.startsWith('--'));
const names = given.filter((argument) => !argument.startsWith('--'));
const isQuick = flags.includes('--quick');
const known = scenariosOf(isQuick).map(({ name }) => name);
const unknown = [
  ...flags.filter((flag) => flag !== '--quick' && flag !== '--json'),
  ...names.filter((name) => !known.includes(name)),
];
if (unknown.length > 0) {
  process.stderr.write(
    `Unknown: ${unknown.join(', ')}. There are --quick, --json and ${known.join(', ')}.\n`,
  );
  process.exit(2);
}

const number = (value: number): string =>
  value.toLocaleString('en-US', { maximumFractionDigits: 2 });
const lineOf = ({ scenario, measures, tookSeconds }: Simulated): string => {
  const refused = Object.values(measures.refused).reduce((sum, each) => sum + each, 0);
  return [
    `${scenario.name}: ${scenario.says} (${number(tookSeconds)} s)`,
    `${number(scenario.subjects)} subjects, ${number(scenario.requestsPerSecond)} requests/s, ${number(scenario.callsPerSecond)} calls/s`,
    `hits ${number(100 * measures.hitRatio)} %, mints ${number(measures.mintsPerSecond)}/s, peak ${number(measures.peakOfMints)} × the mean, refused ${number((100 * refused) / measures.requests)} %`,
    `waits p50/p99: hit ${number(measures.waitingForHits.p50Millis)}/${number(measures.waitingForHits.p99Millis)} ms, mint ${number(measures.waitingForMints.p50Millis)}/${number(measures.waitingForMints.p99Millis)} ms; most calls in a second ${number(measures.mostIdentityPoolCallsInASecond)}`,
  ].join('\n    ');
};

const all = await runAll(names.length > 0 ? names : known, isQuick, (done) => {
  process.stderr.write(`${lineOf(done)}\n`);
});
if (flags.includes('--json')) process.stdout.write(`${JSON.stringify(all)}\n`);
const directory = new URL('../docs/scale/', import.meta.url);
const before = JSON.parse(
  readFileSync(new URL('mass-mint-before.json', directory), 'utf8'),
) as Parameters<typeof filesOf>[1];
if (names.length === 0) {
  const files = await filesOf(all, before);
  if (!isQuick) {
    mkdirSync(directory, { recursive: true });
    for (const [name, text] of Object.entries(files)) writeFileSync(new URL(name, directory), text);
    process.stderr.write('written to docs/scale\n');
  }
}
