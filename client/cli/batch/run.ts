import { setMaxListeners } from 'node:events';
import { InvalidArgumentError, type Command } from 'commander';
import { currentToken } from '../current-token.ts';
import { examples, flagsOf, type Run } from '../command.ts';
import { CommandError } from '../command-error.ts';
import { requireCommandWords } from '../command-words.ts';
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import { withLock } from '../file-lock.ts';
import { findProfile } from '../find-profile.ts';
import type { Profile } from '../profile.ts';
import type { Terminal } from '../terminal.ts';
import { childEnvironment } from './child-environment.ts';
import { noReport, openReport } from './report-file.ts';
import { runSubjects } from './run-subjects.ts';
import { requireGrant } from './start.ts';
import { subjectCommands } from './subject-command.ts';
import { subjectCredentials } from './subject-credentials.ts';
import { readSubjects } from './subjects-file.ts';

interface RunOptions {
  readonly subjects: string;
  readonly concurrency: number;
  readonly report?: string;
  readonly resume?: true;
}

const mostAtATime = 256;
const lockPatienceMillis = 1000;

const concurrencyOf = (text: string): number => {
  const number = Number(text);
  if (/^\d{1,3}$/.test(text) && number >= 1 && number <= mostAtATime) return number;
  throw new InvalidArgumentError(`It must be a number from 1 to ${String(mostAtATime)}.`);
};

const endingSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** The first signal stops new ones, the second asks those that run to end. */
const stopOnSignals = (
  terminal: Terminal,
  terminate: () => void,
): { readonly signal: AbortSignal; readonly dispose: () => void } => {
  const stop = new AbortController();
  // Each that runs may be waiting.
  setMaxListeners(mostAtATime, stop.signal);
  const listener = (): void => {
    if (stop.signal.aborted) {
      terminal.tell('stepkey: ending the commands that run.');
      terminate();
      return;
    }
    terminal.tell(
      'stepkey: no further subject begins; waiting for the commands that run. Again ends them.',
    );
    stop.abort();
  };
  for (const name of endingSignals) process.on(name, listener);
  return {
    signal: stop.signal,
    dispose: () => {
      for (const name of endingSignals) process.removeListener(name, listener);
    },
  };
};

/** Two runs on one report would each do what the other has not finished. */
const alone = <T>(report: string, work: () => Promise<T>): Promise<T> =>
  withLock(`${report}.lock`, work, lockPatienceMillis, () => {
    throw new CommandError(
      exitCodes.usage,
      `Another run is at work on the report ${report}, or no file can be made beside it; wait for its end, or name another.`,
    );
  });

interface Job extends Omit<RunOptions, 'subjects'> {
  readonly words: readonly string[];
  readonly profile: Profile;
  readonly grant: string;
  readonly subjects: readonly string[];
}

const summaryOf = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .map(([name, count]) => `${name} ${String(count)}`)
    .join(', ');

const carryOut = async (terminal: Terminal, job: Job): Promise<ExitCode> => {
  const { grant, profile } = job;
  const report =
    job.report === undefined ? noReport : await openReport(job.report, grant, job.resume === true);
  const subjects = job.subjects.filter((subject) => !report.finished.has(subject));
  const commands = subjectCommands(job.words);
  const stop = stopOnSignals(terminal, commands.terminate);
  try {
    const counts = await runSubjects({
      subjects,
      grant,
      concurrency: job.concurrency,
      credentialsOf: subjectCredentials(terminal, profile, stop.signal),
      runCommand: (subject, answer) =>
        commands.run(childEnvironment(terminal.env, profile, subject, answer)),
      report: report.append,
      tell: terminal.tell,
      stop: stop.signal,
      nowEpochMillis: terminal.nowEpochMillis,
    });
    const doneBefore = job.subjects.length - subjects.length;
    const ended = Object.values(counts).reduce((sum, count) => sum + count, 0);
    const others = {
      ...(doneBefore === 0 ? {} : { 'done before': doneBefore }),
      ...(ended === subjects.length ? {} : { 'not begun': subjects.length - ended }),
    };
    terminal.tell(`stepkey: ${summaryOf({ ...counts, ...others })}.`);
    if (stop.signal.aborted) return exitCodes.interrupted;
    return counts.ok === subjects.length ? exitCodes.ok : exitCodes.incomplete;
  } finally {
    stop.dispose();
    await report.close();
  }
};

const runForSubjects = async (
  terminal: Terminal,
  words: readonly string[],
  options: RunOptions,
  command: Command,
): Promise<ExitCode> => {
  requireCommandWords(words, 'stepkey batch run --subjects FILE --grant GRANT', './job.sh');
  if (options.resume && options.report === undefined) {
    throw new CommandError(
      exitCodes.usage,
      '--resume needs the report to go on with: --report <file>.',
    );
  }
  const list = await readSubjects(options.subjects);
  const profile = await findProfile(terminal, flagsOf(command));
  const grant = requireGrant(profile);
  // Nobody can sign in: said before a report is begun.
  await currentToken(terminal, profile, 'access');
  const work = (): Promise<ExitCode> =>
    carryOut(terminal, { ...options, words, profile, grant, subjects: list.subjects });
  return options.report === undefined ? work() : alone(options.report, work);
};

export const defineRun = (parent: Command, run: Run): void => {
  const command = parent
    .command('run')
    .summary('run a command for each subject, with that subject’s credentials')
    .requiredOption('--subjects <file>', 'one a line; - for standard input')
    .option('-g, --grant <name>', 'grant to ask for (STEPKEY_GRANT)')
    .option('--role-arn <arn>', 'role to ask for, where the grant takes the role from the token')
    .option('-c, --concurrency <number>', 'how many at a time', concurrencyOf, 1)
    .option('--report <file>', 'what came of each subject, as JSON lines')
    .option('--resume', 'go on with that report: who is ok there is not run again')
    .argument('[command...]', 'after --; STEPKEY_SUBJECT says for whom')
    .action(run(runForSubjects));
  examples(
    command,
    'stepkey batch run --subjects people.txt --grant reports --concurrency 4 --report done.jsonl -- ./report.sh',
    'stepkey batch run --subjects people.txt --grant reports --report done.jsonl --resume -- ./report.sh',
  );
};
