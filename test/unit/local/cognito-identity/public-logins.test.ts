import { beforeEach, describe, expect, it } from '@jest/globals';
import { awsErrorOf, claimsOf, tokensOf, userPoolId } from '../cognito-idp/cognito-world.ts';
import { clientIds, personalClient } from '../cognito-idp/cognito-world.ts';
import {
  createIdentityWorld,
  identityPoolId,
  identityPoolSettings,
  userPoolProvider,
} from './identity-world.ts';
import type { IdentityWorld } from './identity-world.ts';

let world: IdentityWorld;

beforeEach(async () => {
  world = await createIdentityWorld();
});

const refusal = (message: string) => ({ code: 'NotAuthorizedException', message });

describe('GetId', () => {
  it('gives a person one identity, and another person another', async () => {
    const alice = await world.getId(await world.userLogin('alice'));
    expect(alice).toMatch(/^us-east-1:[0-9a-f-]{36}$/);
    expect(await world.getId(await world.userLogin('alice'))).toBe(alice);
    expect(await world.getId(await world.userLogin('bob'))).not.toBe(alice);
  });

  it('gives one identity to simultaneous first calls', async () => {
    const login = await world.userLogin('alice');
    const ids = await Promise.all([world.getId(login), world.getId(login), world.getId(login)]);
    expect(new Set(ids).size).toBe(1);
  });

  it('refuses anonymous people unless the pool takes them', async () => {
    expect(await awsErrorOf(world.getId({}))).toMatchObject(
      refusal('Unauthenticated access is not supported for this identity pool.'),
    );
    await world.identity.putIdentityPool(identityPoolId, {
      ...identityPoolSettings,
      allowUnauthenticatedIdentities: true,
    });
    expect(await world.getId({})).not.toBe(await world.getId({}));
  });

  it('refuses an access token, an expired one, and one with another signature', async () => {
    await world.addUser('alice');
    const { AccessToken, IdToken } = tokensOf(await world.signIn('alice'));
    const withToken = async (token: string) =>
      (await awsErrorOf(world.getId({ [userPoolProvider]: token }))).message;
    expect(await withToken(AccessToken)).toBe('Invalid login token. Missing a required claim: aud');
    expect(await withToken(`${IdToken.slice(0, -8)}AAAAAAAA`)).toBe(
      'Invalid login token. Token signature invalid.',
    );
    expect(await withToken('nothing')).toMatch(/^Invalid login token\./);
    world.time.epochMillis += 1_800_000;
    expect(await withToken(IdToken)).toMatch(/^Invalid login token\. Token expired: /);
  });

  it('refuses a token of an app client that the pool does not list', async () => {
    await world.addUser('alice');
    await world.cognito.putClient('other0000000000000000000001', userPoolId, {
      ...personalClient,
      generateSecret: false,
    });
    const answer = await world.signIn('alice', { ClientId: 'other0000000000000000000001' });
    const login = { [userPoolProvider]: tokensOf(answer).IdToken };
    expect((await awsErrorOf(world.getId(login))).code).toBe('NotAuthorizedException');
  });

  it('refuses another provider, another pool’s issuer, and Cognito’s own tokens', async () => {
    const login = await world.userLogin('alice');
    const token = login[userPoolProvider] ?? '';
    expect(await awsErrorOf(world.getId({ 'accounts.example': token }))).toMatchObject(
      refusal('Token is not from a supported provider of this identity pool.'),
    );
    const otherProvider = 'cognito-idp.us-east-1.amazonaws.com/us-east-1_other';
    await world.identity.putIdentityPool(identityPoolId, {
      ...identityPoolSettings,
      cognitoProviders: [
        { providerName: otherProvider, clientId: clientIds.cli, serverSideTokenCheck: false },
      ],
    });
    expect(await awsErrorOf(world.getId({ [otherProvider]: token }))).toMatchObject(
      refusal("Invalid login token. Issuer doesn't match providerName"),
    );
    expect(
      await awsErrorOf(world.getId({ 'cognito-identity.amazonaws.com': token })),
    ).toMatchObject(refusal("Invalid login token. Can't pass in a Cognito token."));
  });

  it('asks the user pool whether the sign-in stands, where that is switched on', async () => {
    const login = await world.userLogin('alice');
    await world.run('AdminUserGlobalSignOut', { UserPoolId: userPoolId, Username: 'alice' });
    expect((await awsErrorOf(world.getId(login))).code).toBe('NotAuthorizedException');
    await world.identity.putIdentityPool(identityPoolId, {
      ...identityPoolSettings,
      cognitoProviders: identityPoolSettings.cognitoProviders.map((provider) => ({
        ...provider,
        serverSideTokenCheck: false,
      })),
    });
    expect(await world.getId(login)).toEqual(expect.any(String));
  });
});

describe('GetOpenIdToken', () => {
  it('says nothing of the developer, also for a linked identity', async () => {
    const login = await world.userLogin('alice');
    const IdentityId = await world.getId(login);
    await world.developerToken({ ...world.developerLogin('users:alice'), ...login });
    const { Token } = await world.ask('GetOpenIdToken', { IdentityId, Logins: login });
    const claims = claimsOf(String(Token));
    expect(claims).toMatchObject({
      sub: IdentityId,
      aud: identityPoolId,
      amr: ['authenticated', userPoolProvider, expect.any(String)],
    });
    expect(Number(claims['exp']) - Number(claims['iat'])).toBe(600);
  });

  it('is not for an identity whose login is not shown', async () => {
    const { IdentityId } = await world.developerToken(world.developerLogin('users:alice'));
    const message =
      "Logins don't match. Please include at least one valid login for this identity or identity pool.";
    for (const Logins of [{}, await world.userLogin('alice')]) {
      const error = await awsErrorOf(world.ask('GetOpenIdToken', { IdentityId, Logins }));
      expect(error).toMatchObject(refusal(message));
    }
  });

  it('needs the classic flow, without role mappings', async () => {
    const Logins = await world.userLogin('alice');
    const IdentityId = await world.getId(Logins);
    const ask = () => awsErrorOf(world.ask('GetOpenIdToken', { IdentityId, Logins }));
    await world.identity.putIdentityPoolRoles(identityPoolId, {
      authenticated: null,
      unauthenticated: null,
      mappings: {
        [userPoolProvider]: { type: 'Token', ambiguousRoleResolution: 'Deny', rules: [] },
      },
    });
    expect((await ask()).message).toBe(
      'Basic (classic) flow is not supported with RoleMappings, please use enhanced flow.',
    );
    await world.identity.putIdentityPool(identityPoolId, {
      ...identityPoolSettings,
      allowClassicFlow: false,
    });
    expect(await ask()).toMatchObject({
      code: 'InvalidParameterException',
      message: 'Basic (classic) flow is not enabled, please use enhanced flow.',
    });
    expect(await world.developerToken(world.developerLogin('users:bob'))).toHaveProperty('Token');
  });
});
