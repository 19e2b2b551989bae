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
  { name: 'ledger', files: ['test/property/core/ledger-chain.test.ts'], limitSeconds: 180 },
  { name: 'faults', files: ['test/security/faults.test.ts'], limitSeconds: 420 },
  {
    name: 'kills',
    files: [
      'test/soak/kills-mint.test.ts',
      'test/soak/kills-revoke.test.ts',
      'test/soak/kills-batch.test.ts',
    ],
    limitSeconds: 300,
  },
  { name: 'herd', files: ['test/soak/herd.test.ts'], limitSeconds: 300 },
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
    files: ['table', 'ledger', 'batch-store', 'idempotency'].map(
      (name) => `test/contract/adapters/${name}.test.ts`,
    ),
    limitSeconds: 600,
    judge: startDynamoDbLocal,
  },
];

interface Outcome {
  readonly passed: number;
  readonly failed: number;
}

const stopped = new AbortController();
const stop = (): void => {
  stopped.abort();
};
process.once('SIGINT', stop).once('SIGTERM', stop);

const countIn = (text: string, word: string): number =>
  Number(new RegExp(`^Tests: .*?(\\d+) ${word}`, 'm').exec(text)?.[1] ?? 0);

const run = (
  { files, limitSeconds }: Soak,
  env: Readonly<Record<string, string>>,
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
    const end = (): void => {
      if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGKILL');
    };
    const limit = setTimeout(end, limitSeconds * 1000);
    stopped.signal.addEventListener('abort', end);
    let text = '';
    child.stderr.setEncoding('utf8').on('data', (part: string) => {
      text += part;
      process.stderr.write(part);
    });
    child.once('close', (code) => {
      clearTimeout(limit);
      stopped.signal.removeEventListener('abort', end);
      const outcome = { passed: countIn(text, 'passed'), failed: countIn(text, 'failed') };
      // A run that was killed, or broke before it counted anything, has failed all the same.
      resolve(code === 0 || outcome.failed > 0 ? outcome : { ...outcome, failed: 1 });
    });
  });

/** @returns null where its judge is not to be had */
const runWithJudge = async (soak: Soak): Promise<Outcome | null> => {
  process.stdout.write(`\n== ${soak.name}\n`);
  const judge = await soak.judge?.();
  if (judge === undefined) return run(soak, {});
  if ('reason' in judge) {
    process.stdout.write(`left out: ${judge.reason}\n`);
    return null;
  }
  try {
    return await run(soak, judge.env);
  } finally {
    judge.stop();
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
const secondsSince = (startedAt: number): string =>
  String(Math.round((Date.now() - startedAt) / 1000));

const startedAt = Date.now();
const lines: string[] = [];
let passed = 0;
let failed = 0;
for (const soak of chosen) {
  if (stopped.signal.aborted) break;
  const begunAt = Date.now();
  const outcome = await runWithJudge(soak);
  passed += outcome?.passed ?? 0;
  failed += outcome?.failed ?? 0;
  lines.push(
    outcome === null
      ? `soak ${soak.name}: left out`
      : `soak ${soak.name}: ${String(outcome.passed)} passed, ${String(outcome.failed)} failed, ` +
          `${secondsSince(begunAt)} s of at most ${String(soak.limitSeconds)} s`,
  );
}
process.stdout.write(
  `\n${lines.join('\n')}\nsoak: ${String(passed)} passed, ${String(failed)} failed, ${secondsSince(startedAt)} s\n`,
);
process.exitCode = failed === 0 && !stopped.signal.aborted ? 0 : 1;
