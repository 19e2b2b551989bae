/**
 * `npm run test:soak [-- <part> …]`: what takes minutes, one part after the other, each within its time. The last lines
 * say what became of each part, and the sum; the exit code is 1 when anything failed.
 */
import { spawn } from 'node:child_process';
import process from 'node:process';
import { startDynamoDbLocal } from './dynamodb-local/start.ts';
import type { StartJudge } from './judge.ts';
import { startMinistack } from './ministack/start.ts';

interface Soak {
  readonly name: string;
  readonly files: readonly string[];
  /** With its judge's coming up. */
  readonly limitSeconds: number;
  readonly judge?: StartJudge;
}

const soaks: readonly Soak[] = [
  {
    name: 'scopes',
    files: [
      'test/property/core/session-policy.test.ts',
      'test/property/core/policy-templates.test.ts',
      'test/property/core/choose-role.test.ts',
    ],
    limitSeconds: 420,
  },
  {
    name: 'revocations',
    files: ['test/property/revocation-schedules.test.ts'],
    limitSeconds: 180,
  },
  { name: 'ledger', files: ['test/property/core/ledger-chain.test.ts'], limitSeconds: 120 },
  { name: 'faults', files: ['test/security/faults.test.ts'], limitSeconds: 420 },
  {
    name: 'faults of revocations and batches',
    files: ['test/soak/faults-revoke.test.ts', 'test/soak/faults-batch.test.ts'],
    limitSeconds: 300,
  },
  {
    name: 'kills',
    files: [
      'test/soak/kills-mint.test.ts',
      'test/soak/kills-revoke.test.ts',
      'test/soak/kills-batch.test.ts',
    ],
    limitSeconds: 300,
  },
  { name: 'herd', files: ['test/soak/herd.test.ts'], limitSeconds: 360 },
  { name: 'resources', files: ['test/soak/resources.test.ts'], limitSeconds: 420 },
  { name: 'templates', files: ['test/soak/cfn-lint.test.ts'], limitSeconds: 180 },
  {
    name: 'event patterns, by event-ruler',
    files: ['test/soak/event-ruler/patterns.test.ts'],
    limitSeconds: 300,
  },
  {
    name: 'machines, by ministack',
    files: ['test/soak/ministack/machines.test.ts'],
    limitSeconds: 300,
    judge: startMinistack,
  },
  {
    name: 'rows, by DynamoDB Local',
    files: ['table', 'ledger', 'denials', 'batch-store', 'idempotency'].map(
      (name) => `test/contract/adapters/${name}.test.ts`,
    ),
    limitSeconds: 600,
    judge: startDynamoDbLocal,
  },
];

interface Outcome {
  readonly passed: number;
  readonly failed: number;
  /** Those that need what this machine does not have; each says so. */
  readonly skipped: number;
  readonly isCutShort: boolean;
}

const stopped = new AbortController();
const stop = (): void => {
  stopped.abort();
};
process.once('SIGINT', stop).once('SIGTERM', stop);

const countIn = (text: string, word: string): number =>
  Number(new RegExp(`^Tests: .*?(\\d+) ${word}`, 'm').exec(text)?.[1] ?? 0);

const run = (
  files: readonly string[],
  env: Readonly<Record<string, string>>,
  leftMillis: number,
): Promise<Outcome> =>
  new Promise((resolve) => {
    const child = spawn(
      process.execPath,
      [
        ...['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'],
        ...['node_modules/jest/bin/jest.js', '--runInBand', '--verbose', ...files],
      ],
      {
        env: { ...process.env, STEPKEY_SOAK: '1', ...env },
        stdio: ['ignore', 'inherit', 'pipe'],
        // A group of its own, so that what it started ends with it.
        detached: true,
      },
    );
    let isCutShort = false;
    const end = (): void => {
      isCutShort = true;
      if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGKILL');
    };
    const limit = setTimeout(end, Math.max(0, leftMillis));
    stopped.signal.addEventListener('abort', end);
    let text = '';
    child.stderr.setEncoding('utf8').on('data', (part: string) => {
      text += part;
      process.stderr.write(part);
    });
    child.once('close', (code) => {
      clearTimeout(limit);
      stopped.signal.removeEventListener('abort', end);
      const failed = countIn(text, 'failed');
      resolve({
        passed: countIn(text, 'passed'),
        // A run that was killed, or broke before it counted anything, has failed all the same.
        failed: code === 0 ? failed : Math.max(1, failed),
        skipped: countIn(text, 'skipped'),
        isCutShort,
      });
    });
  });

/** @returns null where its judge is not to be had */
const runWithJudge = async ({
  name,
  files,
  limitSeconds,
  judge,
}: Soak): Promise<Outcome | null> => {
  const endMillis = performance.now() + limitSeconds * 1000;
  const leftMillis = (): number => endMillis - performance.now();
  process.stdout.write(`\n== ${name}\n`);
  const judging = await judge?.();
  if (judging === undefined) return run(files, {}, leftMillis());
  if ('reason' in judging) {
    process.stdout.write(`left out: ${judging.reason}\n`);
    return null;
  }
  try {
    return await run(files, judging.env, leftMillis());
  } finally {
    judging.stop();
  }
};

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !soaks.some((soak) => soak.name === name));
if (unknown.length > 0) {
  const names = soaks.map(({ name }) => name).join('; ');
  process.stderr.write(`no such part: ${unknown.join('; ')}; there are ${names}\n`);
  process.exit(2);
}
const chosen = soaks.filter(({ name }) => wanted.length === 0 || wanted.includes(name));
const secondsOf = (seconds: number): string => `${String(Math.round(seconds))} s`;
const secondsSince = (startedAtMillis: number): string =>
  secondsOf((performance.now() - startedAtMillis) / 1000);
const countsOf = (outcomes: readonly Outcome[]): string => {
  const sum = (name: 'passed' | 'failed' | 'skipped'): string =>
    String(outcomes.reduce((total, outcome) => total + outcome[name], 0));
  return `${sum('passed')} passed, ${sum('failed')} failed, ${sum('skipped')} skipped`;
};

const startedAtMillis = performance.now();
const lines: string[] = [];
const outcomes: Outcome[] = [];
for (const soak of chosen) {
  if (stopped.signal.aborted) break;
  const begunAtMillis = performance.now();
  const outcome = await runWithJudge(soak);
  if (outcome !== null) outcomes.push(outcome);
  const became =
    outcome === null
      ? 'left out'
      : `${countsOf([outcome])}${outcome.isCutShort ? ', cut short' : ''}`;
  lines.push(
    `soak ${soak.name}: ${became}, ${secondsSince(begunAtMillis)} of at most ${secondsOf(soak.limitSeconds)}`,
  );
}
const longest = chosen.reduce((sum, { limitSeconds }) => sum + limitSeconds, 0);
process.stdout.write(
  `\n${lines.join('\n')}\nsoak: ${countsOf(outcomes)}, ${secondsSince(startedAtMillis)} of at most ${secondsOf(longest)}\n`,
);
process.exitCode = outcomes.every(({ failed }) => failed === 0) && !stopped.signal.aborted ? 0 : 1;
