/** The report of a run: a JSON object per line, on the disk before the next subject begins in its place. */
import { open, type FileHandle } from 'node:fs/promises';
import { CommandError } from '../command-error.ts';
import { exitCodes } from '../exit-codes.ts';
import { reasonOf } from '../private-file.ts';

/**
 * `ok` the command ended with 0 · `failed` it ended otherwise, or the request was no good · `denied` the broker's considered
 * no · `unavailable` no credentials within the patience.
 */
const runOutcomes = ['ok', 'failed', 'denied', 'unavailable'] as const;
export type RunOutcome = (typeof runOutcomes)[number];

export interface ReportLine {
  readonly subject: string;
  readonly grant: string;
  readonly outcome: RunOutcome;
  /** As a shell says it, 128 + n for a signal; null where the command was not run. */
  readonly exitCode: number | null;
  /** The problem as docs/errors.md ends its type, `grant-refused`, or `Broker.Unreachable`; null where there was none. */
  readonly error: string | null;
  /** From asking for credentials to the end of the command. */
  readonly durationMillis: number;
  readonly endedAt: string;
}

export interface ReportFile {
  /** Subjects that need not run again. */
  readonly finished: ReadonlySet<string>;
  /** Resolves once the line is on the disk. */
  readonly append: (line: ReportLine) => Promise<void>;
  readonly close: () => Promise<void>;
}

const unusable = (path: string, why: string): CommandError =>
  new CommandError(exitCodes.configuration, `The report ${path} ${why}.`);

const isReportLine = (value: unknown): value is ReportLine =>
  typeof value === 'object' &&
  value !== null &&
  'subject' in value &&
  typeof value.subject === 'string' &&
  'grant' in value &&
  typeof value.grant === 'string' &&
  'outcome' in value &&
  (runOutcomes as readonly unknown[]).includes(value.outcome);

const lineOf = (path: string, text: string, number: number): ReportLine => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = null;
  }
  if (isReportLine(value)) return value;
  throw unusable(path, `cannot be resumed: line ${String(number)} is none of a report`);
};

/** Those whose last word is `ok`; what failed, was denied or found nobody is tried again. */
const finishedIn = (path: string, text: string, grant: string): ReadonlySet<string> => {
  const finished = new Set<string>();
  const lines = text.split('\n').slice(0, -1);
  for (const [index, each] of lines.entries()) {
    const line = lineOf(path, each, index + 1);
    if (line.grant !== grant) continue;
    if (line.outcome === 'ok') finished.add(line.subject);
    else finished.delete(line.subject);
  }
  return finished;
};

const appender = (path: string, file: FileHandle): Pick<ReportFile, 'append' | 'close'> => {
  let last: Promise<void> = Promise.resolve();
  const write = async (line: ReportLine): Promise<void> => {
    try {
      await file.appendFile(`${JSON.stringify(line)}\n`);
      await file.datasync();
    } catch (error) {
      throw unusable(path, `cannot be written: ${reasonOf(error)}`);
    }
  };
  return {
    // One after the other, and none after one that failed: only the last line may be torn.
    append: (line) => (last = last.then(() => write(line))),
    close: () => file.close(),
  };
};

/**
 * @param isResumed goes on with a report that is there, whose torn last line is cut off; otherwise there must be none
 * @throws CommandError usage where there is one, configuration where it cannot be used
 */
export const openReport = async (
  path: string,
  grant: string,
  isResumed: boolean,
): Promise<ReportFile> => {
  let file: FileHandle;
  try {
    file = await open(path, isResumed ? 'a+' : 'ax+', 0o600);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
      throw unusable(path, `cannot be opened: ${reasonOf(error)}`);
    }
    throw new CommandError(
      exitCodes.usage,
      `The report ${path} is there already; go on with it by --resume, or name another.`,
    );
  }
  try {
    const bytes = await file.readFile();
    // A kill in the middle of a line leaves one without an end.
    const wholeBytes = bytes.lastIndexOf('\n') + 1;
    const finished = finishedIn(path, bytes.toString('utf8', 0, wholeBytes), grant);
    if (wholeBytes < bytes.length) await file.truncate(wholeBytes);
    return { finished, ...appender(path, file) };
  } catch (error) {
    await file.close();
    throw error;
  }
};

/** For runs without a report. */
export const noReport: ReportFile = {
  finished: new Set(),
  append: () => Promise.resolve(),
  close: () => Promise.resolve(),
};
