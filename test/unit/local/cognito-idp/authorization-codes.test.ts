import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { createAuthorizationCodes } from '../../../../local/services/cognito-idp/authorization-codes.ts';
import type { StoredUser } from '../../../../local/services/cognito-idp/model.ts';
import { fakeClock } from '../../../support/fakes/fixed-clock.ts';

const user = { userPoolId: 'us-east-1_pool', sub: 'a' } as StoredUser;
const verifier = 'a-verifier-of-forty-three-characters-or-more';
const redirectUri = 'http://localhost:5173/';

const setUp = () => {
  const clock = fakeClock();
  const codes = createAuthorizationCodes({
    clock,
    directory: {
      findUser: (poolId: string, name: string) =>
        poolId === user.userPoolId && name === user.sub ? user : null,
    } as unknown as Parameters<typeof createAuthorizationCodes>[0]['directory'],
  });
  const code = codes.issue({
    user,
    clientId: 'spa',
    redirectUri,
    challenge: createHash('sha256').update(verifier).digest('base64url'),
  });
  return { clock, codes, presented: { code, clientId: 'spa', redirectUri, verifier } };
};

describe('a code of the sign-in page', () => {
  it('is good for the person who signed in', () => {
    const { codes, presented } = setUp();
    expect(codes.redeem(presented)).toBe(user);
  });

  it.each([
    ['another verifier', { verifier: `${verifier}x` }],
    ['no verifier', { verifier: '' }],
    [
      'the challenge in the place of its verifier',
      { verifier: createHash('sha256').update(verifier).digest('base64url') },
    ],
    ['another client', { clientId: 'app' }],
    ['another address', { redirectUri: 'http://localhost:5174/' }],
    ['another code', { code: 'another' }],
  ])('is of no use with %s', (_, changes) => {
    const { codes, presented } = setUp();
    expect(codes.redeem({ ...presented, ...changes })).toBeNull();
  });

  it('serves once, and not again after it was tried with a wrong verifier', () => {
    const { codes, presented } = setUp();
    expect(codes.redeem({ ...presented, verifier: 'stolen' })).toBeNull();
    expect(codes.redeem(presented)).toBeNull();
  });

  it('ends after five minutes', () => {
    const { clock, codes, presented } = setUp();
    clock.advance(5 * 60_000);
    expect(codes.redeem(presented)).toBeNull();
  });
});
