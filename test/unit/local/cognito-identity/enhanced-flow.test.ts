import { beforeEach, describe, expect, it } from '@jest/globals';
import type {
  IdentityPoolRoles,
  RoleMapping,
  RoleRule,
} from '../../../../local/services/cognito-identity/model.ts';
import { awsErrorOf, runOperation } from '../cognito-idp/cognito-world.ts';
import { createEnhancedWorld, roleArn } from './enhanced-world.ts';
import type { EnhancedWorld } from './enhanced-world.ts';
import { developerProvider, identityPoolId, identityPoolSettings } from './identity-world.ts';

let world: EnhancedWorld;

beforeEach(async () => {
  world = await createEnhancedWorld();
});

const putRoles = (changes: Partial<IdentityPoolRoles>): Promise<void> =>
  world.identity.putIdentityPoolRoles(identityPoolId, {
    authenticated: roleArn('default'),
    unauthenticated: null,
    mappings: {},
    ...changes,
  });

const mapTo = (mapping: Partial<RoleMapping>, changes: Partial<IdentityPoolRoles> = {}) =>
  putRoles({
    mappings: {
      [world.mappingKey]: {
        type: 'Token',
        ambiguousRoleResolution: 'Deny',
        rules: [],
        ...mapping,
      },
    },
    ...changes,
  });

const credentialsFor = (input: Record<string, unknown>) =>
  world.ask('GetCredentialsForIdentity', input);

/** The role of the session that the credentials open. */
const roleOf = async (input: Record<string, unknown>): Promise<string> => {
  const { Credentials } = await credentialsFor(input);
  const { SessionToken } = Credentials as { SessionToken: string };
  return (await world.sessionTokens.open(SessionToken)).session.roleArn;
};

const poolIsWrong = { code: 'InvalidIdentityPoolConfigurationException' };
const denied = { code: 'NotAuthorizedException' };

describe('GetCredentialsForIdentity', () => {
  it('gives an hour of the authenticated role, in AWS’s shape', async () => {
    await putRoles({});
    const alice = await world.person('alice');
    const answer = await credentialsFor(alice);
    expect(answer).toEqual({
      IdentityId: alice.IdentityId,
      Credentials: {
        AccessKeyId: expect.stringMatching(/^ASIA/),
        SecretKey: expect.any(String),
        SessionToken: expect.any(String),
        Expiration: new Date(world.time.epochMillis + 3_600_000),
      },
    });
    const { SessionToken } = answer['Credentials'] as { SessionToken: string };
    expect((await world.sessionTokens.open(SessionToken)).session).toMatchObject({
      roleArn: roleArn('default'),
      sessionName: 'CognitoIdentityCredentials',
      conditionKeys: { 'cognito-identity.amazonaws.com:sub': alice.IdentityId },
    });
  });

  it('refuses a pool without a role, and a role that does not trust the pool or its network', async () => {
    const alice = await world.person('alice');
    expect(await awsErrorOf(credentialsFor(alice))).toMatchObject(poolIsWrong);
    await putRoles({ authenticated: roleArn('nobody') });
    expect(await awsErrorOf(credentialsFor(alice))).toMatchObject(poolIsWrong);
    await putRoles({ authenticated: roleArn('elsewhere') });
    expect(await awsErrorOf(credentialsFor(alice))).toMatchObject(poolIsWrong);
  });

  it('wants a login of the identity', async () => {
    await putRoles({});
    const [alice, bob] = [await world.person('alice'), await world.person('bob')];
    const other = await awsErrorOf(credentialsFor({ ...alice, Logins: bob.Logins }));
    expect(other.code).toBe('ResourceConflictException');
    expect(await awsErrorOf(credentialsFor({ IdentityId: alice.IdentityId }))).toMatchObject(
      denied,
    );
  });

  it('answers 501 where nobody has signed in, as AWS’s own narrowing is not emulated', async () => {
    await world.identity.putIdentityPool(identityPoolId, {
      ...identityPoolSettings,
      allowUnauthenticatedIdentities: true,
    });
    await putRoles({ unauthenticated: roleArn('default') });
    const { IdentityId } = await world.ask('GetId', { IdentityPoolId: identityPoolId });
    expect(await awsErrorOf(credentialsFor({ IdentityId }))).toMatchObject({ statusCode: 501 });
  });

  it('lets no caller choose a role without a mapping that says so', async () => {
    const alice = await world.person('alice');
    const choosing = { ...alice, CustomRoleArn: roleArn('red') };
    await putRoles({});
    expect(await awsErrorOf(credentialsFor(choosing))).toMatchObject(denied);
    await mapTo({ type: 'Rules', ambiguousRoleResolution: 'AuthenticatedRole' });
    expect(await awsErrorOf(credentialsFor(choosing))).toMatchObject(denied);
  });
});

describe('a developer’s token in the enhanced flow', () => {
  const tokenFor = (user: string) =>
    runOperation(world.identity, 'GetOpenIdTokenForDeveloperIdentity', {
      IdentityPoolId: identityPoolId,
      Logins: { [developerProvider]: user },
      PrincipalTags: { team: 'a' },
    });
  const present = ({ IdentityId, Token }: Record<string, unknown>) => ({
    IdentityId,
    Logins: { 'cognito-identity.amazonaws.com': Token },
  });

  it('opens the authenticated role with the token’s tags', async () => {
    await putRoles({});
    const { Credentials } = await credentialsFor(present(await tokenFor('users:alice')));
    const { SessionToken } = Credentials as { SessionToken: string };
    expect((await world.sessionTokens.open(SessionToken)).session).toMatchObject({
      roleArn: roleArn('default'),
      tags: { team: 'a' },
    });
  });

  it('serves its own identity only, in its time, alone and unaltered', async () => {
    await putRoles({});
    const alice = await tokenFor('users:alice');
    const bob = await tokenFor('users:bob');
    const person = await world.person('alice');
    const presented = present(alice);
    const refusals = [
      await awsErrorOf(credentialsFor({ ...presented, IdentityId: bob['IdentityId'] })),
      await awsErrorOf(credentialsFor(present({ ...alice, Token: `${String(alice['Token'])}A` }))),
      await awsErrorOf(credentialsFor({ ...presented, CustomRoleArn: roleArn('red') })),
    ];
    const two = { ...presented, Logins: { ...presented.Logins, ...person.Logins } };
    expect((await awsErrorOf(credentialsFor(two))).code).toBe('InvalidParameterException');
    world.time.epochMillis += 900_000;
    refusals.push(await awsErrorOf(credentialsFor(presented)));
    for (const refusal of refusals) expect(refusal).toMatchObject(denied);
  });
});

describe('a role mapping by token', () => {
  beforeEach(async () => {
    await world.addGroup('red', roleArn('red'), 1);
    await world.addGroup('blue', roleArn('blue'), 1);
    await world.addGroup('strangers', roleArn('default'), 2);
  });

  it('takes the preferred role, or the one of the token’s roles that the caller names', async () => {
    await mapTo({});
    expect(await roleOf(await world.person('alice', ['red', 'strangers']))).toBe(roleArn('red'));
    const carol = await world.person('carol', ['red', 'blue']);
    expect(await roleOf({ ...carol, CustomRoleArn: roleArn('blue') })).toBe(roleArn('blue'));
    expect(
      await awsErrorOf(credentialsFor({ ...carol, CustomRoleArn: roleArn('default') })),
    ).toMatchObject(denied);
  });

  it('goes by the resolution where the token prefers none', async () => {
    await mapTo({});
    const carol = await world.person('carol', ['red', 'blue']);
    expect(await awsErrorOf(credentialsFor(carol))).toMatchObject({
      ...denied,
      message: `The ambiguous role mapping rules for: ${world.mappingKey} denied this request.`,
    });
    await mapTo({ ambiguousRoleResolution: null });
    expect(await awsErrorOf(credentialsFor(carol))).toMatchObject(denied);
    await mapTo({ ambiguousRoleResolution: 'AuthenticatedRole' });
    expect(await roleOf(carol)).toBe(roleArn('default'));
  });
});

describe('a role mapping by rules', () => {
  const rule = (changes: Partial<RoleRule>): RoleRule => ({
    claim: 'email',
    matchType: 'Equals',
    value: 'alice@example.com',
    roleArn: roleArn('red'),
    ...changes,
  });

  it.each<[string, Partial<RoleRule>, string | null]>([
    ['Equals', {}, 'red'],
    ['Equals another value', { value: 'bob@example.com' }, null],
    ['StartsWith', { matchType: 'StartsWith', value: 'alice@' }, 'red'],
    ['Contains', { matchType: 'Contains', value: '@example' }, 'red'],
    ['NotEqual', { matchType: 'NotEqual', value: 'bob@example.com' }, 'red'],
    ['NotEqual the same value', { matchType: 'NotEqual' }, null],
    ['NotEqual on a claim that is absent', { matchType: 'NotEqual', claim: 'no' }, null],
    ['Contains a group', { claim: 'cognito:groups', matchType: 'Contains', value: 'one' }, 'red'],
  ])('weighs %s', async (_case, changes, role) => {
    await world.addGroup('one');
    await mapTo({ type: 'Rules', rules: [rule(changes)] });
    const alice = await world.person('alice', ['one']);
    if (role === null) expect(await awsErrorOf(credentialsFor(alice))).toMatchObject(denied);
    else expect(await roleOf(alice)).toBe(roleArn(role));
  });

  it('lets the first rule that matches win', async () => {
    await mapTo({
      type: 'Rules',
      rules: [rule({ value: 'bob' }), rule({ roleArn: roleArn('blue') }), rule({})],
    });
    expect(await roleOf(await world.person('alice'))).toBe(roleArn('blue'));
  });
});
