import { beforeEach, describe, expect, it } from '@jest/globals';
import { awsErrorOf, startEpochSeconds } from '../cognito-idp/cognito-world.ts';
import {
  createIdentityWorld,
  developerProvider,
  identityPoolId,
  identityPoolSettings,
  mismatch,
} from './identity-world.ts';
import type { IdentityWorld } from './identity-world.ts';

let world: IdentityWorld;
beforeEach(async () => {
  world = await createIdentityWorld();
});
const user = 'users:alice';

describe('the developer’s other operations', () => {
  const inPool = (input: Record<string, unknown>) => ({
    IdentityPoolId: identityPoolId,
    ...input,
  });
  const provider = { DeveloperProviderName: developerProvider };
  const registered = async (userId: string) =>
    (await world.developerToken(world.developerLogin(userId))).IdentityId;

  it('LookupDeveloperIdentity finds either by the other, and sees a mismatch', async () => {
    const IdentityId = await registered(user);
    const other = await registered('users:bob');
    const pair = { IdentityId, DeveloperUserIdentifierList: [user] };
    const lookUp = (input: Record<string, unknown>) =>
      world.ask('LookupDeveloperIdentity', inPool(input));
    expect(await lookUp({ DeveloperUserIdentifier: user })).toEqual(pair);
    expect(await lookUp({ IdentityId })).toEqual(pair);
    expect(await lookUp({ IdentityId, DeveloperUserIdentifier: user })).toEqual(pair);
    const codes = await Promise.all(
      [
        lookUp({ IdentityId: other, DeveloperUserIdentifier: user }),
        lookUp({ DeveloperUserIdentifier: 'users:nobody' }),
        lookUp({}),
      ].map(async (work) => (await awsErrorOf(work)).code),
    );
    expect(codes).toEqual([
      'ResourceConflictException',
      'ResourceNotFoundException',
      'InvalidParameterException',
    ]);
  });

  it('MergeDeveloperIdentities leads both users to the destination', async () => {
    const source = await registered(user);
    const destination = await registered('users:bob');
    const merged = await world.ask(
      'MergeDeveloperIdentities',
      inPool({ ...provider, SourceUserIdentifier: user, DestinationUserIdentifier: 'users:bob' }),
    );
    expect(merged).toEqual({ IdentityId: destination });
    expect(await registered(user)).toBe(destination);
    const restarted = await createIdentityWorld({ store: world.store });
    expect((await restarted.developerToken(world.developerLogin(user))).IdentityId).toBe(
      destination,
    );
    const gone = world.ask('DescribeIdentity', { IdentityId: source });
    expect((await awsErrorOf(gone)).code).toBe('ResourceNotFoundException');
  });

  it('MergeDeveloperIdentities refuses two people of one public provider', async () => {
    for (const name of ['alice', 'bob']) {
      await world.developerToken({
        ...world.developerLogin(`users:${name}`),
        ...(await world.userLogin(name)),
      });
    }
    const merge = world.ask(
      'MergeDeveloperIdentities',
      inPool({ ...provider, SourceUserIdentifier: user, DestinationUserIdentifier: 'users:bob' }),
    );
    expect((await awsErrorOf(merge)).code).toBe('ResourceConflictException');
  });

  it('UnlinkDeveloperIdentity makes the user new, and the identity unreachable', async () => {
    const IdentityId = await registered(user);
    const input = inPool({ ...provider, IdentityId, DeveloperUserIdentifier: user });
    expect(await world.ask('UnlinkDeveloperIdentity', input)).toEqual({});
    expect(await registered(user)).not.toBe(IdentityId);
    const claim = world.developerToken(world.developerLogin('users:mallory'), { IdentityId });
    expect(await awsErrorOf(claim)).toMatchObject(mismatch);
    const again = await awsErrorOf(world.ask('UnlinkDeveloperIdentity', input));
    expect(again.code).toBe('ResourceNotFoundException');
  });

  it('DescribeIdentity names providers, not users', async () => {
    const IdentityId = await registered(user);
    expect(await world.ask('DescribeIdentity', { IdentityId })).toEqual({
      IdentityId,
      Logins: [developerProvider],
      CreationDate: startEpochSeconds,
      LastModifiedDate: startEpochSeconds,
    });
  });

  it('the name of the developer provider never changes', async () => {
    const renamed = { ...identityPoolSettings, developerProviderName: 'login.other' };
    const error = await awsErrorOf(world.identity.putIdentityPool(identityPoolId, renamed));
    expect(error.code).toBe('InvalidParameterException');
  });
});
