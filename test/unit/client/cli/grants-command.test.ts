import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runProgram } from '../../../../client/cli/program.ts';
import { grantFileOf } from '../../../support/grants.ts';

let repository: string;
let grants: string;

const git = (...args: readonly string[]) =>
  execFileSync('git', ['-C', repository, ...args], {
    env: {
      PATH: process.env['PATH'],
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_AUTHOR_NAME: 'a',
      GIT_AUTHOR_EMAIL: 'a@example.com',
      GIT_COMMITTER_NAME: 'a',
      GIT_COMMITTER_EMAIL: 'a@example.com',
    },
  });
const write = (name: string, change: Record<string, unknown> | string) => {
  const text = typeof change === 'string' ? change : JSON.stringify(grantFileOf(change));
  writeFileSync(join(grants, `${name}.json`), text);
};
const commitAs = (tag: string) => {
  git('add', '-A');
  git('commit', '-q', '--allow-empty', '-m', tag);
  git('tag', tag);
};

const run = async (...args: readonly string[]) => {
  const out: string[] = [];
  const told: string[] = [];
  const code = await runProgram(
    {
      env: {},
      platform: 'linux',
      out: (text) => out.push(text),
      tell: (text) => told.push(text),
      isOutputTty: false,
      isInteractive: false,
      nowEpochMillis: () => 0,
    },
    ['grants', ...args, '--grants', grants],
    '0',
  );
  return { code, out: out.join(''), told: told.join('\n') };
};

beforeAll(() => {
  repository = mkdtempSync(join(tmpdir(), 'stepkey-grants-'));
  grants = join(repository, 'policies', 'grants');
  git('init', '-q');
  commitAs('empty');
  mkdirSync(grants, { recursive: true });
  write('shared', { clients: ['app', 'gone'] });
  writeFileSync(join(grants, 'grant.schema.json'), 'not a grant');
  commitAs('first');
  write('shared', {
    clients: ['app'],
    rules: [{ when: { groups: { anyOf: ['readers', 'w|x`y'] } } }],
    session: { durationSeconds: 7200 },
  });
  commitAs('wider');
  write('shared', 'not JSON');
  commitAs('broken');
  write('shared', {});
});
afterAll(() => {
  rmSync(repository, { recursive: true, force: true });
});

describe('stepkey grants diff', () => {
  it('lists what changes between two revisions, and ends with 9 where somebody may do more', async () => {
    const { code, out, told } = await run('diff', 'first', 'wider');
    expect(code).toBe(9);
    expect(told).toBe('Somebody may do more than before.');
    const { pairs, ...others } = JSON.parse(out) as { pairs: { before: unknown }[] };
    expect(others).toEqual({ from: 'first', to: 'wider', widened: true });
    expect(pairs.map((pair) => ({ ...pair, before: undefined, after: undefined }))).toEqual(
      [
        { kind: 'group', name: 'readers', change: 'changes', parts: ['limits'], widened: true },
        { kind: 'group', name: 'w|x`y', change: 'appears', parts: [], widened: true },
        { kind: 'client', name: 'app', change: 'changes', parts: ['limits'], widened: true },
        { kind: 'client', name: 'gone', change: 'vanishes', parts: [], widened: false },
      ].map((pair) => expect.objectContaining({ ...pair, grant: 'shared' })),
    );
  });

  it('ends with 0 where nobody may do more', async () => {
    expect(await run('diff', 'wider', 'first')).toMatchObject({
      code: 9,
      // `gone` may ask again.
      told: 'Somebody may do more than before.',
    });
    expect(await run('diff', 'wider')).toMatchObject({ code: 0, told: 'Nobody may do more.' });
    expect(await run('diff', 'first', 'first')).toMatchObject({
      code: 0,
      told: 'No change to who can get what.',
    });
  });

  it('takes a revision without the directory as one without grants', async () => {
    expect(await run('diff', 'empty')).toMatchObject({ code: 9 });
    expect(await run('diff', 'first', 'empty')).toMatchObject({ code: 0 });
    expect(await run('diff', 'empty', 'empty')).toMatchObject({ code: 6 });
  });

  it('names the revision that has faults, and what is none', async () => {
    expect(await run('diff', 'broken')).toMatchObject({
      code: 7,
      told: expect.stringMatching(/^stepkey: broken: .*\n.*shared\.json: is not JSON/),
    });
    for (const revision of ['nowhere', '--output=/tmp/x', 'first:policies', '']) {
      expect(await run('diff', '--', revision).catch(() => ({ code: 2 }))).toMatchObject({
        code: 2,
      });
    }
  });

  it('is a table for people, with a line for everything that changes', async () => {
    const { out } = await run('diff', 'first', 'wider', '-o', 'table');
    expect(out).toContain(
      '\nshared: group readers, client app\n  - lasts: 3600 s\n  + lasts: 7200 s\n',
    );
    expect(out).toMatch(/^group readers +shared +changes: limits +yes$/m);
  });

  it('is Markdown that what the files say cannot break', async () => {
    const { out } = await run('diff', 'first', 'wider', '-o', 'markdown');
    expect(out).toBe(
      [
        '### Grants: `first` → `wider`',
        '',
        '**Somebody may do more than before.**',
        '',
        '| who | grant | change | more? |',
        '| --- | --- | --- | --- |',
        '| `group readers` | `shared` | changes: limits | **yes** |',
        '| ``group w\\|x`y`` | `shared` | appears | **yes** |',
        '| `client app` | `shared` | changes: limits | **yes** |',
        '| `client gone` | `shared` | vanishes | no |',
        '',
        '`shared: group readers, client app`',
        '',
        '```diff',
        '- lasts: 3600 s',
        '+ lasts: 7200 s',
        '```',
        '',
        '``shared: group w|x`y``',
        '',
        '```diff',
        '+ who: Anyone in "w|x`y".',
        '+ use: self',
        '+ role: stepkey-shared',
        '+ may: s3:GetObject on arn:aws:s3:::{{bucket}}/shared/*',
        '+ lasts: 7200 s',
        '+ left at least: 1200 s',
        '```',
        '',
        '`shared: client gone`',
        '',
        '```diff',
        '- use: self',
        '- role: stepkey-shared',
        '- may: s3:GetObject on arn:aws:s3:::{{bucket}}/shared/*',
        '- lasts: 3600 s',
        '- left at least: 1200 s',
        '```',
        '',
      ].join('\n'),
    );
  });
});

describe('stepkey grants who-can', () => {
  it('without an action is the matrix of who can get what', async () => {
    const { code, out } = await run('who-can');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual(
      [
        { kind: 'group', name: 'readers' },
        { kind: 'client', name: 'app' },
      ].map((who) =>
        expect.objectContaining({
          ...who,
          grant: 'shared',
          roles: ['stepkey-shared'],
          permissions: ['s3:GetObject on arn:aws:s3:::{{bucket}}/shared/*'],
          durationSeconds: 3600,
        }),
      ),
    );
  });

  it.each([
    [
      'table',
      /^group readers +shared +self +Anyone in readers\. +stepkey-shared +s3:GetObject on \S+ +- +3600$/m,
    ],
    [
      'markdown',
      /^\| `group readers` \| `shared` \| `self` \| `Anyone in readers\.` \| `stepkey-shared` \|/m,
    ],
  ])('also as %s', async (format, expected) => {
    expect((await run('who-can', '-o', format)).out).toMatch(expected);
    expect((await run('who-can', 's3:GetObject', '-o', format)).out).toMatch(/shared/);
  });
});

describe('stepkey grants check', () => {
  it('has notes, which --strict takes for faults', async () => {
    expect(await run('check', '--strict')).toEqual({
      code: 0,
      out: '[]\n',
      told: 'One grant, without fault.',
    });
    write('wild', {
      role: {
        permissions: [{ Effect: 'Allow', Action: 's3:Get*', Resource: 'arn:aws:s3:::b/x/*' }],
      },
    });
    const found = {
      told: '2 grants, without fault; one note.',
      out: expect.stringContaining('wild.json'),
    };
    expect(await run('check')).toEqual({ code: 0, ...found });
    expect(await run('check', '--strict')).toEqual({ code: 7, ...found });
  });
});
