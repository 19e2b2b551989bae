import { beforeEach, describe, expect, it } from '@jest/globals';
import { CognitoJwtVerifier } from 'aws-jwt-verify';
import { decodeProtectedHeader } from 'jose';
import { groupConfigurationOf } from '../../../../local/services/cognito-idp/group-roles.ts';
import type { StoredGroup } from '../../../../local/services/cognito-idp/model.ts';
import {
  claimsOf,
  clientIds,
  createCognitoWorld,
  personalClient,
  startEpochSeconds,
  tokensOf,
  userPoolId,
} from './cognito-world.ts';
import type { CognitoWorld } from './cognito-world.ts';

const roleOf = (name: string): string => `arn:aws:iam::123456789012:role/${name}`;

let world: CognitoWorld;

beforeEach(async () => {
  world = await createCognitoWorld();
});

const signedIn = async (groups: readonly string[]) => {
  await world.addUser('alice', groups);
  const tokens = tokensOf(await world.signIn('alice'));
  return { tokens, id: claimsOf(tokens.IdToken), access: claimsOf(tokens.AccessToken) };
};

describe('the tokens of a sign-in', () => {
  it('pass aws-jwt-verify with the pool’s own key set', async () => {
    const { tokens } = await signedIn([]);
    const verifier = CognitoJwtVerifier.create({ userPoolId, clientId: clientIds.cli });
    verifier.cacheJwks({ keys: (await world.cognito.jwks(userPoolId)).keys as never });
    const id = await verifier.verify(tokens.IdToken, { tokenUse: 'id' });
    const access = await verifier.verify(tokens.AccessToken, { tokenUse: 'access' });
    expect(id.sub).toBe(access.sub);
    await expect(verifier.verify(tokens.AccessToken, { tokenUse: 'id' })).rejects.toThrow();
  });

  it('are signed with different keys, both of them public', async () => {
    const { tokens } = await signedIn([]);
    const headers = [tokens.IdToken, tokens.AccessToken].map((token) =>
      decodeProtectedHeader(token),
    );
    const { keys } = await world.cognito.jwks(userPoolId);
    expect(headers.map((header) => header.kid)).toEqual(keys.map((key) => key.kid));
    expect(new Set(keys.map((key) => key.kid)).size).toBe(2);
    for (const header of headers) {
      expect(Object.keys(header).sort()).toEqual(['alg', 'kid']);
      expect(header.alg).toBe('RS256');
    }
    for (const key of keys) expect(key).not.toHaveProperty('d');
  });

  it('say exactly what Cognito’s say', async () => {
    const { id, access } = await signedIn([]);
    const shared = {
      sub: expect.any(String),
      iss: `https://cognito-idp.us-east-1.amazonaws.com/${userPoolId}`,
      origin_jti: expect.any(String),
      event_id: expect.any(String),
      jti: expect.any(String),
      auth_time: startEpochSeconds,
      iat: startEpochSeconds,
    };
    expect(id).toEqual({
      ...shared,
      aud: clientIds.cli,
      token_use: 'id',
      'cognito:username': 'alice',
      email: 'alice@example.com',
      email_verified: true,
      exp: startEpochSeconds + 1800,
    });
    expect(access).toEqual({
      ...shared,
      client_id: clientIds.cli,
      token_use: 'access',
      scope: 'aws.cognito.signin.user.admin',
      username: 'alice',
      version: 2,
      exp: startEpochSeconds + 3600,
    });
    expect(id['jti']).not.toBe(access['jti']);
    expect(id['origin_jti']).toBe(access['origin_jti']);
  });

  it('have no origin_jti where revocation is off', async () => {
    await world.cognito.putClient(clientIds.cli, userPoolId, {
      ...personalClient,
      generateSecret: false,
      enableTokenRevocation: false,
    });
    const { id, access } = await signedIn([]);
    expect(id).not.toHaveProperty('origin_jti');
    expect(access).not.toHaveProperty('origin_jti');
  });

  it('show only the attributes that the client may read', async () => {
    await world.cognito.putClient(clientIds.cli, userPoolId, {
      ...personalClient,
      generateSecret: false,
      readAttributes: ['email'],
    });
    const { id } = await signedIn([]);
    expect(id).toHaveProperty('email');
    expect(id).not.toHaveProperty('email_verified');
  });

  it('name one group, and its role in the ID token only', async () => {
    await world.addGroup('red', roleOf('red'), 5);
    const { id, access } = await signedIn(['red']);
    expect(id).toMatchObject({
      'cognito:groups': ['red'],
      'cognito:roles': [roleOf('red')],
      'cognito:preferred_role': roleOf('red'),
    });
    expect(access['cognito:groups']).toEqual(['red']);
    expect(access).not.toHaveProperty('cognito:roles');
    expect(access).not.toHaveProperty('cognito:preferred_role');
  });

  it('keep a group name with a comma whole', async () => {
    await world.addGroup('a,b');
    await world.addGroup('c');
    const { id } = await signedIn(['a,b', 'c']);
    expect(id['cognito:groups']).toEqual(['a,b', 'c']);
    expect(id).not.toHaveProperty('cognito:roles');
  });

  it('leave the preferred role out on a tie of two roles', async () => {
    await world.addGroup('red', roleOf('red'), 10);
    await world.addGroup('blue', roleOf('blue'), 10);
    const { id } = await signedIn(['red', 'blue']);
    expect(id['cognito:roles']).toEqual([roleOf('blue'), roleOf('red')]);
    expect(id).not.toHaveProperty('cognito:preferred_role');
  });
});

describe('the preferred role', () => {
  const group = (name: string, role: string | null, precedence: number | null): StoredGroup => ({
    userPoolId,
    name,
    description: null,
    roleArn: role === null ? null : roleOf(role),
    precedence,
    createdAtEpochMillis: 0,
    modifiedAtEpochMillis: 0,
  });

  it.each([
    ['no group', [], null],
    ['no role', [group('a', null, 1)], null],
    ['the lowest precedence', [group('a', 'a', 2), group('b', 'b', 1)], 'b'],
    ['zero before one', [group('a', 'a', 0), group('b', 'b', 1)], 'a'],
    ['any precedence before none', [group('a', 'a', null), group('b', 'b', 9)], 'b'],
    ['a tie of one role', [group('a', 'same', 1), group('b', 'same', 1)], 'same'],
    ['a tie of two roles', [group('a', 'a', 1), group('b', 'b', 1), group('c', 'c', 2)], null],
    ['a tie without precedence', [group('a', 'a', null), group('b', 'b', null)], null],
  ])('with %s', (_case, groups, expected) => {
    const role = expected === null ? null : roleOf(expected);
    expect(groupConfigurationOf(groups).preferredRole).toBe(role);
  });
});
