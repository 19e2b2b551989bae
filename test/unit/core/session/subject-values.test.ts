import { describe, expect, it } from '@jest/globals';
import { isIdentityId } from '../../../../core/session/subject-values.ts';
import { identityId } from '../../../support/grants.ts';

describe('[SEC-07] the name of an identity', () => {
  it('is a region and a UUID', () => {
    expect(isIdentityId(identityId)).toBe(true);
    expect(isIdentityId('eu-central-1:0-a')).toBe(true);
  });

  it.each([
    ...['', 'us-east-1', ':aaaa', 'us-east-1:', 'us-east-1:AAAA', 'us-east-1:aaaa/', '*:aaaa'],
    ...['us-east-1:a*', 'us-east-1:aaaa\n', ' us-east-1:aaaa', 'us-east-1:a:a', '../us:aaaa'],
  ])('is not %j', (value) => {
    expect(isIdentityId(value)).toBe(false);
  });
});
