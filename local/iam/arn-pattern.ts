/** How ARNs of policies meet ARNs of requests. */
import type { ConditionKeys } from './condition-keys.ts';
import { matchOf, plainTextOf } from './pattern.ts';
import type { Match, MatchResult } from './pattern.ts';
import { arnFieldCount, arnFieldsOf, tokensOf } from './policy-string.ts';

const valueFieldsOf = (value: string): readonly string[] | null => {
  const parts = value.split(':');
  if (parts.length < arnFieldCount) return null;
  return [...parts.slice(0, arnFieldCount - 1), parts.slice(arnFieldCount - 1).join(':')];
};

const fieldsMatch = (
  fields: readonly Match[],
  values: readonly string[],
  keys: ConditionKeys,
): MatchResult => {
  let result: MatchResult = true;
  for (const [index, match] of fields.entries()) {
    const met = match(values[index] ?? '', keys);
    if (met === false) return false;
    if (met === 'unresolved') result = 'unresolved';
  }
  return result;
};

/**
 * Compares field by field, so that a wildcard never reaches across a colon of the first five.
 * An ARN with fewer fields is completed with wildcards, as IAM does; a lone `*` is everything.
 */
export const arnPatternOf = (source: string, variables: boolean): Match => {
  if (source === '*') return () => true;
  const tokens = tokensOf(source, variables);
  const fields = arnFieldsOf(tokens);
  const last = fields[arnFieldCount - 1];
  const head = fields.slice(0, -1).map(plainTextOf);
  // Most ARNs of policies are text, but for their last field at most: these need no cutting of the value.
  if (last !== undefined && !head.includes(null) && last.every(({ kind }) => kind !== 'variable')) {
    const start = `${head.join(':')}:`;
    const matchLast = matchOf(last);
    return (value, keys) => value.startsWith(start) && matchLast(value.slice(start.length), keys);
  }
  const whole = matchOf(tokens);
  const matches = fields.map(matchOf);
  return (value, keys) => {
    const values = valueFieldsOf(value);
    return values === null ? whole(value, keys) : fieldsMatch(matches, values, keys);
  };
};
