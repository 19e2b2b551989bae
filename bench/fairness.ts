/**
 * `npm run bench:fairness`: a batch beside people, and a kill in the middle. Ends with 1 when a figure is missed. The
 * budgets are the deployment's settings: a machine that cannot make as many calls as they allow is better measured
 * with smaller ones, as otherwise its processor shares out and not the broker.
 */
import { parseArgs } from 'node:util';
import { missedFigures } from './fairness/report.ts';
import { runFairness } from './fairness/run.ts';

process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';
const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    subjects: { type: 'string', default: '400' },
    people: { type: 'string', default: '100' },
    'calls-per-second': { type: 'string', default: '50' },
    'batch-calls-per-second': { type: 'string', default: '30' },
    'requests-per-second': { type: 'string', default: '20' },
    'requests-per-mint': { type: 'string', default: '4' },
  },
});
const report = await runFairness({
  subjects: Number(values.subjects),
  people: Number(values.people),
  rate: {
    requestsPerSecond: Number(values['requests-per-second']),
    requestsPerMint: Number(values['requests-per-mint']),
  },
  budget: {
    all: Number(values['calls-per-second']),
    batch: Number(values['batch-calls-per-second']),
  },
  onProgress: (line) => {
    if (!values.json)
      process.stderr.write(`${process.uptime().toFixed(1).padStart(6)} s  ${line}\n`);
  },
});
const missed = missedFigures(report);
process.stdout.write(`${JSON.stringify({ ...report, missed }, null, values.json ? 0 : 2)}\n`);
process.exitCode = missed.length === 0 ? 0 : 1;
