/** IAM's condition operators in their positive form; negation and quantifiers are in conditions.ts. */
import { BlockList, isIP, isIPv4 } from 'node:net';

import { arnPatternOf } from './arn-pattern.ts';
import { patternOf, textOf } from './pattern.ts';
import type { Match } from './pattern.ts';

/** Reads one value of a policy: how it meets the request's values. */
export type Comparison = (policyValue: string, variables: boolean) => Match;

const text =
  (compare: (expected: string, value: string) => boolean): Comparison =>
  (policyValue, variables) => {
    const expectedFor = textOf(policyValue, variables);
    return (value, keys) => {
      const expected = expectedFor(keys);
      return expected === null ? 'unresolved' : compare(expected, value);
    };
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
  (policyValue) => {
    const bound = read(policyValue);
    return (value) => {
      const compared = read(value);
      return !Number.isNaN(compared) && !Number.isNaN(bound) && holds(compared, bound);
    };
  };

const never: Match = () => false;

const inRange: Comparison = (policyValue) => {
  const [network = '', prefix] = policyValue.split('/');
  if (isIP(network) === 0) return never;
  const family = isIPv4(network) ? 'ipv4' : 'ipv6';
  const widest = family === 'ipv4' ? 32 : 128;
  const bits = prefix === undefined ? widest : numberOf(prefix);
  if (!Number.isInteger(bits) || bits < 0 || bits > widest) return never;
  const list = new BlockList();
  list.addSubnet(network, bits, family);
  return (value) => isIP(value) !== 0 && list.check(value, isIPv4(value) ? 'ipv4' : 'ipv6');
};

const sameBytes: Comparison = (policyValue) => {
  const expected = Buffer.from(policyValue, 'base64');
  return (value) => expected.equals(Buffer.from(value, 'base64'));
};

const sameWord: Comparison = (policyValue) => {
  const expected = policyValue.toLowerCase();
  return (value) => value.toLowerCase() === expected;
};

export const comparisons: ReadonlyMap<string, Comparison> = new Map([
  ['StringEquals', text((expected, value) => expected === value)],
  [
    'StringEqualsIgnoreCase',
    text((expected, value) => expected.toLowerCase() === value.toLowerCase()),
  ],
  ['StringLike', patternOf],
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
  ['Bool', sameWord],
  ['BinaryEquals', sameBytes],
  ['IpAddress', inRange],
  ['ArnEquals', arnPatternOf],
  ['ArnLike', arnPatternOf],
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
