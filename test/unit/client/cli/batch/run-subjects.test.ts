import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { ReportLine } from '../../../../../client/cli/batch/report-file.ts';
import { runSubjects, type RunPlan } from '../../../../../client/cli/batch/run-subjects.ts';
import { subjectCredentials } from '../../../../../client/cli/batch/subject-credentials.ts';
import type { CredentialsAnswer } from '../../../../../core/contracts/api-answers.ts';
import type { Profile } from '../../../../../client/cli/profile.ts';
import type { Terminal } from '../../../../../client/cli/terminal.ts';
import {
  away,
  issuedFor,
  refused,
  startFakeBroker,
  tokenFor,
  type FakeBroker,
} from '../../../../support/fakes/fake-broker.ts';

// One file, though long: its stories share one broker.

let broker: FakeBroker;
let lines: ReportLine[];
let told: string[];
let stop: AbortController;
beforeAll(async () => {
  broker = await startFakeBroker();
});
beforeEach(() => {
  broker.calls.length = 0;
  broker.respond = ({ body }) => issuedFor(String(body['subject']));
  lines = [];
  told = [];
  stop = new AbortController();
});
afterAll(() => broker.down());

const planFor = (subjects: readonly string[], more: Partial<RunPlan> = {}): RunPlan => {
  const terminal: Terminal = {
    env: { STEPKEY_PATIENCE_SECONDS: '10' },
    platform: 'linux',
    out: () => undefined,
    tell: (message) => told.push(message),
    isOutputTty: false,
    isInteractive: false,
    nowEpochMillis: Date.now,
  };
  const profile: Profile = {
    name: 'nightly',
    api: broker.api,
    region: null,
    awsEndpoint: null,
    signIn: null,
    username: null,
    grant: 'reports',
    roleArn: null,
    subject: null,
    table: null,
    identityPoolId: null,
    developerProvider: null,
    givenToken: { text: tokenFor('machine', { token_use: 'access' }) },
  };
  return {
    subjects,
    grant: 'reports',
    concurrency: 2,
    credentialsOf: subjectCredentials(terminal, profile, stop.signal),
    runCommand: () => Promise.resolve(0),
    report: (line) => {
      lines.push(line);
      return Promise.resolve();
    },
    tell: terminal.tell,
    stop: stop.signal,
    nowEpochMillis: Date.now,
    ...more,
  };
};

const outcomes = () =>
  lines
    .map(({ subject, outcome, exitCode, error }) => [subject, outcome, exitCode, error])
    .sort(([a], [b]) => String(a).localeCompare(String(b)));

describe('a run', () => {
  it('asks at the access door for each subject, and gives each command its own credentials', async () => {
    const given: string[][] = [];
    const counts = await runSubjects(
      planFor(['alice', 'bob'], {
        runCommand: (subject, { credentials }) => {
          given.push([subject, credentials.secretAccessKey]);
          return Promise.resolve(0);
        },
      }),
    );
    expect(counts).toEqual({ ok: 2, failed: 0, denied: 0, unavailable: 0 });
    expect(given.sort()).toEqual([
      ['alice', 'secret-of-alice'],
      ['bob', 'secret-of-bob'],
    ]);
    expect(broker.calls.map(({ path, body }) => [path, body])).toEqual([
      ['/v1/exchange/credentials', { grant: 'reports', subject: 'alice' }],
      ['/v1/exchange/credentials', { grant: 'reports', subject: 'bob' }],
    ]);
  });

  it('goes on whatever becomes of one, and reports each; no credential is in a report', async () => {
    broker.respond = ({ body: { subject } }) => {
      if (subject === 'denied') return refused;
      if (subject === 'away') return away({ 'retry-after': '60' });
      if (subject === 'malformed') {
        const type = 'https://stepkey.dev/problems/malformed';
        return { status: 400, body: { type, detail: 'The request is malformed.' } };
      }
      return issuedFor(String(subject));
    };
    const counts = await runSubjects(
      planFor(['denied', 'malformed', 'broken', 'fine', 'away'], {
        concurrency: 1,
        runCommand: (subject) => Promise.resolve(subject === 'broken' ? 3 : 0),
      }),
    );
    expect(counts).toEqual({ ok: 1, failed: 2, denied: 1, unavailable: 1 });
    expect(outcomes()).toEqual([
      ['away', 'unavailable', null, 'try-later'],
      ['broken', 'failed', 3, null],
      ['denied', 'denied', null, 'grant-refused'],
      ['fine', 'ok', 0, null],
      ['malformed', 'failed', null, 'malformed'],
    ]);
    expect(told).toHaveLength(3);
    expect(JSON.stringify([lines, told])).not.toMatch(/secret-of|session-of|ASIA/);
  });

  it('is never more at a time than it is told, nor begins before the line of the one before is kept', async () => {
    let running = 0;
    let most = 0;
    const subjects = Array.from({ length: 20 }, (_, index) => `s${String(index)}`);
    await runSubjects(
      planFor(subjects, {
        concurrency: 3,
        runCommand: async () => {
          running += 1;
          most = Math.max(most, running);
          await new Promise((resolve) => setTimeout(resolve, 5));
          return 0;
        },
        report: async (line) => {
          await new Promise((resolve) => setTimeout(resolve, 5));
          lines.push(line);
          running -= 1;
        },
      }),
    );
    expect(most).toBe(3);
    expect(lines).toHaveLength(20);
  });

  it('waits as long as the broker says, all together, and then goes on', async () => {
    const arrivals: number[] = [];
    let toldUntil = 0;
    broker.respond = ({ body }) => {
      arrivals.push(Date.now());
      if (arrivals.length > 1) return issuedFor(String(body['subject']));
      toldUntil = Date.now() + 1000;
      return away({ 'retry-after': '1' });
    };
    const counts = await runSubjects(planFor(['alice', 'bob', 'carol', 'dan'], { concurrency: 1 }));
    expect(counts.ok).toBe(4);
    const early = arrivals.slice(1).filter((at) => at < toldUntil - 5);
    expect(early).toEqual([]);
  });

  it('a second worker that begins while one waits, waits too', async () => {
    let toldUntil = 0;
    const early: string[] = [];
    broker.respond = async ({ body: { subject } }) => {
      if (toldUntil === 0) {
        toldUntil = Date.now() + 1000;
        return away({ 'retry-after': '1' });
      }
      if (Date.now() < toldUntil - 5) early.push(String(subject));
      await Promise.resolve();
      return issuedFor(String(subject));
    };
    const plan = planFor(['alice']);
    const first = runSubjects(plan);
    while (toldUntil === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await new Promise((resolve) => setTimeout(resolve, 100));
    const second = runSubjects({ ...plan, subjects: ['bob'] });
    await Promise.all([first, second]);
    expect(early).toEqual([]);
    expect(lines).toHaveLength(2);
  });

  it('that is stopped begins nobody any more, waits for those that run, and reports them', async () => {
    let finish: () => void = () => undefined;
    const run = runSubjects(
      planFor(['alice', 'bob', 'carol'], {
        concurrency: 1,
        runCommand: () =>
          new Promise((resolve) => {
            finish = () => {
              resolve(0);
            };
            stop.abort();
          }),
      }),
    );
    while (!stop.signal.aborted) await new Promise((resolve) => setTimeout(resolve, 5));
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(lines).toEqual([]);
    finish();
    expect(await run).toMatchObject({ ok: 1 });
    expect(outcomes()).toEqual([['alice', 'ok', 0, null]]);
    expect(broker.calls).toHaveLength(1);
  });

  it('that is stopped while the broker answers runs nobody’s command, and asks for no other', async () => {
    const asked: string[] = [];
    const ran: string[] = [];
    const { body } = issuedFor('alice');
    await runSubjects(
      planFor(['alice', 'bob'], {
        concurrency: 1,
        credentialsOf: (subject) => {
          asked.push(subject);
          stop.abort();
          return Promise.resolve(body as CredentialsAnswer);
        },
        runCommand: (subject) => {
          ran.push(subject);
          return Promise.resolve(0);
        },
      }),
    );
    expect({ asked, ran, lines }).toEqual({ asked: ['alice'], ran: [], lines: [] });
  });

  it('that is stopped while it waits for the broker ends at once, with nothing to report', async () => {
    broker.respond = () => {
      setTimeout(() => {
        stop.abort();
      }, 50);
      return away({ 'retry-after': '9' });
    };
    const began = Date.now();
    const counts = await runSubjects(planFor(['alice', 'bob'], { concurrency: 1 }));
    expect(Object.values(counts)).toEqual([0, 0, 0, 0]);
    expect(lines).toEqual([]);
    expect(Date.now() - began).toBeLessThan(8_000);
  });

  it('ends when what fails is everybody’s: no further subject is asked for', async () => {
    broker.respond = () => ({
      status: 401,
      body: { type: 'https://stepkey.dev/problems/token-rejected', detail: 'Not accepted.' },
    });
    await expect(
      runSubjects(planFor(['alice', 'bob', 'carol'], { concurrency: 1 })),
    ).rejects.toMatchObject({ exitCode: 3 });
    expect(broker.calls).toHaveLength(1);
    expect(lines).toEqual([]);
  });
});
