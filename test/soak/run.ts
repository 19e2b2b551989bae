/**
 * `npm run test:soak`: what takes minutes, one after the other, each within its time. The last line is the sum; the exit
 * code is 1 when anything failed.
 */
import { spawn } from 'node:child_process';
import process from 'node:process';

interface Soak {
  readonly name: string;
  readonly files: readonly string[];
  readonly limitSeconds: number;
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
];

interface Outcome {
  readonly passed: number;
  readonly failed: number;
}

const countIn = (text: string, word: string): number =>
  Number(new RegExp(`^Tests: .*?(\\d+) ${word}`, 'm').exec(text)?.[1] ?? 0);

const run = ({ name, files, limitSeconds }: Soak): Promise<Outcome> =>
  new Promise((resolve) => {
    process.stdout.write(`\n== ${name}\n`);
    const child = spawn(
      process.execPath,
      [
        ...['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'],
        ...['node_modules/jest/bin/jest.js', ...files],
      ],
      {
        env: { ...process.env, STEPKEY_SOAK: '1' },
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

const startedAt = Date.now();
let passed = 0;
let failed = 0;
for (const soak of soaks) {
  const outcome = await run(soak);
  passed += outcome.passed;
  failed += outcome.failed;
}
const seconds = Math.round((Date.now() - startedAt) / 1000);
process.stdout.write(
  `\nsoak: ${String(passed)} passed, ${String(failed)} failed, ${String(seconds)} s\n`,
);
process.exitCode = failed === 0 ? 0 : 1;
