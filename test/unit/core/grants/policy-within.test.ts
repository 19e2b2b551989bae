import { describe, expect, it } from '@jest/globals';
import type { GrantStatement } from '../../../../core/grants/grant.ts';
import { isPatternWithin, isWithin, mayOverlap } from '../../../../core/grants/policy-within.ts';

type Condition = NonNullable<GrantStatement['Condition']>;

const allow = (
  Action: string | string[],
  Resource: string | string[],
  condition?: Condition,
): GrantStatement => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...(condition === undefined ? {} : { Condition: condition }),
});
const deny = (...statement: Parameters<typeof allow>): GrantStatement => ({
  ...allow(...statement),
  Effect: 'Deny',
});
/** Whether one statement with this condition allows no more than one with that. */
const conditionWithin = (narrow: Condition | undefined, wide: Condition | undefined): boolean =>
  isWithin([[allow('s3:GetObject', 'a', narrow)]], [[allow('s3:GetObject', 'a', wide)]]);

describe('a policy within another', () => {
  it.each<[string, GrantStatement[], GrantStatement[], boolean]>([
    ['the same', [allow('s3:Get', 'a')], [allow('s3:Get', 'a')], true],
    ['an action in other case', [allow('S3:get', 'a')], [allow('s3:Get', 'a')], true],
    ['a resource in other case', [allow('s3:Get', 'A')], [allow('s3:Get', 'a')], false],
    ['fewer of a list', [allow('s3:Get', 'a')], [allow(['s3:Put', 's3:Get'], ['b', 'a'])], true],
    ['more of a list', [allow(['s3:Put', 's3:Get'], 'a')], [allow('s3:Get', 'a')], false],
    ['another resource', [allow('s3:Get', ['a', 'b'])], [allow('s3:Get', 'a')], false],
    ['nothing', [], [allow('s3:Get', 'a')], true],
    ['anything, of nothing', [allow('s3:Get', 'a')], [], false],
    ['what it denies, of nothing', [allow('s3:Get', 'a'), deny('s3:*', '*')], [], true],
    ['what it denies elsewhere', [allow('s3:Get', 'a'), deny('s3:*', 'b')], [], false],
    ['what another denied', [allow('s3:*', '*')], [allow('s3:*', '*'), deny('s3:Put', '*')], false],
    [
      'what another denied, denied still',
      [allow('s3:*', '*'), deny('s3:P*', '*')],
      [allow('s3:*', '*'), deny('s3:Put', '*')],
      true,
    ],
    [
      'what another denied, not allowed any more',
      [allow('s3:Get', '*')],
      [allow('s3:*', '*'), deny('s3:Put', '*')],
      true,
    ],
    [
      'what another denied, denied under a condition only',
      [allow('s3:*', '*'), deny('s3:Put', '*', { Bool: { 'aws:SecureTransport': 'false' } })],
      [allow('s3:*', '*'), deny('s3:Put', '*')],
      false,
    ],
  ])('has %s', (_, after, before, is) => {
    expect(isWithin([after], [before])).toBe(is);
  });

  it('is what all policies of a session allow together', () => {
    const [wide, narrow] = [[allow('s3:*', '*')], [allow('s3:Get', 'a')]];
    expect(isWithin([wide, narrow], [narrow])).toBe(true);
    expect(isWithin([narrow, wide], [narrow])).toBe(true);
    expect(isWithin([wide], [wide, narrow])).toBe(false);
    expect(isWithin([wide, narrow], [wide, narrow])).toBe(true);
    // What one allows the other does not: together they allow nothing.
    expect(isWithin([[allow('s3:Put', 'a')], narrow], [])).toBe(true);
    expect(isWithin([[allow('s3:Put', 'a')], narrow], [[allow('s3:List', 'b')]])).toBe(true);
  });

  it('knows of a role of elsewhere no more than its name', () => {
    const role = { roleArn: 'arn:aws:iam::123456789012:role/a' };
    const other = { roleArn: 'arn:aws:iam::123456789012:role/b' };
    expect(isWithin([role], [role])).toBe(true);
    expect(isWithin([role, [allow('s3:Get', 'a')]], [role])).toBe(true);
    expect(isWithin([role], [other])).toBe(false);
    expect(isWithin([[allow('s3:Get', 'a')]], [role])).toBe(false);
    expect(isWithin([role], [[allow('s3:Get', 'a')]])).toBe(false);
  });
});

describe('a condition within another', () => {
  const holdsWhereOneFits = [
    ...['StringEquals', 'StringEqualsIgnoreCase', 'StringLike', 'ArnEquals', 'ArnLike'],
    ...['NumericEquals', 'DateEquals', 'IpAddress', 'BinaryEquals'],
    ...['ForAnyValue:StringEquals', 'ForAnyValue:StringLike'],
  ];
  const holdsWhereNoneFits = [
    ...['StringNotEquals', 'StringNotEqualsIgnoreCase', 'StringNotLike', 'ArnNotEquals'],
    ...['ArnNotLike', 'NumericNotEquals', 'DateNotEquals', 'NotIpAddress'],
  ];
  const neither = [
    ...['ForAllValues:StringEquals', 'StringEqualsIfExists', 'Bool', 'Null', 'NumericLessThan'],
    ...['DateGreaterThan', 'XStringEquals', 'StringNotEqualsIfExists', 'XStringNotEquals'],
    ...['ForAnyValue:StringNotEquals'],
  ];
  const over = (operator: string, few: string[], many: string[]) => [
    conditionWithin({ [operator]: { key: few } }, { [operator]: { key: many } }),
    conditionWithin({ [operator]: { key: many } }, { [operator]: { key: few } }),
    conditionWithin({ [operator]: { key: few } }, { [operator]: { key: few } }),
  ];

  it.each(holdsWhereOneFits)('%s with fewer values holds for less', (operator) => {
    expect(over(operator, ['a'], ['a', 'b'])).toEqual([true, false, true]);
  });

  it.each(holdsWhereNoneFits)('%s with more values holds for less', (operator) => {
    expect(over(operator, ['a'], ['a', 'b'])).toEqual([false, true, true]);
  });

  it.each(neither)('%s says nothing but of the same values', (operator) => {
    expect(over(operator, ['a'], ['a', 'b'])).toEqual([false, false, true]);
  });

  it.each<[string, Condition | undefined, Condition | undefined, boolean]>([
    ['any, of none', { StringEquals: { k: 'a' } }, undefined, true],
    ['none, of any', undefined, { StringEquals: { k: 'a' } }, false],
    [
      'one text for a list of one',
      { StringEquals: { k: 'a' } },
      { StringEquals: { k: ['a'] } },
      true,
    ],
    ['a key in other case', { StringEquals: { K: 'a' } }, { StringEquals: { k: 'a' } }, true],
    ['another key', { StringEquals: { l: 'a' } }, { StringEquals: { k: 'a' } }, false],
    ['another operator', { StringLike: { k: 'a' } }, { StringEquals: { k: 'a' } }, false],
    ['one key more', { StringEquals: { k: 'a', l: 'b' } }, { StringEquals: { k: 'a' } }, true],
    ['one key less', { StringEquals: { k: 'a' } }, { StringEquals: { k: 'a', l: 'b' } }, false],
    [
      'one operator more',
      { StringEquals: { k: 'a' }, StringLike: { l: 'b' } },
      { StringEquals: { k: 'a' } },
      true,
    ],
    [
      'one operator less',
      { StringEquals: { k: 'a' } },
      { StringEquals: { k: 'a' }, StringLike: { l: 'b' } },
      false,
    ],
  ])('has %s', (_, narrow, wide, is) => {
    expect(conditionWithin(narrow, wide)).toBe(is);
  });
});

describe('a pattern within another', () => {
  it.each<[string, string, boolean]>([
    ['abc', 'abc', true],
    ['abc', 'ab', false],
    ['ab', 'abc', false],
    ['abc', 'a?c', true],
    ['a?c', 'a?c', true],
    ['a?c', 'abc', false],
    ['a*c', 'a?c', false],
    ['a?c', 'a*c', true],
    ['ac', 'a*c', true],
    ['a*c', 'a*c', true],
    ['a*bc', 'a*c', true],
    ['a*', 'a*c', false],
    ['*', '?', false],
    ['a', '?', true],
    ['{{sub}}', '?', false],
    ['{{sub}}', '*', true],
    ['', '', true],
    ['', '**', true],
    ['a', '', false],
    ['x\ny', 'x*y', true],
  ])('%j within %j: %s', (narrow, wide, is) => {
    expect(isPatternWithin(narrow, wide)).toBe(is);
  });

  it.each<[string, string, boolean]>([
    ['abc', 'abc', true],
    ['abc', 'abd', false],
    ['abc', 'a?c', true],
    ['a?', 'a', false],
    ['a*', '*b', true],
    ['a*', 'b*', false],
    ['ab*', 'a', false],
    ['a*', 'a', true],
    ['', '', true],
    ['', '*', true],
    ['', 'a', false],
    ['{{sub}}', 'anything', true],
    ['a{{sub}}', 'b', false],
    ['a{{sub}}b', 'axxb', true],
    ['a${*}b', 'axb', true],
    ['{{sub}}/x', 'a/y', false],
  ])('%j may fit what %j does: %s', (one, other, may) => {
    expect(mayOverlap(one, other)).toBe(may);
    expect(mayOverlap(other, one)).toBe(may);
  });
});
