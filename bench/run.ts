/**
 * `npm run bench [-- --quick] [--json] [name…]`: measures, and says what it measured. Never part of the tests. A full run is
 * also written to docs/bench.
 */
import { bench as awsCalls } from './aws-calls.ts';
import { bench as batchSubject } from './batch-subject.ts';
import { bench as broker } from './broker.ts';
import type { BenchResult } from './report.ts';
import { jsonReport, textReport } from './report.ts';
import { bench as coldStart } from './cold-start.ts';
import { bench as decision } from './decision.ts';
import { bench as growth } from './growth.ts';
import { bench as interpreter } from './interpreter.ts';
import { bench as ledger } from './ledger.ts';
import { bench as revocation } from './revocation.ts';
import { writeResults } from './results.ts';
import { bench as twin } from './twin.ts';

// Node 20 is supported here; the SDK's notice about its own future would drown the figures.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';

const benches = [
  decision,
  broker,
  growth,
  coldStart,
  interpreter,
  awsCalls,
  batchSubject,
  ledger,
  revocation,
  twin,
];

const given = process.argv.slice(2);
const flags = given.filter((argument) => argument.startsWith('--'));
const names = given.filter((argument) => !argument.startsWith('--'));
const unknown = [
  ...flags.filter((flag) => flag !== '--quick' && flag !== '--json'),
  ...names.filter((name) => !benches.some((bench) => bench.name === name)),
];
if (unknown.length > 0) {
  process.stderr.write(
    `Unknown: ${unknown.join(', ')}. There are --quick, --json and ${benches.map(({ name }) => name).join(', ')}.\n`,
  );
  process.exit(2);
}

const results: BenchResult[] = [];
for (const bench of benches.filter(({ name }) => names.length === 0 || names.includes(name))) {
  process.stderr.write(`${bench.name}\n`);
  const figures = await bench.measure({
    quick: flags.includes('--quick'),
    progress: (line) => process.stderr.write(`  ${line}\n`),
  });
  results.push({ bench: bench.name, figures });
}
// A full run is what the documentation shows.
if (names.length === 0 && !flags.includes('--quick')) writeResults(results);
process.stdout.write(`${flags.includes('--json') ? jsonReport(results) : textReport(results)}\n`);
