import { beforeEach, describe, expect, it } from '@jest/globals';
import { AwsError } from '../../../../local/aws.ts';
import { seedUsers } from '../../../../local/users.ts';
import { awsErrorOf, createCognitoWorld, userPoolId } from './cognito-world.ts';
import type { CognitoWorld } from './cognito-world.ts';

let world: CognitoWorld;

beforeEach(async () => {
  world = await createCognitoWorld();
});

const inPool = (input: Record<string, unknown>) => ({ UserPoolId: userPoolId, ...input });
const usernamesOf = (answer: Record<string, unknown>): string[] =>
  (answer['Users'] as { Username: string }[]).map(({ Username }) => Username);

describe('users', () => {
  it('are made once', async () => {
    const input = inPool({ Username: 'erin', TemporaryPassword: 'Change-me-1' });
    expect(await world.run('AdminCreateUser', input)).toMatchObject({
      User: { Username: 'erin', Enabled: true, UserStatus: 'FORCE_CHANGE_PASSWORD' },
    });
    const again = await awsErrorOf(world.run('AdminCreateUser', input));
    expect(again.code).toBe('UsernameExistsException');
  });

  it('are made once also when two calls race', async () => {
    const input = inPool({ Username: 'erin', TemporaryPassword: 'Change-me-1' });
    const outcomes = await Promise.allSettled([
      world.run('AdminCreateUser', input),
      world.run('AdminCreateUser', input),
    ]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  it.each([
    ['a weak password', { TemporaryPassword: 'weak' }, 'InvalidPasswordException'],
    [
      'an unknown attribute',
      { UserAttributes: [{ Name: 'custom:other', Value: 'x' }] },
      'InvalidParameterException',
    ],
    ['a blank in the name', { Username: 'e rin' }, 'InvalidParameterException'],
    ['an unknown pool', { UserPoolId: 'us-east-1_none' }, 'ResourceNotFoundException'],
  ])('are refused with %s', async (_case, changes, code) => {
    const input = inPool({ Username: 'erin', TemporaryPassword: 'Change-me-1', ...changes });
    expect((await awsErrorOf(world.run('AdminCreateUser', input))).code).toBe(code);
  });

  it('never have a password repeated in an error', async () => {
    const Password = 'Correct-horse-1'.repeat(40);
    const error = await awsErrorOf(
      world.run('AdminSetUserPassword', inPool({ Username: 'alice', Password })),
    );
    expect(error.message).not.toContain('horse');
  });
});

describe('ListUsers', () => {
  beforeEach(async () => {
    for (const name of ['alice', 'alan', 'bob']) await world.addUser(name);
  });

  const listed = async (Filter: string) =>
    usernamesOf(await world.run('ListUsers', inPool({ Filter })));

  it('filters by one attribute, whole or by its beginning', async () => {
    const user = await world.run('AdminGetUser', inPool({ Username: 'bob' }));
    const attributes = user['UserAttributes'] as { Name: string; Value: string }[];
    const sub = attributes.find(({ Name }) => Name === 'sub')?.Value ?? '';
    expect(await listed(`sub = "${sub}"`)).toEqual(['bob']);
    expect(await listed('username="alice"')).toEqual(['alice']);
    expect(await listed('username ^= "al"')).toEqual(['alan', 'alice']);
    expect(await listed('email = "bob@example.com"')).toEqual(['bob']);
    expect(await listed('cognito:user_status = "confirmed"')).toHaveLength(3);
    expect(await listed('sub = "nobody"')).toEqual([]);
    expect(await listed('')).toHaveLength(3);
  });

  it.each(['username', 'custom:tenant = "a"', 'username = alice', 'a = "b" or c = "d"'])(
    'refuses the filter %s',
    async (filter) => {
      const error = await awsErrorOf(listed(filter));
      expect(error.code).toBe('InvalidParameterException');
    },
  );

  it('gives everyone once, page by page', async () => {
    const first = await world.run('ListUsers', inPool({ Limit: 2 }));
    const second = await world.run(
      'ListUsers',
      inPool({ Limit: 2, PaginationToken: first['PaginationToken'] }),
    );
    expect([...usernamesOf(first), ...usernamesOf(second)]).toEqual(['alan', 'alice', 'bob']);
    expect(second).not.toHaveProperty('PaginationToken');
  });
});

describe('groups', () => {
  it('are listed for a user as long as they are in them', async () => {
    await world.addUser('alice');
    const RoleArn = 'arn:aws:iam::123456789012:role/red';
    await world.run('CreateGroup', inPool({ GroupName: 'red', RoleArn, Precedence: 0 }));
    const membership = inPool({ GroupName: 'red', Username: 'alice' });
    await world.run('AdminAddUserToGroup', membership);
    await world.run('AdminAddUserToGroup', membership);
    const listed = () => world.run('AdminListGroupsForUser', inPool({ Username: 'alice' }));
    expect(await listed()).toEqual({
      Groups: [
        {
          GroupName: 'red',
          UserPoolId: userPoolId,
          RoleArn,
          Precedence: 0,
          CreationDate: expect.any(Number),
          LastModifiedDate: expect.any(Number),
        },
      ],
    });
    await world.run('AdminRemoveUserFromGroup', membership);
    expect(await listed()).toEqual({ Groups: [] });
    expect(await world.run('ListGroups', inPool({}))).toMatchObject({
      Groups: [{ GroupName: 'red' }],
    });
  });

  it('exist before anybody joins, and once', async () => {
    await world.addUser('alice');
    const missing = world.run(
      'AdminAddUserToGroup',
      inPool({ GroupName: 'none', Username: 'alice' }),
    );
    expect((await awsErrorOf(missing)).code).toBe('ResourceNotFoundException');
    await world.addGroup('red');
    const again = world.run('CreateGroup', inPool({ GroupName: 'red' }));
    expect((await awsErrorOf(again)).code).toBe('GroupExistsException');
  });
});

describe('authorization', () => {
  const pool = `arn:aws:cognito-idp:us-east-1:123456789012:userpool/${userPoolId}`;

  it('asks for the operation on the pool’s ARN', () => {
    const authorize = world.cognito.operations['AdminDisableUser']?.authorize;
    if (typeof authorize !== 'function') throw new TypeError('not signed');
    expect(authorize(inPool({ Username: 'alice' }))).toEqual([
      { action: 'cognito-idp:AdminDisableUser', resource: pool },
    ]);
    expect(() => authorize({})).toThrow(AwsError);
  });

  it('asks for iam:PassRole where a group gets a role', () => {
    const authorize = world.cognito.operations['CreateGroup']?.authorize;
    if (typeof authorize !== 'function') throw new TypeError('not signed');
    const RoleArn = 'arn:aws:iam::123456789012:role/red';
    expect(authorize(inPool({ GroupName: 'red', RoleArn }))).toMatchObject([
      { action: 'cognito-idp:CreateGroup', resource: pool },
      { action: 'iam:PassRole', resource: RoleArn },
    ]);
  });

  it('leaves unsigned exactly what AWS takes unsigned', () => {
    const unsigned = Object.entries(world.cognito.operations)
      .filter(([, { authorize }]) => authorize === 'unsigned')
      .map(([name]) => name);
    expect(unsigned.sort()).toEqual([
      'GetUser',
      'GlobalSignOut',
      'InitiateAuth',
      'RespondToAuthChallenge',
      'RevokeToken',
      'SignUp',
    ]);
  });
});

describe('the demo users', () => {
  const groups = ['readers', 'writers', 'red', 'blue', 'auditors', 'operators'];
  const subs = async () => {
    const users = (await world.run('ListUsers', inPool({})))['Users'] as {
      Username: string;
      Attributes: { Name: string; Value: string }[];
    }[];
    return users.map(({ Username, Attributes }) => [
      Username,
      Attributes.find(({ Name }) => Name === 'sub')?.Value,
    ]);
  };

  it('are made once, and keep their sub and what was done to them', async () => {
    for (const name of groups) await world.addGroup(name);
    await seedUsers(world.cognito, userPoolId);
    const before = await subs();
    expect(before.map(([name]) => name)).toEqual(
      'alice audrey bob carol dave erin frank oscar'.split(' '),
    );
    await world.run(
      'AdminRemoveUserFromGroup',
      inPool({ Username: 'alice', GroupName: 'readers' }),
    );
    await seedUsers(world.cognito, userPoolId);
    expect(await subs()).toEqual(before);
    const alice = await world.run('AdminListGroupsForUser', inPool({ Username: 'alice' }));
    expect(alice).toEqual({ Groups: [] });
    expect((await awsErrorOf(world.signIn('dave'))).message).toBe('User is disabled.');
  });
});
