import { beforeEach, describe, expect, it } from '@jest/globals';
import { awsErrorOf } from '../cognito-idp/cognito-world.ts';
import {
  createIdentityWorld,
  developerProvider,
  identityPoolId,
  identityPoolSettings,
  userPoolProvider,
} from './identity-world.ts';
import type { IdentityWorld } from './identity-world.ts';

let world: IdentityWorld;

beforeEach(async () => {
  world = await createIdentityWorld();
});

describe('ListIdentities', () => {
  const list = (changes: Record<string, unknown>) =>
    world.ask('ListIdentities', { IdentityPoolId: identityPoolId, MaxResults: 60, ...changes });

  it('shows every identity of the pool once over its pages, and none of another pool', async () => {
    const ids = new Set<unknown>();
    for (const user of ['a', 'b', 'c', 'd', 'e'])
      ids.add((await world.developerToken(world.developerLogin(user))).IdentityId);
    const other = await world.identity.putIdentityPool(null, {
      ...identityPoolSettings,
      allowUnauthenticatedIdentities: true,
    });
    await world.ask('GetId', { IdentityPoolId: other.id });
    const listed: unknown[] = [];
    let token: unknown;
    do {
      const page = await list({
        MaxResults: 2,
        ...(token === undefined ? {} : { NextToken: token }),
      });
      listed.push(
        ...(page['Identities'] as { IdentityId: string }[]).map((each) => each.IdentityId),
      );
      token = page['NextToken'];
    } while (token !== undefined);
    expect(listed).toHaveLength(ids.size);
    expect(new Set(listed)).toEqual(ids);
  });

  it('describes an identity by its providers, not by its users', async () => {
    await world.developerToken(world.developerLogin('users:alice'));
    const { Identities } = await list({});
    expect(Identities).toEqual([
      {
        IdentityId: expect.any(String),
        Logins: [developerProvider],
        CreationDate: world.time.epochMillis / 1000,
        LastModifiedDate: world.time.epochMillis / 1000,
      },
    ]);
  });

  it.each([0, 61, undefined])('refuses %s as the size of a page', async (MaxResults) => {
    expect((await awsErrorOf(list({ MaxResults }))).code).toBe('ValidationException');
  });
});

describe('UnlinkIdentity', () => {
  const unlink = (IdentityId: string, Logins: Record<string, string>) =>
    world.ask('UnlinkIdentity', { IdentityId, Logins, LoginsToRemove: [userPoolProvider] });

  it('makes the login a new identity at its next sight', async () => {
    const login = await world.userLogin('alice');
    const before = await world.getId(login);
    expect(await unlink(before, login)).toEqual({});
    const after = await world.getId(login);
    expect(after).not.toBe(before);
    expect((await awsErrorOf(unlink(before, login))).code).toBe('NotAuthorizedException');
  });

  it('leaves the developer’s login linked', async () => {
    const login = await world.userLogin('alice');
    const id = await world.getId(login);
    const developer = world.developerLogin('users:alice');
    await world.developerToken({ ...login, ...developer }, { IdentityId: id });
    await unlink(id, login);
    expect((await world.developerToken(developer)).IdentityId).toBe(id);
  });

  it('is refused to somebody else', async () => {
    const id = await world.getId(await world.userLogin('alice'));
    const bob = await world.userLogin('bob');
    expect((await awsErrorOf(unlink(id, bob))).code).toBe('NotAuthorizedException');
    expect((await awsErrorOf(unlink(id, {}))).code).toBe('NotAuthorizedException');
    expect(await world.getId(await world.userLogin('alice'))).toBe(id);
  });
});
