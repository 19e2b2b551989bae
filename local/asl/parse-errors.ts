/** Retry and Catch. */
import type { Catcher, Retrier } from './definition.ts';
import { isFields } from './reader.ts';
import type { Fields, Reader } from './reader.ts';

const predefined: ReadonlySet<string> = new Set(
  (
    'ALL BranchFailed DataLimitExceeded ExceedToleratedFailureThreshold HeartbeatTimeout IntrinsicFailure ' +
    'ItemReaderFailed NoChoiceMatched ParameterPathFailure Permissions QueryEvaluationError ResultPathMatchFailure ' +
    'ResultWriterFailed Runtime TaskFailed Timeout'
  )
    .split(' ')
    .map((name) => `States.${name}`),
);

const errorNames = (
  reader: Reader,
  fields: Fields,
  location: string,
  isLast: boolean,
): readonly string[] => {
  if (fields['ErrorEquals'] === undefined) {
    reader.complain("The field 'ErrorEquals' is missing", location);
    return [];
  }
  const names = reader.list(fields, 'ErrorEquals', location);
  const at = `${location}/ErrorEquals`;
  for (const name of names) {
    if (typeof name !== 'string') reader.complain('An error name must be a text', at);
    else if (name.startsWith('States.') && !predefined.has(name)) {
      reader.complain(`'${name}' is no predefined error; the prefix 'States.' is reserved`, at);
    }
  }
  if (names.includes('States.ALL')) {
    if (names.length > 1) reader.complain("'States.ALL' must be the only name of its list", at);
    if (!isLast) reader.complain("'States.ALL' must be in the last entry", at);
  }
  return names.filter((name) => typeof name === 'string');
};

const each = <T>(
  reader: Reader,
  fields: Fields,
  name: 'Retry' | 'Catch',
  location: string,
  parse: (entry: Fields, at: string, isLast: boolean) => T,
): readonly T[] => {
  const entries = reader.list(fields, name, location);
  return entries.flatMap((entry, index) => {
    const at = `${location}/${name}[${String(index)}]`;
    if (isFields(entry)) return [parse(entry, at, index === entries.length - 1)];
    reader.complain(`An entry of '${name}' must be an object`, at);
    return [];
  });
};

export const parseRetry = (reader: Reader, fields: Fields, location: string): readonly Retrier[] =>
  each(reader, fields, 'Retry', location, (entry, at, isLast) => {
    reader.allow(
      entry,
      [
        'ErrorEquals',
        'IntervalSeconds',
        'BackoffRate',
        'MaxAttempts',
        'MaxDelaySeconds',
        'JitterStrategy',
      ],
      at,
    );
    const jitter = entry['JitterStrategy'];
    if (jitter !== undefined && jitter !== 'FULL' && jitter !== 'NONE') {
      reader.complain("The field 'JitterStrategy' must be FULL or NONE", `${at}/JitterStrategy`);
    }
    const whole = (name: string, least: number, fallback: number): number =>
      reader.number(entry, name, at, { least, fallback, integer: true });
    const intervalSeconds = whole('IntervalSeconds', 1, 1);
    const maxDelaySeconds = whole('MaxDelaySeconds', 1, Infinity);
    if (maxDelaySeconds <= intervalSeconds) {
      reader.complain("'MaxDelaySeconds' must exceed 'IntervalSeconds'", `${at}/MaxDelaySeconds`);
    }
    return {
      errorEquals: errorNames(reader, entry, at, isLast),
      intervalSeconds,
      backoffRate: reader.number(entry, 'BackoffRate', at, {
        least: 1,
        fallback: 2,
        integer: false,
      }),
      maxAttempts: whole('MaxAttempts', 0, 3),
      maxDelaySeconds,
      fullJitter: jitter === 'FULL',
    };
  });

export const parseCatch = (reader: Reader, fields: Fields, location: string): readonly Catcher[] =>
  each(reader, fields, 'Catch', location, (entry, at, isLast) => {
    reader.allow(entry, ['ErrorEquals', 'Next', 'Assign', 'Output'], at);
    return {
      errorEquals: errorNames(reader, entry, at, isLast),
      next: reader.text(entry, 'Next', at),
      output: reader.template(entry, 'Output', at, ['errorOutput']),
      assign: reader.template(entry, 'Assign', at, ['errorOutput']),
    };
  });
