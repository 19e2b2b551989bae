import { beforeEach, describe, expect, it } from '@jest/globals';
import { JwtVerifier } from 'aws-jwt-verify';
import { decodeProtectedHeader } from 'jose';
import { awsErrorOf, claimsOf, startEpochSeconds } from '../cognito-idp/cognito-world.ts';
import { verifyWebIdentityToken } from '../../../../local/services/sts/web-identity.ts';
import {
  createIdentityWorld,
  developerProvider,
  identityPoolId,
  userPoolProvider,
  mismatch,
} from './identity-world.ts';
import type { IdentityWorld } from './identity-world.ts';

let world: IdentityWorld;
beforeEach(async () => {
  world = await createIdentityWorld();
});
const user = 'users:alice';

describe('an OpenID token', () => {
  it('says exactly what Cognito’s says', async () => {
    const { IdentityId, Token } = await world.developerToken(world.developerLogin(user), {
      PrincipalTags: { 'stepkey-grant': 'own-files' },
    });
    expect(IdentityId).toMatch(/^us-east-1:[0-9a-f-]{36}$/);
    expect(decodeProtectedHeader(Token)).toEqual({ kid: 'us-east-11', typ: 'JWS', alg: 'RS512' });
    expect(claimsOf(Token)).toEqual({
      sub: IdentityId,
      aud: identityPoolId,
      amr: ['authenticated', developerProvider, `${developerProvider}:${identityPoolId}:${user}`],
      'https://aws.amazon.com/tags': { principal_tags: { 'stepkey-grant': ['own-files'] } },
      iss: 'https://cognito-identity.amazonaws.com',
      'https://cognito-identity.amazonaws.com/identity-pool-arn': `arn:aws:cognito-identity:us-east-1:123456789012:identitypool/${identityPoolId}`,
      iat: startEpochSeconds,
      exp: startEpochSeconds + 900,
    });
  });

  it('passes aws-jwt-verify and the twin’s STS with the Region’s keys', async () => {
    const { IdentityId, Token } = await world.developerToken(world.developerLogin(user));
    const keys = await world.identity.identityPoolKeys();
    const issuer = 'https://cognito-identity.amazonaws.com';
    const verifier = JwtVerifier.create({ issuer, audience: identityPoolId });
    verifier.cacheJwks({ keys: keys as never });
    expect(await verifier.verify(Token)).toMatchObject({ sub: IdentityId });
    const identity = await verifyWebIdentityToken(Token, {
      identityPoolKeys: world.identity.identityPoolKeys,
      clock: world.clock,
    });
    expect(identity).toMatchObject({ subject: IdentityId, audience: identityPoolId, tags: {} });
    for (const key of keys) expect(key).not.toHaveProperty('d');
  });

  it('has no tags claim without tags, and the life that was asked for', async () => {
    const { Token } = await world.developerToken(world.developerLogin(user), {
      TokenDuration: 60,
    });
    expect(claimsOf(Token)).not.toHaveProperty('https://aws.amazon.com/tags');
    expect(claimsOf(Token)['exp']).toBe(startEpochSeconds + 60);
  });
});

describe('GetOpenIdTokenForDeveloperIdentity', () => {
  it('creates an identity once, also after a restart', async () => {
    const first = await world.developerToken(world.developerLogin(user));
    const again = await world.developerToken(world.developerLogin(user));
    const other = await world.developerToken(world.developerLogin('users:bob'));
    expect(again.IdentityId).toBe(first.IdentityId);
    expect(other.IdentityId).not.toBe(first.IdentityId);
    const restarted = await createIdentityWorld({ store: world.store });
    const after = await restarted.developerToken(world.developerLogin(user));
    expect(after.IdentityId).toBe(first.IdentityId);
  });

  it('gives one identity to simultaneous first calls', async () => {
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => world.developerToken(world.developerLogin(user))),
    );
    expect(new Set(answers.map(({ IdentityId }) => IdentityId)).size).toBe(1);
  });

  it('links a developer login to the identity of a person’s own login', async () => {
    const login = await world.userLogin('alice');
    const IdentityId = await world.getId(login);
    const linked = await world.developerToken(
      { ...world.developerLogin(user), ...login },
      { IdentityId },
    );
    expect(linked.IdentityId).toBe(IdentityId);
    expect(claimsOf(linked.Token)['amr']).toEqual([
      'authenticated',
      developerProvider,
      `${developerProvider}:${identityPoolId}:${user}`,
      userPoolProvider,
      expect.stringMatching(`^${userPoolProvider}:CognitoSignIn:`),
    ]);
    expect((await world.developerToken(world.developerLogin(user))).IdentityId).toBe(IdentityId);
  });

  it('links a person’s own login to the identity that a job made first', async () => {
    const { IdentityId } = await world.developerToken(world.developerLogin(user));
    const login = await world.userLogin('alice');
    await world.developerToken({ ...world.developerLogin(user), ...login }, { IdentityId });
    expect(await world.getId(login)).toBe(IdentityId);
  });

  it('does not link to a person’s identity without that person’s login', async () => {
    const IdentityId = await world.getId(await world.userLogin('alice'));
    const error = await awsErrorOf(
      world.developerToken(world.developerLogin(user), { IdentityId }),
    );
    expect(error).toMatchObject(mismatch);
  });

  it('refuses an identifier that is registered with another identity', async () => {
    await world.developerToken(world.developerLogin(user));
    const { IdentityId } = await world.developerToken(world.developerLogin('users:bob'));
    const error = await awsErrorOf(
      world.developerToken(world.developerLogin(user), { IdentityId }),
    );
    expect(error.code).toBe('DeveloperUserAlreadyRegisteredException');
  });

  it('refuses a public login that is linked to another identity', async () => {
    const login = await world.userLogin('alice');
    await world.getId(login);
    const { IdentityId } = await world.developerToken(world.developerLogin(user));
    const logins = { ...world.developerLogin(user), ...login };
    for (const changes of [{ IdentityId }, {}]) {
      const error = await awsErrorOf(world.developerToken(logins, changes));
      expect(error.code).toBe('ResourceConflictException');
    }
  });

  it('refuses a second person’s login on one identity', async () => {
    const IdentityId = await world.getId(await world.userLogin('alice'));
    await world.developerToken(
      { ...world.developerLogin(user), ...(await world.userLogin('alice')) },
      { IdentityId },
    );
    const bob = { ...world.developerLogin(user), ...(await world.userLogin('bob')) };
    expect(await awsErrorOf(world.developerToken(bob, { IdentityId }))).toMatchObject(mismatch);
  });

  it('wants the person’s login beside the developer’s only where it is told so', async () => {
    const strict = await createIdentityWorld({ developerLoginSuffices: false });
    const login = await strict.userLogin('alice');
    const IdentityId = await strict.getId(login);
    const both = { ...strict.developerLogin(user), ...login };
    await strict.developerToken(both, { IdentityId });
    const alone = strict.developerToken(strict.developerLogin(user), { IdentityId });
    expect(await awsErrorOf(alone)).toMatchObject(mismatch);
    expect((await strict.developerToken(both, { IdentityId })).IdentityId).toBe(IdentityId);
    const developerOnly = strict.developerLogin('users:job');
    const made = await strict.developerToken(developerOnly);
    expect((await strict.developerToken(developerOnly)).IdentityId).toBe(made.IdentityId);
  });

  it.each([
    ['a tag without a value', { PrincipalTags: { a: '' } }, 'ValidationException'],
    ['a tag value too long', { PrincipalTags: { a: 'x'.repeat(257) } }, 'ValidationException'],
    ['a tag key too long', { PrincipalTags: { ['k'.repeat(129)]: 'x' } }, 'ValidationException'],
    ['a life of nothing', { TokenDuration: 0 }, 'ValidationException'],
    ['a life of more than a day', { TokenDuration: 86_401 }, 'ValidationException'],
    ['an identity id of another form', { IdentityId: 'alice' }, 'ValidationException'],
    ['an empty identifier', { Logins: { [developerProvider]: '' } }, 'ValidationException'],
    ['another provider', { Logins: { 'login.other': user } }, 'NotAuthorizedException'],
    ['no login', { Logins: {} }, 'NotAuthorizedException'],
    ['an unknown pool', { IdentityPoolId: 'us-east-1:0' }, 'ResourceNotFoundException'],
    ['an unknown identity', { IdentityId: 'us-east-1:0' }, 'ResourceNotFoundException'],
  ])('refuses %s', async (_case, changes, code) => {
    const work = world.developerToken(world.developerLogin(user), changes);
    expect((await awsErrorOf(work)).code).toBe(code);
  });

  it('takes 50 tags and no 51', async () => {
    const tags = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`t${String(index)}`, 'x']));
    const withTags = (count: number) =>
      world.developerToken(world.developerLogin(user), { PrincipalTags: tags(count) });
    expect(await withTags(50)).toHaveProperty('Token');
    expect((await awsErrorOf(withTags(51))).code).toBe('ValidationException');
  });

  it('is a right on the pool', () => {
    const authorize = world.identity.operations['GetOpenIdTokenForDeveloperIdentity']?.authorize;
    if (typeof authorize !== 'function') throw new TypeError('not signed');
    expect(authorize({ IdentityPoolId: identityPoolId })).toEqual([
      {
        action: 'cognito-identity:GetOpenIdTokenForDeveloperIdentity',
        resource: world.identity.identityPoolArn(identityPoolId),
      },
    ]);
  });
});
