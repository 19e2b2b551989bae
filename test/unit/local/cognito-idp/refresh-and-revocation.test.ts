import { beforeEach, describe, expect, it } from '@jest/globals';
import {
  awsErrorOf,
  claimsOf,
  clientIds,
  createCognitoWorld,
  password,
  tokensOf,
  userPoolId,
} from './cognito-world.ts';
import type { CognitoWorld, Tokens } from './cognito-world.ts';

let world: CognitoWorld;
let tokens: Tokens;

beforeEach(async () => {
  world = await createCognitoWorld();
  await world.addUser('alice');
  tokens = tokensOf(await world.signIn('alice'));
});

const refusal = (message: string) => ({ code: 'NotAuthorizedException', message });

describe('a refresh', () => {
  it('gives new tokens of the same sign-in and no new refresh token', async () => {
    world.time.epochMillis += 60_000;
    const answer = tokensOf(await world.refresh(tokens.RefreshToken));
    expect(answer).not.toHaveProperty('RefreshToken');
    const before = claimsOf(tokens.IdToken);
    const after = claimsOf(answer.IdToken);
    expect(after['auth_time']).toBe(before['auth_time']);
    expect(after['origin_jti']).toBe(before['origin_jti']);
    expect(after['iat']).toBe(Number(before['iat']) + 60);
    expect(after['jti']).not.toBe(before['jti']);
  });

  it('shows the groups of now', async () => {
    await world.run('CreateGroup', { UserPoolId: userPoolId, GroupName: 'readers' });
    await world.run('AdminAddUserToGroup', {
      UserPoolId: userPoolId,
      Username: 'alice',
      GroupName: 'readers',
    });
    const answer = tokensOf(await world.refresh(tokens.RefreshToken));
    expect(claimsOf(answer.IdToken)['cognito:groups']).toEqual(['readers']);
  });

  it('works after a restart, from a hash', async () => {
    const again = await createCognitoWorld({ store: world.store });
    expect(await again.refresh(tokens.RefreshToken)).toHaveProperty('AuthenticationResult');
    const signIns = await world.store.collection('cognito-idp-sign-ins');
    expect(JSON.stringify([...signIns.entries()])).not.toContain(tokens.RefreshToken);
  });

  it('checks SECRET_HASH over the username or the sub', async () => {
    const asApp = async (flow: string, parameters: Record<string, string>, hashed: string) =>
      world.run('InitiateAuth', {
        AuthFlow: flow,
        ClientId: clientIds.app,
        AuthParameters: { ...parameters, SECRET_HASH: await world.hashFor(hashed) },
      });
    const signIn = tokensOf(
      await asApp('USER_PASSWORD_AUTH', { USERNAME: 'alice', PASSWORD: password }, 'alice'),
    );
    const parameters = { REFRESH_TOKEN: signIn.RefreshToken };
    const sub = String(claimsOf(signIn.IdToken)['sub']);
    expect(await asApp('REFRESH_TOKEN', parameters, sub)).toHaveProperty('AuthenticationResult');
    const wrong = await awsErrorOf(asApp('REFRESH_TOKEN_AUTH', parameters, 'bob'));
    expect(wrong.code).toBe('NotAuthorizedException');
  });

  it('is refused for a token that is forged, of another client, or expired', async () => {
    const forged = `${tokens.RefreshToken.slice(0, -2)}AA`;
    expect(await awsErrorOf(world.refresh(forged))).toMatchObject(refusal('Invalid Refresh Token'));
    const other = world.refresh(tokens.RefreshToken, { ClientId: clientIds.app });
    expect(await awsErrorOf(other)).toMatchObject(refusal('Invalid Refresh Token'));
    world.time.epochMillis += 86_400_000;
    expect(await awsErrorOf(world.refresh(tokens.RefreshToken))).toMatchObject(
      refusal('Refresh Token has expired'),
    );
  });
});

describe('what ends a sign-in', () => {
  const user = { UserPoolId: userPoolId, Username: 'alice' };

  it.each([
    ['RevokeToken', () => ({ Token: tokens.RefreshToken, ClientId: clientIds.cli })],
    ['GlobalSignOut', () => ({ AccessToken: tokens.AccessToken })],
    ['AdminUserGlobalSignOut', () => user],
  ])('%s: its refresh and access tokens', async (operation, input) => {
    await world.run(operation, input());
    expect(await awsErrorOf(world.refresh(tokens.RefreshToken))).toMatchObject(
      refusal('Refresh Token has been revoked'),
    );
    const use = world.run('GetUser', { AccessToken: tokens.AccessToken });
    expect(await awsErrorOf(use)).toMatchObject(refusal('Access Token has been revoked'));
    expect(await world.signIn('alice')).toHaveProperty('AuthenticationResult');
  });

  it('RevokeToken: only the one sign-in', async () => {
    const other = tokensOf(await world.signIn('alice'));
    await world.run('RevokeToken', { Token: tokens.RefreshToken, ClientId: clientIds.cli });
    expect(await world.refresh(other.RefreshToken)).toHaveProperty('AuthenticationResult');
  });

  it('disabling and deleting the user', async () => {
    await world.run('AdminDisableUser', user);
    await world.run('AdminEnableUser', user);
    expect((await awsErrorOf(world.refresh(tokens.RefreshToken))).code).toBe(
      'NotAuthorizedException',
    );
    await world.run('AdminDeleteUser', user);
    expect((await awsErrorOf(world.run('AdminGetUser', user))).code).toBe('UserNotFoundException');
  });

  it('is not RevokeToken by another client, without its secret, or with an access token', async () => {
    const asApp = { Token: tokens.RefreshToken, ClientId: clientIds.app };
    expect((await awsErrorOf(world.run('RevokeToken', asApp))).code).toBe('UnauthorizedException');
    const ClientSecret = await world.cognito.clientSecret(clientIds.app);
    const withSecret = world.run('RevokeToken', { ...asApp, ClientSecret });
    expect((await awsErrorOf(withSecret)).code).toBe('UnauthorizedException');
    const access = { Token: tokens.AccessToken, ClientId: clientIds.cli };
    expect((await awsErrorOf(world.run('RevokeToken', access))).code).toBe(
      'UnsupportedTokenTypeException',
    );
    expect(await world.refresh(tokens.RefreshToken)).toHaveProperty('AuthenticationResult');
  });
});

describe('GetUser', () => {
  it('answers the token’s own user', async () => {
    const answer = await world.run('GetUser', { AccessToken: tokens.AccessToken });
    expect(answer).toEqual({
      Username: 'alice',
      UserAttributes: expect.arrayContaining([
        { Name: 'email', Value: 'alice@example.com' },
        { Name: 'sub', Value: claimsOf(tokens.AccessToken)['sub'] },
      ]),
    });
  });

  it('refuses an ID token, a forged one and an expired one', async () => {
    for (const bad of [tokens.IdToken, `${tokens.AccessToken.slice(0, -8)}AAAAAAAA`, 'nothing']) {
      const error = await awsErrorOf(world.run('GetUser', { AccessToken: bad }));
      expect(error).toMatchObject(refusal('Invalid Access Token'));
    }
    world.time.epochMillis += 3_600_000;
    const late = world.run('GetUser', { AccessToken: tokens.AccessToken });
    expect(await awsErrorOf(late)).toMatchObject(refusal('Access Token has expired'));
  });
});
