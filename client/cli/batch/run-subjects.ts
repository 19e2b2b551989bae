/** Works through a list of subjects, some at a time; none of them stops the others. */
import { BrokerError } from '../../broker-error.ts';
import type { CredentialsAnswer } from '../../../core/contracts/api-answers.ts';
import type { ReportLine, RunOutcome } from './report-file.ts';
import type { CredentialsOf } from './subject-credentials.ts';

export interface RunPlan {
  readonly subjects: readonly string[];
  readonly grant: string;
  readonly concurrency: number;
  readonly credentialsOf: CredentialsOf;
  /** Gives the exit code. */
  readonly runCommand: (subject: string, answer: CredentialsAnswer) => Promise<number>;
  /** Resolves once the line is kept; the next subject begins after it. */
  readonly report: (line: ReportLine) => Promise<void>;
  /** What a person reads of a subject that got nothing. */
  readonly tell: (message: string) => void;
  /** No further subject begins; those that run end. */
  readonly stop: AbortSignal;
  readonly nowEpochMillis: () => number;
}

interface Ending {
  readonly outcome: RunOutcome;
  readonly exitCode: number | null;
  readonly error: string | null;
}

/** The end of a problem's type, which docs/errors.md lists. */
const nameOf = ({ problemType }: BrokerError): string =>
  problemType?.split('/').at(-1) ?? 'Broker.Unreachable';

const outcomeOf = ({ kind }: BrokerError): RunOutcome => {
  if (kind === 'denied') return 'denied';
  return kind === 'invalid' ? 'failed' : 'unavailable';
};

/** Node's timers and the signal itself make each their own. */
const isAbort = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'name' in error && error.name === 'AbortError';

/** @throws what is not this subject's own: nobody else would fare better */
const endingOf = async (plan: RunPlan, subject: string): Promise<Ending> => {
  let answer: CredentialsAnswer;
  try {
    answer = await plan.credentialsOf(subject);
  } catch (error) {
    if (!(error instanceof BrokerError)) throw error;
    const outcome = outcomeOf(error);
    plan.tell(
      `stepkey: ${subject}: ${error.message}${error.requestId === null ? '' : ` (id ${error.requestId})`}`,
    );
    return { outcome, exitCode: null, error: nameOf(error) };
  }
  plan.stop.throwIfAborted();
  const exitCode = await plan.runCommand(subject, answer);
  return { outcome: exitCode === 0 ? 'ok' : 'failed', exitCode, error: null };
};

/**
 * @returns how many came to what; fewer than there are subjects where it was stopped
 * @throws the first failure that is everybody's, once those that run have ended
 */
export const runSubjects = async (plan: RunPlan): Promise<Readonly<Record<RunOutcome, number>>> => {
  const counts = { ok: 0, failed: 0, denied: 0, unavailable: 0 };
  const faults: unknown[] = [];
  const pending = plan.subjects.values();
  const mayBegin = (): boolean => !plan.stop.aborted && faults.length === 0;
  const work = async (): Promise<void> => {
    for (const subject of pending) {
      if (!mayBegin()) return;
      const beganAtEpochMillis = plan.nowEpochMillis();
      try {
        const ending = await endingOf(plan, subject);
        const now = plan.nowEpochMillis();
        await plan.report({
          subject,
          grant: plan.grant,
          ...ending,
          durationMillis: now - beganAtEpochMillis,
          endedAt: new Date(now).toISOString(),
        });
        counts[ending.outcome] += 1;
      } catch (error) {
        if (!isAbort(error)) faults.push(error);
        return;
      }
    }
  };
  const workers = Math.min(plan.concurrency, plan.subjects.length);
  await Promise.all(Array.from({ length: workers }, work));
  if (faults.length > 0) throw faults[0];
  return counts;
};
