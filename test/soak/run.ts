/**
 * `npm run test:soak`: what takes minutes, one after the other, each within its time. The last line is the sum; the exit
 * code is 1 when anything failed.
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
  { name: 'faults', files: ['test/security/faults.test.ts'], limitSeconds: 900 },
  {
    name: 'scopes',
    files: ['test/property/core/session-policy.test.ts', 'test/property/core/choose-role.test.ts'],
    limitSeconds: 600,
  },
  {
    name: 'revocations',
    files: ['test/property/revocation-schedules.test.ts'],
    limitSeconds: 300,
  },
  { name: 'ledger', files: ['test/property/core/ledger-chain.test.ts'], limitSeconds: 300 },
  { name: 'many at once', files: ['test/soak/herd.test.ts'], limitSeconds: 600 },
  { name: 'templates', files: ['test/soak/cfn-lint.test.ts'], limitSeconds: 300 },
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
        ...['node_modules/jest/bin/jest.js', ...files],
      ],
      {
        env: { ...process.env, STEPKEY_SOAK: '1', ...env },
        stdio: ['ignore', 'inherit', 'pipe'],
        timeout: limitSeconds * 1000,
        killSignal: 'SIGKILL',
      },
    );
    let text = '';
    child.stderr.setEncoding('utf8').on('data', (part: string) => {
      text += part;
      process.stderr.write(part);
    });
    child.once('close', (code) => {
      const outcome = { passed: countIn(text, 'passed'), failed: countIn(text, 'failed') };
      // A run that was killed, or broke before it counted anything, has failed all the same.
      resolve(code === 0 || outcome.failed > 0 ? outcome : { ...outcome, failed: 1 });
    });
  });

const runWithJudge = async (soak: Soak): Promise<Outcome> => {
  process.stdout.write(`\n== ${soak.name}\n`);
  const judge = await soak.judge?.();
  if (judge === undefined) return run(soak, {});
  if ('reason' in judge) {
    process.stdout.write(`left out: ${judge.reason}\n`);
    return { passed: 0, failed: 0 };
  }
  try {
    return await run(soak, judge.env);
  } finally {
    judge.stop();
  }
};

/** All, or those whose names are given. */
const wanted = process.argv.slice(2);
const chosen = soaks.filter(({ name }) => wanted.length === 0 || wanted.includes(name));

const startedAt = Date.now();
let passed = 0;
let failed = 0;
for (const soak of chosen) {
  const outcome = await runWithJudge(soak);
  passed += outcome.passed;
  failed += outcome.failed;
}
const seconds = Math.round((Date.now() - startedAt) / 1000);
process.stdout.write(
  `\nsoak: ${String(passed)} passed, ${String(failed)} failed, ${String(seconds)} s\n`,
);
process.exitCode = failed === 0 ? 0 : 1;
