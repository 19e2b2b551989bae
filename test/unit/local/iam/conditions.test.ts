import { describe, expect, it } from '@jest/globals';

import type { KeyRecord } from '../../../../local/iam/condition-keys.ts';
import { conditionsOf } from '../../../../local/iam/conditions.ts';
import type { ConditionBlock } from '../../../../local/iam/policy.ts';

const keys: KeyRecord = {
  text: 'Abc',
  number: '10',
  date: '2026-11-21T01:00:00Z',
  yes: 'true',
  ip: '10.1.2.3',
  ip6: '2001:db8::7',
  arn: 'arn:aws:iam::123456789012:role/stepkey/reader',
  bytes: Buffer.from('secret').toString('base64'),
  list: ['red', 'blue'],
  empty: [],
};

const holds = (block: ConditionBlock, effect: 'Allow' | 'Deny' = 'Allow'): boolean =>
  conditionsOf(block, true, effect)([keys]);

describe('a condition', () => {
  it.each<[string, string, ConditionBlock[string][string], boolean]>([
    ['StringEquals', 'text', 'Abc', true],
    ['StringEquals', 'text', 'abc', false],
    ['StringEquals', 'TEXT', ['x', 'Abc'], true],
    ['StringEquals', 'text', 'A*', false],
    ['StringNotEquals', 'text', 'x', true],
    ['StringNotEquals', 'text', ['x', 'Abc'], false],
    ['StringNotEquals', 'absent', 'x', true],
    ['StringEqualsIgnoreCase', 'text', 'aBC', true],
    ['StringNotEqualsIgnoreCase', 'text', 'aBC', false],
    ['StringLike', 'text', 'A?*', true],
    ['StringNotLike', 'text', 'A*', false],
    ['NumericEquals', 'number', 10, true],
    ['NumericNotEquals', 'number', '10.0', false],
    ['NumericLessThan', 'number', '10', false],
    ['NumericLessThanEquals', 'number', '10', true],
    ['NumericGreaterThan', 'number', '9.5', true],
    ['NumericGreaterThanEquals', 'number', '11', false],
    ['NumericEquals', 'text', '10', false],
    ['NumericLessThan', 'number', '0x20', false],
    ['DateLessThan', 'date', '2026-11-21T02:00:00Z', true],
    ['DateGreaterThan', 'date', '1700000000', true],
    ['DateEquals', 'date', '2026-11-21T02:00:00+01:00', true],
    ['DateNotEquals', 'date', '2026-11-21T01:00:00Z', false],
    ['DateLessThanEquals', 'text', '2026-11-21T01:00:00Z', false],
    ['DateGreaterThanEquals', 'date', '2026-11-21T01:00:00.000Z', true],
    ['Bool', 'yes', true, true],
    ['Bool', 'yes', 'false', false],
    ['Bool', 'absent', 'false', false],
    ['BinaryEquals', 'bytes', Buffer.from('secret').toString('base64'), true],
    ['IpAddress', 'ip', '10.1.0.0/16', true],
    ['IpAddress', 'ip', '10.1.2.3', true],
    ['IpAddress', 'ip', '10.1.2.0/33', false],
    ['IpAddress', 'ip6', '2001:db8::/32', true],
    ['IpAddress', 'ip6', '10.0.0.0/8', false],
    ['NotIpAddress', 'ip', '10.0.0.0/8', false],
    ['ArnLike', 'arn', 'arn:*:role/stepkey/reader', false],
    ['ArnLike', 'arn', 'arn:aws:iam::*:role/stepkey/*', true],
    ['ArnEquals', 'arn', 'arn:aws:iam::*:role/other', false],
    ['ArnNotLike', 'arn', 'arn:aws:iam::*:role/other', true],
    ['ArnNotEquals', 'arn', 'arn:aws:iam::123456789012:role/stepkey/reader', false],
    ['Null', 'text', 'false', true],
    ['Null', 'text', 'true', false],
    ['Null', 'absent', true, true],
    ['Null', 'empty', 'true', true],
    ['StringEqualsIfExists', 'absent', 'x', true],
    ['StringEqualsIfExists', 'text', 'x', false],
    ['ForAnyValue:StringEquals', 'list', ['blue', 'green'], true],
    ['ForAnyValue:StringEquals', 'list', 'green', false],
    ['ForAnyValue:StringEquals', 'absent', 'green', false],
    ['ForAnyValue:StringNotEquals', 'absent', 'green', false],
    ['ForAnyValue:StringLike', 'list', 'b*', true],
    ['ForAnyValue:StringNotEquals', 'list', 'red', true],
    ['ForAllValues:StringEquals', 'list', ['blue', 'red', 'green'], true],
    ['ForAllValues:StringEquals', 'list', ['blue'], false],
    ['ForAllValues:StringEquals', 'absent', 'blue', true],
    ['ForAllValues:StringNotEquals', 'list', 'blue', false],
    ['StringEquals', 'list', 'red', true],
    ['StringNotEquals', 'list', 'red', false],
    ['StringLike', 'text', '${absent}*', false],
    ['StringNotLike', 'text', '${absent}*', false],
    ['StringEquals', 'text', ['${absent}', 'Abc'], true],
  ])('%s on %s with %j gives %j', (operator, key, expected, result) => {
    expect(holds({ [operator]: { [key]: expected } })).toBe(result);
  });

  it('holds only when every operator and every key does', () => {
    const sound = { StringEquals: { text: 'Abc', yes: 'true' }, Bool: { yes: 'true' } };
    expect(holds(sound)).toBe(true);
    expect(holds({ ...sound, Bool: { yes: 'false' } })).toBe(false);
    expect(holds({ ...sound, StringEquals: { text: 'Abc', yes: 'no' } })).toBe(false);
  });

  it('closes both ways when its operator is unknown', () => {
    expect(holds({ StringIsh: { text: 'Abc' } }, 'Allow')).toBe(false);
    expect(holds({ StringIsh: { text: 'Abc' } }, 'Deny')).toBe(true);
  });

  it('closes both ways when a negated test has a variable without a value', () => {
    const block = { StringNotEquals: { text: '${absent}' } };
    expect(holds(block, 'Allow')).toBe(false);
    expect(holds(block, 'Deny')).toBe(true);
  });
});
