import { beforeEach, describe, expect, it } from '@jest/globals';
import {
  awsErrorOf,
  clientIds,
  createCognitoWorld,
  tokensOf,
  userPoolId,
} from './cognito-world.ts';
import type { CognitoWorld } from './cognito-world.ts';

let world: CognitoWorld;
beforeEach(async () => {
  world = await createCognitoWorld();
  await world.addUser('alice');
});

describe('NEW_PASSWORD_REQUIRED', () => {
  const newPassword = 'Brand-new-horse-2';

  beforeEach(async () => {
    await world.run('AdminCreateUser', {
      UserPoolId: userPoolId,
      Username: 'erin',
      TemporaryPassword: 'Change-me-1',
      UserAttributes: [{ Name: 'email', Value: 'erin@example.com' }],
    });
  });

  const challenge = () =>
    world.signIn('erin', { AuthParameters: { USERNAME: 'erin', PASSWORD: 'Change-me-1' } });

  const answer = (session: unknown, changes: Record<string, string> = {}, clientId?: string) =>
    world.run('RespondToAuthChallenge', {
      ChallengeName: 'NEW_PASSWORD_REQUIRED',
      ClientId: clientId ?? clientIds.cli,
      Session: session,
      ChallengeResponses: { USERNAME: 'erin', NEW_PASSWORD: newPassword, ...changes },
    });

  it('is asked in AWS’s shape, and gives no token', async () => {
    const asked = await challenge();
    expect(asked).toEqual({
      ChallengeName: 'NEW_PASSWORD_REQUIRED',
      Session: expect.any(String),
      ChallengeParameters: {
        USER_ID_FOR_SRP: 'erin',
        requiredAttributes: '[]',
        userAttributes: '{"email":"erin@example.com"}',
      },
    });
  });

  it('ends in tokens and a password that works', async () => {
    const { Session } = await challenge();
    const answered = await answer(Session, { 'userAttributes.given_name': 'Erin' });
    expect(tokensOf(answered).RefreshToken).toEqual(expect.any(String));
    const again = await world.signIn('erin', {
      AuthParameters: { USERNAME: 'erin', PASSWORD: newPassword },
    });
    expect(again).toHaveProperty('AuthenticationResult');
    expect(
      await world.run('AdminGetUser', { UserPoolId: userPoolId, Username: 'erin' }),
    ).toMatchObject({ UserStatus: 'CONFIRMED' });
  });

  it('takes a session once, of this client, this user and these minutes', async () => {
    const { Session } = await challenge();
    const otherUser = await awsErrorOf(answer(Session, { USERNAME: 'alice' }));
    const otherClient = await awsErrorOf(
      answer(Session, { SECRET_HASH: await world.hashFor('erin') }, clientIds.app),
    );
    const forged = await awsErrorOf(answer('A'.repeat(86)));
    await answer(Session);
    const replayed = await awsErrorOf(answer(Session));
    for (const error of [otherUser, otherClient, forged, replayed]) {
      expect(error).toMatchObject({
        code: 'NotAuthorizedException',
        message: 'Invalid session for the user.',
      });
    }
  });

  it('lets only one of two simultaneous answers win', async () => {
    const { Session } = await challenge();
    const outcomes = await Promise.allSettled([answer(Session), answer(Session)]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  it('refuses an expired session', async () => {
    const { Session } = await challenge();
    world.time.epochMillis += 180_000;
    expect(await awsErrorOf(answer(Session))).toMatchObject({
      code: 'NotAuthorizedException',
      message: 'Invalid session for the user, session is expired.',
    });
  });

  it.each([
    ['short', 'Short-1', 'Password not long enough'],
    ['no capital', 'brand-new-horse-2', 'Password must have uppercase characters'],
    ['no symbol', 'Brandnewhorse2', 'Password must have symbol characters'],
  ])('refuses a weak password (%s) and leaves the session open', async (_case, weak, reason) => {
    const { Session } = await challenge();
    const error = await awsErrorOf(answer(Session, { NEW_PASSWORD: weak }));
    expect(error).toMatchObject({
      code: 'InvalidPasswordException',
      message: `Password did not conform with policy: ${reason}`,
    });
    expect(await answer(Session)).toHaveProperty('AuthenticationResult');
  });

  it('refuses a temporary password after its days', async () => {
    world.time.epochMillis += 7 * 86_400_000 + 1;
    const error = await awsErrorOf(challenge());
    expect(error.message).toBe(
      'Temporary password has expired and must be reset by an administrator.',
    );
  });
});
