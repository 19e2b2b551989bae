import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Twin } from '../../local/twin.ts';
import { buildCommandUnderTest, type CommandUnderTest, type Ended } from '../support/command.ts';
import { startDemoTwin } from '../support/twin/demo-twin.ts';

let twin: Twin;
let stepkey: CommandUnderTest;
let endpoints: string;
let home: string;

beforeAll(async () => {
  [twin, stepkey] = await Promise.all([startDemoTwin(), buildCommandUnderTest()]);
  endpoints = join(stepkey.directory, 'endpoints.json');
  await writeFile(endpoints, JSON.stringify(twin.endpoints), { mode: 0o600 });
});
afterAll(async () => {
  await twin.stop();
  await stepkey.remove();
});
beforeEach(async () => {
  home = await stepkey.home();
  await stepkey.run(home, ['configure', '--endpoints', endpoints, '--client', 'batch']);
});

const batch = (
  args: readonly string[],
  options: { readonly input?: string; readonly env?: Record<string, string> } = {},
): Promise<Ended> => stepkey.run(home, ['batch', ...args], options);

const jsonOf = ({ code, stdout, stderr }: Ended, expected = 0): unknown => {
  expect({ code, stderr }).toMatchObject({ code: expected });
  return JSON.parse(stdout);
};

const started = async (args: readonly string[], input = ''): Promise<string> => {
  const answer = jsonOf(await batch(['start', '--grant', 'reports', ...args], { input }));
  return (answer as { batchId: string }).batchId;
};

const linesOf = async (path: string): Promise<string[]> =>
  (await readFile(path, 'utf8')).split('\n').slice(0, -1);

const reportOf = async (path: string): Promise<Record<string, unknown>[]> =>
  (await linesOf(path)).map((line) => JSON.parse(line) as Record<string, unknown>);

describe('stepkey batch', () => {
  it('starts a batch, watches it to its end and shows what came of whom', async () => {
    const id = await started(['--subjects', '-'], 'alice\n\nbob\r\nalice\nnobody\n');
    const watched = await batch(['watch', id]);
    expect(jsonOf(watched, 8)).toMatchObject({
      status: 'succeeded',
      counts: { minted: 2, denied: 1 },
      progress: { done: 3, total: 3 },
    });
    expect(watched.stderr).toContain('succeeded 3/3 (100 %): minted 2');
    // No bar and no control sequence where there is no terminal.
    expect(watched.stderr).toMatch(/^[\x20-\x7e\n]+$/);
    expect(jsonOf(await batch(['status', id]))).toMatchObject({ batchId: id, partial: false });
    const denied = await batch(['results', id, '--outcome', 'denied', '--output', 'json']);
    expect(jsonOf(denied)).toEqual([
      { subject: 'nobody', outcome: 'denied', reason: 'Grant.Refused' },
    ]);
    const text = await batch(['results', id, '--output', 'text']);
    expect(text.stdout.split('\n').map((line) => line.split('\t').slice(0, 2))).toEqual([
      ['alice', 'minted'],
      ['bob', 'minted'],
      ['nobody', 'denied'],
      [''],
    ]);
    expect((await batch(['watch', await started(['alice'])])).code).toBe(0);
  });

  it('is the same batch under the same key; cancels and resumes', async () => {
    const key = ['--idempotency-key', 'nightly-7'];
    // As many as the command takes: the batch must not be over before the next command has begun.
    const subjects = Array.from({ length: 300 }, (_, index) => `nobody-${String(index)}`);
    const list = join(home, 'list.txt');
    await writeFile(list, subjects.join('\n'));
    const id = await started(['--subjects', list, ...key]);
    expect(jsonOf(await batch(['cancel', id]))).toMatchObject({ status: 'cancelled' });
    expect(await started(['--subjects', list, ...key])).toBe(id);
    expect((await batch(['watch', id])).code).toBe(8);
    expect(jsonOf(await batch(['resume', id]))).toMatchObject({ batchId: id });
    expect(jsonOf(await batch(['watch', id]), 8)).toMatchObject({ counts: { denied: 300 } });
    const results = jsonOf(await batch(['results', id])) as unknown[];
    expect(results).toHaveLength(300);
  });

  it.each([
    ['no list', ['start', '--grant', 'reports'], '', 2, 'in one way'],
    ['two lists', ['start', '--grant', 'reports', '--manifest', 'k', 'bob'], '', 2, 'in one way'],
    ['no grant', ['start', 'bob'], '', 2, '--grant'],
    ['an empty list', ['start', '--grant', 'g', '--subjects', '-'], '\n', 2, 'no subjects'],
    [
      'a long list',
      ['start', '--grant', 'g', '--subjects', '-'],
      Array.from({ length: 301 }, (_, index) => String(index)).join('\n'),
      2,
      '--manifest',
    ],
    ['a grant that is not for acting', ['start', '--grant', 'own-files', 'bob'], '', 4, 'grant'],
    ['an unknown batch', ['status', '00000000-0000-0000-0000-000000000000'], '', 2, 'nothing'],
    ['an unknown outcome', ['results', 'x', '--outcome', 'good'], '', 2, '--outcome'],
  ])('refuses %s in words', async (_, args, input, code, words) => {
    const ended = await batch(args, { input });
    expect({ code: ended.code, stdout: ended.stdout }).toEqual({ code, stdout: '' });
    expect(ended.stderr).toContain(words);
  });
});

describe('stepkey batch run', () => {
  const job = ['sh', '-c'];
  const runWith = (subjects: string, script: string, more: readonly string[] = []) =>
    batch(['run', '--grant', 'reports', '--subjects', '-', ...more, '--', ...job, script], {
      input: subjects,
      env: { AWS_PROFILE: 'parents', AWS_SECURITY_TOKEN: 'parents', STEPKEY_TOKEN_FILE: '' },
    });

  it('runs a command for each subject as that subject, and reports the rest', async () => {
    const report = join(home, 'report.jsonl');
    const seen = join(home, 'seen.txt');
    const ended = await runWith(
      'alice\nbob\ndave\nfrank\nnobody\n',
      `echo "$STEPKEY_SUBJECT $AWS_ACCESS_KEY_ID $AWS_CREDENTIAL_EXPIRATION $AWS_REGION" >> ${seen}
       env | grep -E 'parents|CLIENT_SECRET|STEPKEY_TOKEN' && exit 9
       [ "$STEPKEY_SUBJECT" != bob ] || exit 3`,
      ['--concurrency', '3', '--report', report],
    );
    expect({ code: ended.code, stdout: ended.stdout }).toEqual({ code: 8, stdout: '' });
    expect(ended.stderr).toContain('ok 1, failed 1, denied 3, unavailable 0');
    const lines = await reportOf(report);
    const bySubject = lines.map(({ subject, outcome, exitCode, error }) => [
      ...[subject, outcome, exitCode, error],
    ]);
    expect(bySubject.sort()).toEqual([
      ['alice', 'ok', 0, null],
      ['bob', 'failed', 3, null],
      ['dave', 'denied', null, 'grant-refused'],
      ['frank', 'denied', null, 'grant-refused'],
      ['nobody', 'denied', null, 'grant-refused'],
    ]);
    expect(lines.every(({ durationMillis }) => Number.isInteger(durationMillis))).toBe(true);
    const given = (await linesOf(seen)).sort().map((line) => line.split(' '));
    expect(given.map(([subject]) => subject)).toEqual(['alice', 'bob']);
    expect(new Set(given.map(([, keyId]) => keyId)).size).toBe(2);
    for (const [, keyId, expiration, region] of given) {
      expect(keyId).toMatch(/^ASIA/);
      expect(expiration).toMatch(/Z$/);
      expect(region).toBe(twin.endpoints.region);
    }
    expect(await readFile(report, 'utf8')).not.toMatch(/ASIA|eyJ/);
  });

  it('that was killed in the middle is resumed, and no finished subject runs again', async () => {
    const report = join(home, 'report.jsonl');
    const seen = join(home, 'seen.txt');
    const once = join(home, 'killed');
    const script = `echo "$STEPKEY_SUBJECT" >> ${seen}
      if [ "$STEPKEY_SUBJECT" = bob ] && [ ! -e ${once} ]; then touch ${once}; kill -9 $PPID; fi`;
    const subjects = 'nobody\nalice\nbob\nfrank\n';
    const killed = await runWith(subjects, script, ['--report', report]);
    expect(killed.code).toBeNull();
    expect((await reportOf(report)).map(({ subject, outcome }) => [subject, outcome])).toEqual([
      ['nobody', 'denied'],
      ['alice', 'ok'],
    ]);
    expect((await runWith(subjects, script, ['--report', report])).stderr).toContain('--resume');
    const resumed = await runWith(subjects, script, ['--report', report, '--resume']);
    expect(resumed.code).toBe(8);
    expect(resumed.stderr).toContain('ok 1, failed 0, denied 2, unavailable 0, done before 1');
    expect(await linesOf(seen)).toEqual(['alice', 'bob', 'bob']);
    const only = await runWith('alice\nbob\n', script, ['--report', report, '--resume']);
    expect(only.code).toBe(0);
    expect(await linesOf(seen)).toHaveLength(3);
  });

  it('has its report alone; lets those that run end after Ctrl-C, begins no other, and says so by its exit code', async () => {
    const report = join(home, 'report.jsonl');
    const begun = join(home, 'begun');
    const go = join(home, 'go');
    const list = join(home, 'list.txt');
    await writeFile(list, 'alice\nbob\n');
    const script = `trap 'exit 5' INT; touch ${begun}; while [ ! -e ${go} ]; do sleep 0.05; done`;
    const child = spawn(
      process.execPath,
      [
        ...[stepkey.script, 'batch', 'run', '--grant', 'reports', '--subjects', list],
        ...['--report', report, '--', ...job, script],
      ],
      { env: stepkey.envOf(home), cwd: home, stdio: ['ignore', 'ignore', 'pipe'], detached: true },
    );
    const end = new Promise<number | null>((resolve) => child.on('close', resolve));
    const said = new Promise((resolve) => child.stderr.once('data', resolve));
    while (!existsSync(begun)) await new Promise((resolve) => setTimeout(resolve, 20));
    const second = await runWith('bob\n', 'true', ['--report', report, '--resume']);
    expect(second.code).toBe(2);
    expect(second.stderr).toContain('Another run');
    // To the whole group, as a terminal does.
    process.kill(-(child.pid ?? 0), 'SIGINT');
    await said;
    await writeFile(go, '');
    expect(await end).toBe(130);
    expect(await reportOf(report)).toMatchObject([{ subject: 'alice', outcome: 'ok' }]);
  });

  it.each([
    ['no dashes', ['--subjects', '-', 'true'], 2, 'Put -- before the command'],
    ['no command', ['--subjects', '-', '--'], 2, 'Put -- before the command'],
    ['no subjects', ['--', 'true'], 2, '--subjects'],
    ['nobody', ['--subjects', '/dev/null', '--', 'true'], 2, 'no subjects'],
    ['no number', ['--subjects', '-', '-c', '0', '--', 'true'], 2, '1 to 256'],
    ['nothing to resume', ['--subjects', '-', '--resume', '--', 'true'], 2, '--report'],
    ['no such command', ['--subjects', '-', '--', 'no-such-command'], 2, 'no-such-command'],
  ])('refuses %s in words', async (_, args, code, words) => {
    const ended = await batch(['run', '--grant', 'reports', ...args], { input: 'alice\n' });
    expect({ code: ended.code, stdout: ended.stdout }).toEqual({ code, stdout: '' });
    expect(ended.stderr).toContain(words);
  });

  it('needs somebody who is signed in before it begins a report', async () => {
    const report = join(home, 'report.jsonl');
    await stepkey.run(home, ['configure', '--endpoints', endpoints, '--profile', 'person']);
    const ended = await stepkey.run(
      home,
      [
        ...['--profile', 'person', 'batch', 'run', '--grant', 'reports', '--subjects', '-'],
        ...['--report', report, '--', 'true'],
      ],
      { input: 'alice\n' },
    );
    expect(ended.code).toBe(3);
    expect(existsSync(report)).toBe(false);
  });
});
