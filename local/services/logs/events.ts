/** Log events, their order, and pages of them. */
import { AwsError } from '../../aws.ts';

export interface LogEvent {
  /** Digits of one length, in the order of writing. */
  readonly id: string;
  readonly stream: string;
  readonly timestampMillis: number;
  readonly ingestedAtMillis: number;
  readonly message: string;
}

export interface TimeSpan {
  /** Inclusive. */
  readonly startMillis: number;
  /** Exclusive. */
  readonly endMillis: number;
}

/** Where an event stands among all: by time, then by order of writing. */
export const positionOf = (event: LogEvent): string =>
  String(event.timestampMillis).padStart(15, '0') + event.id;

/** `json`: the text that JSON.stringify made of an object, which is the same after it was read and made again. */
export type MessageForm = 'text' | 'json';

/** The line that keeps an event. JSON stays what it is: to escape it once more would cost more than all else. */
export const lineOf = (event: LogEvent, form: MessageForm): string => {
  const { id, stream, timestampMillis, ingestedAtMillis, message } = event;
  const kept = form === 'json' ? message : JSON.stringify(message);
  return `{"id":"${id}","stream":${JSON.stringify(stream)},"timestampMillis":${String(timestampMillis)},"ingestedAtMillis":${String(ingestedAtMillis)},"message":${kept}}`;
};

const eventOf = (line: string): LogEvent | null => {
  try {
    const event = JSON.parse(line) as LogEvent & { readonly message: unknown };
    const { message } = event;
    return typeof message === 'string' ? event : { ...event, message: JSON.stringify(message) };
  } catch {
    return null;
  }
};

/** The events of these lines, in order. A line that a kill cut off is no event. */
export const eventsOf = (lines: readonly string[]): LogEvent[] =>
  lines
    .map(eventOf)
    .filter((event) => event !== null)
    .map((event) => ({ event, position: positionOf(event) }))
    .sort((left, right) => (left.position < right.position ? -1 : 1))
    .map(({ event }) => event);

export const isWithin = (event: LogEvent, span: TimeSpan): boolean =>
  event.timestampMillis >= span.startMillis && event.timestampMillis < span.endMillis;

const invalidToken = (): AwsError =>
  new AwsError('InvalidParameterException', 'The specified nextToken is invalid.');

/** A position out of a token such as `f/…`. @throws AwsError InvalidParameterException */
export const positionIn = (token: string, kinds: string): { kind: string; position: string } => {
  const match = new RegExp(`^([${kinds}])/(\\d*)$`).exec(token);
  const [, kind, position] = match ?? [];
  if (kind === undefined || position === undefined) throw invalidToken();
  return { kind, position };
};

/** How many to return. @throws AwsError InvalidParameterException */
export const limitOf = (value: unknown): number => {
  const limit = value ?? 10_000;
  if (typeof limit !== 'number' || !Number.isInteger(limit) || limit < 1 || limit > 10_000) {
    throw new AwsError('InvalidParameterException', 'The limit is 1 to 10000.');
  }
  return limit;
};
