import { describe, expect, it } from '@jest/globals';

import { arnPatternOf } from '../../../../local/iam/arn-pattern.ts';
import { patternOf } from '../../../../local/iam/pattern.ts';

const keys = [
  {
    'cognito-identity.amazonaws.com:sub': 'us-east-1:11111111-2222',
    'aws:PrincipalTag/star': 'a*',
    'aws:PrincipalTag/Two Words': 'spaced',
    'aws:TagKeys': ['one', 'two'],
  },
];
const matchesPattern = (source: string, value: string, variables = true) =>
  patternOf(source, variables)(value, keys);
const matchesArn = (source: string, value: string) => arnPatternOf(source, true)(value, keys);

describe('a policy string', () => {
  it.each([
    ['private/*', 'private/a/b', true],
    ['private/*', 'privat', false],
    ['a?c', 'abc', true],
    ['a?c', 'ac', false],
    ['*a*b*', 'xxaxxbxx', true],
    ['*a*b', 'ab-b-c', false],
    ['', '', true],
    ['a?c', 'a😀c', true],
  ])('%j against %j is %j', (pattern, value, expected) => {
    expect(matchesPattern(pattern, value)).toBe(expected);
  });

  it('takes a variable from the request, whatever the case of its key', () => {
    const pattern = 'private/${Cognito-Identity.amazonaws.com:SUB}/*';
    expect(matchesPattern(pattern, 'private/us-east-1:11111111-2222/x')).toBe(true);
    expect(matchesPattern(pattern, 'private/us-east-1:99999999-2222/x')).toBe(false);
  });

  it('reads a substituted value as text, never as a wildcard', () => {
    expect(matchesPattern('${aws:PrincipalTag/star}', 'a*')).toBe(true);
    expect(matchesPattern('${aws:PrincipalTag/star}', 'abc')).toBe(false);
  });

  it('knows the escapes of the wildcards and of the variable sign', () => {
    expect(matchesPattern('${*}${?}${$}{x}', '*?${x}')).toBe(true);
    expect(matchesPattern('${*}', 'abc')).toBe(false);
  });

  it('uses the default of a variable that has no value', () => {
    expect(matchesPattern("${aws:PrincipalTag/team, 'none'}/x", 'none/x')).toBe(true);
    expect(matchesPattern("${aws:PrincipalTag/star, 'none'}", 'none')).toBe(false);
  });

  it('matches nothing where a variable has no value or several', () => {
    expect(matchesPattern('${aws:PrincipalTag/team}*', 'anything')).toBe('unresolved');
    expect(matchesPattern('${aws:TagKeys}', 'one')).toBe('unresolved');
  });

  it('takes keys with spaces, as tag keys may have them', () => {
    expect(matchesPattern('${aws:PrincipalTag/Two Words}', 'spaced')).toBe(true);
  });

  it('leaves variables alone in documents of the first version', () => {
    expect(matchesPattern('${aws:PrincipalTag/star}', '${aws:PrincipalTag/star}', false)).toBe(
      true,
    );
  });
});

describe('an ARN pattern', () => {
  const arn = 'arn:aws:s3:::bucket/private/us-east-1:11111111-2222/file';
  it.each([
    ['*', true],
    [arn, true],
    ['arn:aws:s3:::bucket/private/${cognito-identity.amazonaws.com:sub}/*', true],
    ['arn:aws:s3:::bucket/*', true],
    ['arn:aws:s3:::*', true],
    ['arn:aws:s3', true],
    ['arn:aws:dynamodb', false],
    ['arn:aws:*:bucket/*', false],
    ['arn:*:file', false],
    ['arn:aws:s3:::Bucket/*', false],
  ])('%s gives %j', (pattern, expected) => {
    expect(matchesArn(pattern, arn)).toBe(expected);
  });

  it('never lets a wildcard reach across one of the first five colons', () => {
    const role = 'arn:aws:iam::123456789012:role/x';
    expect(matchesArn('arn:aws:iam:*role/x', role)).toBe(false);
    expect(matchesArn('arn:aws:iam::1234*:role/x', role)).toBe(true);
  });
});
