import type { SessionSteps } from '../contracts/ledger-answers.ts';

/** One line of an execution's log. @see https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html */
export interface ExecutionEvent {
  readonly id: number;
  readonly type: string;
  readonly atEpochMillis: number;
  readonly details: Readonly<Record<string, unknown>>;
}

type Step = SessionSteps['steps'][number];
type Growing = { -readonly [Name in keyof Step]: Step[Name] };

const timeOf = (epochMillis: number): string => new Date(epochMillis).toISOString();
const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);

/** Payloads are logged as JSON text; what is none is shown as it is. */
const payloadOf = (value: unknown): unknown => {
  if (typeof value !== 'string') return value ?? null;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
};

const isCut = (details: Readonly<Record<string, unknown>>): boolean =>
  Object.entries(details).some(
    ([name, value]) =>
      name.endsWith('Details') &&
      (value as { readonly truncated?: unknown } | null)?.truncated === true,
  );

/**
 * The states that an execution went through, from the lines of its log: each with what went in and came out, how long it
 * took, its attempts and their errors. Says what is missing: AWS delivers these logs without a guarantee.
 * @param cutShort whether more was logged than could be read
 */
export const stepsOfEvents = (
  executionArn: string,
  logged: readonly ExecutionEvent[],
  cutShort: boolean,
): SessionSteps => {
  const events = [...new Map(logged.map((event) => [event.id, event])).values()].sort(
    (left, right) => left.id - right.id,
  );
  const steps: Growing[] = [];
  for (const event of events) takeEvent(steps, event);
  const first = events[0];
  const last = events.at(-1);
  const ended = /^Execution(Succeeded|Failed|TimedOut|Aborted)$/.exec(last?.type ?? '')?.[1];
  const reason = reasonOf({
    isEmpty: first === undefined,
    cutShort,
    hasGaps: events.some(({ id }, index) => id !== index + 1),
    isUnfinished: ended === undefined,
    isTruncated: events.some(({ details }) => isCut(details)),
  });
  return {
    executionArn,
    complete: reason === null,
    reason,
    status: statusOf(first === undefined, ended),
    startedAt: first?.type === 'ExecutionStarted' ? timeOf(first.atEpochMillis) : null,
    stoppedAt: last === undefined || ended === undefined ? null : timeOf(last.atEpochMillis),
    error: ended === undefined ? null : textOf(last?.details['error']),
    cause: ended === undefined ? null : textOf(last?.details['cause']),
    refusedIn: ended === undefined || ended === 'Succeeded' ? null : refusedIn(steps),
    steps,
  };
};

/**
 * The state that an execution ended by. What comes after it only tidies up and records: each state that refuses, or whose
 * errors are given up, sets `failure`, and no other does.
 */
const refusedIn = (steps: readonly Step[]): string | null => {
  const found =
    steps.findLast(
      ({ assigned }) => typeof assigned === 'object' && assigned !== null && 'failure' in assigned,
    ) ?? steps.findLast(({ error }) => error !== null);
  return found?.state ?? null;
};

const statusOf = (isEmpty: boolean, ended: string | undefined): SessionSteps['status'] => {
  if (isEmpty) return 'unknown';
  return statuses[ended ?? ''] ?? 'running';
};

const statuses: Readonly<Record<string, SessionSteps['status']>> = {
  Succeeded: 'succeeded',
  Failed: 'failed',
  TimedOut: 'timed-out',
  Aborted: 'aborted',
};

const reasons = {
  'too-large':
    'The log of this execution is larger than an answer may be: what follows is not shown.',
  'not-found':
    'The log has nothing of this execution: it was not delivered yet, or is past its retention.',
  gaps: 'The log lacks lines of this execution: AWS delivers it without a guarantee.',
  unfinished: 'The log does not have the end of this execution yet.',
  truncated: 'Payloads of this execution were too large for the log, and are cut off there.',
} as const;

/** What is said where several hold: that which leaves out the most. */
const reasonOf = (found: {
  readonly isEmpty: boolean;
  readonly cutShort: boolean;
  readonly hasGaps: boolean;
  readonly isUnfinished: boolean;
  readonly isTruncated: boolean;
}): SessionSteps['reason'] => {
  if (found.cutShort) return reasons['too-large'];
  if (found.isEmpty) return reasons['not-found'];
  if (found.hasGaps) return reasons.gaps;
  if (found.isUnfinished) return reasons.unfinished;
  return found.isTruncated ? reasons.truncated : null;
};

const takeEvent = (steps: Growing[], { type, atEpochMillis, details }: ExecutionEvent): void => {
  const entered = /^(\w+)StateEntered$/.exec(type)?.[1];
  if (entered !== undefined) {
    steps.push({
      state: textOf(details['name']) ?? '',
      type: entered,
      enteredAt: timeOf(atEpochMillis),
      durationMillis: null,
      input: payloadOf(details['input']),
      output: null,
      arguments: null,
      result: null,
      assigned: null,
      retries: 0,
      error: null,
      errors: [],
      truncated: isCut(details),
    });
    return;
  }
  const step = steps.at(-1);
  if (step === undefined) return;
  if (type === 'TaskScheduled') {
    // Scheduled again after each error that is tried again.
    step.retries = step.errors.length;
    step.arguments = payloadOf(details['parameters']);
  }
  if (type === 'TaskSucceeded') {
    step.error = null;
    step.result = payloadOf(details['output']);
    step.truncated ||= isCut(details);
  }
  if (/(Failed|TimedOut)$/.test(type) && !type.startsWith('Execution')) {
    const error = textOf(details['error']) ?? type;
    step.error = error;
    step.errors = [
      ...step.errors,
      { at: timeOf(atEpochMillis), error, cause: textOf(details['cause']) },
    ];
  }
  if (type.endsWith('StateExited') && details['name'] === step.state) {
    step.durationMillis = atEpochMillis - Date.parse(step.enteredAt);
    step.output = payloadOf(details['output']);
    step.assigned = payloadOf(details['assignedVariables']);
    step.truncated ||= isCut(details);
  }
};
