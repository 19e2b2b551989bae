import { BrokerError, type BrokerErrorKind } from './broker-error.ts';

/** 404 to 415 are refusals of the request's form; the rest of the broker's 4xx are considered answers. */
const invalidStatuses = new Set([400, 404, 405, 413, 415]);

const kindOf = (status: number): BrokerErrorKind => {
  if (status === 401) return 'not-accepted';
  if (status === 429 || status >= 500) return 'unavailable';
  if (invalidStatuses.has(status)) return 'invalid';
  return status >= 400 ? 'denied' : 'unexpected';
};

const textOf = (value: unknown): string | null =>
  typeof value === 'string' && value !== '' ? value : null;

const textsOf = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((entry) => typeof entry === 'string') : [];

/** `Retry-After` in seconds, or as a date compared with the answer's own `Date`. @see RFC 9110 §10.2.3 */
const retryAfterSecondsOf = (headers: Headers): number | null => {
  const text = headers.get('retry-after');
  if (text === null) return null;
  if (/^\d{1,6}$/.test(text)) return Number(text);
  const until = Date.parse(text);
  const now = Date.parse(headers.get('date') ?? '');
  return Number.isNaN(until) || Number.isNaN(now) ? null : Math.max(0, (until - now) / 1000);
};

/**
 * What a refusal or failure means for the caller. The sentence is the problem's `detail` only where a broker wrote the
 * answer; a proxy's page is not repeated to anybody.
 * @param body null where the answer was no JSON object
 */
export const brokerErrorOf = (
  { status, headers }: Pick<Response, 'status' | 'headers'>,
  body: Readonly<Record<string, unknown>> | null,
): BrokerError => {
  const detail = textOf(body?.['detail']);
  const problemType = textOf(body?.['type']);
  const details = {
    status,
    problemType,
    requestId: textOf(body?.['instance']) ?? headers.get('x-amzn-requestid'),
    choices: textsOf(body?.['choices']),
    faults: textsOf(body?.['faults']),
    retryAfterSeconds: retryAfterSecondsOf(headers),
  };
  if (detail === null || problemType === null) {
    const kind = kindOf(status) === 'unavailable' ? 'unavailable' : 'unexpected';
    const sentence = `The answer (status ${String(status)}) is not one that a Stepkey broker gives.`;
    return new BrokerError(kind, sentence, details);
  }
  return new BrokerError(kindOf(status), detail, details);
};
