import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  openReport,
  type ReportLine,
  type RunOutcome,
} from '../../../../../client/cli/batch/report-file.ts';

let directory: string;
let path: string;
let count = 0;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'stepkey-report-'));
});
beforeEach(() => {
  count += 1;
  path = join(directory, `${String(count)}.jsonl`);
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const line = (subject: string, outcome: RunOutcome, grant = 'reports'): ReportLine => ({
  subject,
  grant,
  outcome,
  exitCode: 0,
  error: null,
  durationMillis: 1,
  endedAt: '2026-11-21T08:00:00.000Z',
});

const written = async (...lines: readonly ReportLine[]): Promise<void> => {
  const report = await openReport(path, 'reports', true);
  await Promise.all(lines.map(report.append));
  await report.close();
};

const finished = async (grant = 'reports'): Promise<readonly string[]> => {
  const report = await openReport(path, grant, true);
  await report.close();
  return [...report.finished];
};

describe('a report', () => {
  it('keeps every line, of many at a time, and is for its owner only', async () => {
    const lines = Array.from({ length: 50 }, (_, index) => line(`s${String(index)}`, 'ok'));
    await written(...lines);
    const text = await readFile(path, 'utf8');
    expect(
      text
        .trimEnd()
        .split('\n')
        .map((each) => JSON.parse(each) as unknown),
    ).toEqual(lines);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it('has those finished whose last word is ok, for this grant', async () => {
    await written(line('a', 'failed'), line('a', 'ok'), line('b', 'ok'), line('b', 'failed'));
    await written(line('c', 'denied'), line('d', 'unavailable'), line('e', 'ok', 'others'));
    expect(await finished()).toEqual(['a']);
    expect(await finished('others')).toEqual(['e']);
  });

  it('goes on after a line that a kill has torn, wherever it is torn', async () => {
    await written(line('a', 'ok'));
    const whole = await readFile(path, 'utf8');
    for (let length = 0; length < whole.length; length += 1) {
      await writeFile(path, `${whole}${whole.slice(0, length)}`);
      await written(line('b', 'ok'));
      expect(await readFile(path, 'utf8')).toBe(`${whole}${JSON.stringify(line('b', 'ok'))}\n`);
    }
    expect(await finished()).toEqual(['a', 'b']);
  });

  it('is neither written over nor taken for another file', async () => {
    await written(line('a', 'ok'));
    await expect(openReport(path, 'reports', false)).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringContaining('--resume'),
    });
    for (const strange of ['name,age\n', '{}\n', '{"subject":"a","grant":"g","outcome":"x"}\n']) {
      await writeFile(path, strange);
      await expect(openReport(path, 'reports', true)).rejects.toMatchObject({
        exitCode: 6,
        message: expect.stringContaining('line 1'),
      });
      expect(await readFile(path, 'utf8')).toBe(strange);
    }
  });

  it('that cannot be opened is said in a sentence', async () => {
    await expect(openReport(join(path, 'x'), 'reports', false)).rejects.toMatchObject({
      exitCode: 6,
      message: expect.stringContaining('cannot be opened'),
    });
  });
});
