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
  form: 'json',
) => unknown;

/** Above this, AWS cuts a payload off. */
const maximumLoggedBytes = 248 * 1_024;

/** The types that are logged; null where all are. */
const levels: Readonly<Record<Exclude<LogLevel, 'OFF'>, RegExp | null>> = {
  ALL: null,
  ERROR: /Failed$|TimedOut$|Aborted$|^FailStateEntered$/,
  FATAL: /^Execution(?:Failed|Aborted|TimedOut)$/,
};

/** The payloads among the details; everything else is told whether execution data is included or not. */
const payloads: ReadonlySet<string> = new Set([
  'input',
  'output',
  'parameters',
  'assignedVariables',
]);

/** A UTF-16 unit becomes three bytes of UTF-8 at most, so a text up to this length needs no count. */
const surelyWhole = Math.floor(maximumLoggedBytes / 3);

const cut = (text: string): { readonly text: string; readonly truncated: boolean } => {
  if (text.length <= surelyWhole) return { text, truncated: false };
  const bytes = Buffer.from(text);
  if (bytes.length <= maximumLoggedBytes) return { text, truncated: false };
  return { text: bytes.subarray(0, maximumLoggedBytes).toString(), truncated: true };
};

/** A state's input is most often what the state before it gave: the last text is not escaped twice. */
const rememberingQuoted = (): ((payload: string) => string) => {
  let last = { payload: '', quoted: '""' };
  return (payload) => {
    if (payload !== last.payload) last = { payload, quoted: JSON.stringify(payload) };
    return last.quoted;
  };
};

/** Names and ARNs, most often: printable ASCII without quotes and backslashes is its own JSON. */
const nothingToEscape = /^[ !#-[\]-~]*$/;

/** JSON text, put together from its members': the events of one machine have many shapes, and all are small. */
const loggedDetails = (
  details: Readonly<Record<string, unknown>>,
  includeExecutionData: boolean,
  quoted: (payload: string) => string,
): string => {
  let members = '';
  for (const name of Object.keys(details)) {
    const value = details[name];
    const isPayload = payloads.has(name);
    if (value === undefined || (isPayload && !includeExecutionData)) continue;
    if (members !== '') members += ',';
    if (isPayload && typeof value === 'string') {
      const { text, truncated } = cut(value);
      members += `"${name}":${quoted(text)}`;
      if (name !== 'parameters') members += `,"${name}Details":{"truncated":${String(truncated)}}`;
    } else if (typeof value === 'string' && nothingToEscape.test(value))
      members += `"${name}":"${value}"`;
    else members += `"${name}":${JSON.stringify(value)}`;
  }
  return `{${members}}`;
};

/** `states/<machine>/<yyyy-MM-dd-HH-mm>/<8 hex digits>` */
export const logStreamName = (machineName: string, epochMillis: number, suffix: string): string => {
  const minute = new Date(epochMillis).toISOString().slice(0, 16).replace(/[T:]/g, '-');
  return `states/${machineName}/${minute}/${suffix}`;
};

/**
 * What takes the events of one execution, at the machine's log level.
 * Every number of a message's envelope is a text, as AWS writes it.
 */
export const executionLogger = (
  logging: Logging | null,
  execution: { readonly arn: string; readonly stream: string },
  write: WriteLog,
): ((event: HistoryEvent) => void) => {
  if (logging === null || logging.level === 'OFF') return () => undefined;
  const wanted = levels[logging.level];
  const { includeExecutionData, logGroup } = logging;
  const quoted = rememberingQuoted();
  const ending = `"execution_arn":${JSON.stringify(execution.arn)},"redrive_count":"0"}`;
  return ({ details, id, previousEventId, timestampEpochMillis, type }) => {
    if (wanted !== null && !wanted.test(type)) return;
    const logged = loggedDetails(details, includeExecutionData, quoted);
    const message = `{"id":"${String(id)}","type":"${type}","details":${logged},"previous_event_id":"${String(previousEventId)}","event_timestamp":"${String(timestampEpochMillis)}",${ending}`;
    write(logGroup, execution.stream, timestampEpochMillis, message, 'json');
  };
};
