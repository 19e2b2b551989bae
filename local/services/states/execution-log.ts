/** An execution's events as CloudWatch Logs receives them from an Express workflow. */
import type { HistoryEvent } from '../../asl/history.ts';

type LogLevel = 'ALL' | 'ERROR' | 'FATAL' | 'OFF';

export interface Logging {
  readonly level: LogLevel;
  readonly includeExecutionData: boolean;
  readonly logGroup: string;
}

export type WriteLog = (
  logGroupName: string,
  logStreamName: string,
  timestampMillis: number,
  message: string,
) => unknown;

/** Above this, AWS cuts a payload off. */
const maximumLoggedBytes = 248 * 1_024;

const levels: Readonly<Record<LogLevel, RegExp>> = {
  ALL: /^/,
  ERROR: /Failed$|TimedOut$|Aborted$|^FailStateEntered$/,
  FATAL: /^Execution(?:Failed|Aborted|TimedOut)$/,
  OFF: /$^/,
};

/** The payloads among the details; everything else is told whether execution data is included or not. */
const payloads: ReadonlySet<string> = new Set([
  'input',
  'output',
  'parameters',
  'assignedVariables',
]);

const cut = (text: string): { readonly text: string; readonly truncated: boolean } => {
  const bytes = Buffer.from(text);
  if (bytes.length <= maximumLoggedBytes) return { text, truncated: false };
  return { text: bytes.subarray(0, maximumLoggedBytes).toString(), truncated: true };
};

const loggedDetails = (
  details: Readonly<Record<string, unknown>>,
  includeExecutionData: boolean,
): Record<string, unknown> => {
  const logged: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(details)) {
    if (!payloads.has(name)) logged[name] = value;
    else if (includeExecutionData && typeof value === 'string') {
      const { text, truncated } = cut(value);
      logged[name] = text;
      if (name !== 'parameters') logged[`${name}Details`] = { truncated };
    } else if (includeExecutionData) logged[name] = value;
  }
  return logged;
};

/** The message of one event; every number of the envelope is a text, as AWS writes it. */
const logMessage = (
  event: HistoryEvent,
  executionArn: string,
  includeExecutionData: boolean,
): string =>
  JSON.stringify({
    id: String(event.id),
    type: event.type,
    details: loggedDetails(event.details, includeExecutionData),
    previous_event_id: String(event.previousEventId),
    event_timestamp: String(event.timestampEpochMillis),
    execution_arn: executionArn,
    redrive_count: '0',
  });

/** `states/<machine>/<yyyy-MM-dd-HH-mm>/<8 hex digits>` */
export const logStreamName = (machineName: string, epochMillis: number, suffix: string): string => {
  const minute = new Date(epochMillis).toISOString().slice(0, 16).replace(/[T:]/g, '-');
  return `states/${machineName}/${minute}/${suffix}`;
};

/** What takes the events of one execution, at the machine's log level. */
export const executionLogger = (
  logging: Logging | null,
  execution: { readonly arn: string; readonly stream: string },
  write: WriteLog,
): ((event: HistoryEvent) => void) => {
  if (logging === null || logging.level === 'OFF') return () => undefined;
  const wanted = levels[logging.level];
  return (event) => {
    if (!wanted.test(event.type)) return;
    const message = logMessage(event, execution.arn, logging.includeExecutionData);
    write(logging.logGroup, execution.stream, event.timestampEpochMillis, message);
  };
};
