/** IAM's condition operators in their positive form; negation and quantifiers are in conditions.ts. */
import { BlockList, isIP, isIPv4 } from 'node:net';

import { matchesArn, matchesPattern, resolvedText } from './pattern.ts';
import type { MatchResult, PatternRules } from './pattern.ts';

export type Comparison = (policyValue: string, value: string, rules: PatternRules) => MatchResult;

const text =
  (compare: (expected: string, value: string) => boolean): Comparison =>
  (policyValue, value, rules) => {
    const expected = resolvedText(policyValue, rules);
    return expected === null ? 'unresolved' : compare(expected, value);
  };

const decimalForm = /^[+-]?\d+(?:\.\d+)?$/u;
const numberOf = (source: string): number =>
  decimalForm.test(source) ? Number(source) : Number.NaN;

/** Epoch seconds or ISO 8601. */
const instantOf = (source: string): number =>
  decimalForm.test(source) ? Number(source) * 1000 : Date.parse(source);

/** A value that does not parse satisfies no comparison. */
const ordered =
  (
    read: (source: string) => number,
    holds: (value: number, bound: number) => boolean,
  ): Comparison =>
  (policyValue, value) => {
    const [left, right] = [read(value), read(policyValue)];
    return !Number.isNaN(left) && !Number.isNaN(right) && holds(left, right);
  };

const inRange: Comparison = (policyValue, value) => {
  const [network = '', prefix] = policyValue.split('/');
  if (isIP(network) === 0 || isIP(value) === 0) return false;
  const family = isIPv4(network) ? 'ipv4' : 'ipv6';
  const widest = family === 'ipv4' ? 32 : 128;
  const bits = prefix === undefined ? widest : numberOf(prefix);
  if (!Number.isInteger(bits) || bits < 0 || bits > widest) return false;
  const list = new BlockList();
  list.addSubnet(network, bits, family);
  return list.check(value, isIPv4(value) ? 'ipv4' : 'ipv6');
};

const sameBytes: Comparison = (policyValue, value) =>
  Buffer.from(policyValue, 'base64').equals(Buffer.from(value, 'base64'));

export const comparisons: ReadonlyMap<string, Comparison> = new Map([
  ['StringEquals', text((expected, value) => expected === value)],
  [
    'StringEqualsIgnoreCase',
    text((expected, value) => expected.toLowerCase() === value.toLowerCase()),
  ],
  ['StringLike', matchesPattern],
  ['NumericEquals', ordered(numberOf, (value, bound) => value === bound)],
  ['NumericLessThan', ordered(numberOf, (value, bound) => value < bound)],
  ['NumericLessThanEquals', ordered(numberOf, (value, bound) => value <= bound)],
  ['NumericGreaterThan', ordered(numberOf, (value, bound) => value > bound)],
  ['NumericGreaterThanEquals', ordered(numberOf, (value, bound) => value >= bound)],
  ['DateEquals', ordered(instantOf, (value, bound) => value === bound)],
  ['DateLessThan', ordered(instantOf, (value, bound) => value < bound)],
  ['DateLessThanEquals', ordered(instantOf, (value, bound) => value <= bound)],
  ['DateGreaterThan', ordered(instantOf, (value, bound) => value > bound)],
  ['DateGreaterThanEquals', ordered(instantOf, (value, bound) => value >= bound)],
  ['Bool', (policyValue, value) => policyValue.toLowerCase() === value.toLowerCase()],
  ['BinaryEquals', sameBytes],
  ['IpAddress', inRange],
  ['ArnEquals', matchesArn],
  ['ArnLike', matchesArn],
]);

/** The positive operator that each negated one denies. */
export const negations: ReadonlyMap<string, string> = new Map([
  ['StringNotEquals', 'StringEquals'],
  ['StringNotEqualsIgnoreCase', 'StringEqualsIgnoreCase'],
  ['StringNotLike', 'StringLike'],
  ['NumericNotEquals', 'NumericEquals'],
  ['DateNotEquals', 'DateEquals'],
  ['NotIpAddress', 'IpAddress'],
  ['ArnNotEquals', 'ArnEquals'],
  ['ArnNotLike', 'ArnLike'],
]);
