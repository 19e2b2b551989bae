import { describe, expect, it } from '@jest/globals';
import { AwsError } from '../../../../local/aws.ts';
import {
  awsErrorOf,
  claimsOf,
  clientIds,
  createCognitoWorld,
  poolSettings,
  tokensOf,
  userPoolId,
} from './cognito-world.ts';

const lambdaArn = 'arn:aws:lambda:us-east-1:123456789012:function:pre-token';
const red = 'arn:aws:iam::123456789012:role/red';

const worldWith = async (
  answer: (event: Record<string, unknown>) => unknown,
  lambdaVersion: 'V1_0' | 'V2_0' = 'V2_0',
) => {
  const events: Record<string, unknown>[] = [];
  const world = await createCognitoWorld({
    preTokenGeneration: async (event, arn) => {
      events.push({ ...event, invoked: arn });
      return Promise.resolve(answer(event));
    },
  });
  await world.addGroup('red', red, 1);
  await world.addUser('alice', ['red']);
  await world.cognito.putUserPool(userPoolId, {
    ...poolSettings,
    preTokenGeneration: { lambdaArn, lambdaVersion },
  });
  return { ...world, events };
};

const secondVersion = (details: unknown) => (event: Record<string, unknown>) => ({
  ...event,
  response: { claimsAndScopeOverrideDetails: details },
});

const claimsAfter = async (details: unknown) => {
  const world = await worldWith(secondVersion(details));
  const tokens = tokensOf(await world.signIn('alice'));
  return { id: claimsOf(tokens.IdToken), access: claimsOf(tokens.AccessToken) };
};

describe('the trigger’s event', () => {
  it('is AWS’s V2_0 event', async () => {
    const world = await worldWith((event) => event);
    const { IdToken, RefreshToken } = tokensOf(await world.signIn('alice'));
    expect(world.events).toEqual([
      {
        invoked: lambdaArn,
        version: '2',
        triggerSource: 'TokenGeneration_Authentication',
        region: 'us-east-1',
        userPoolId,
        userName: 'alice',
        callerContext: { awsSdkVersion: expect.any(String), clientId: clientIds.cli },
        request: {
          userAttributes: {
            sub: claimsOf(IdToken)['sub'],
            email: 'alice@example.com',
            email_verified: 'true',
            'cognito:user_status': 'CONFIRMED',
          },
          groupConfiguration: {
            groupsToOverride: ['red'],
            iamRolesToOverride: [red],
            preferredRole: red,
          },
          scopes: ['aws.cognito.signin.user.admin'],
          clientMetadata: {},
        },
        response: { claimsAndScopeOverrideDetails: null },
      },
    ]);
    await world.refresh(RefreshToken);
    expect(world.events[1]).toMatchObject({ triggerSource: 'TokenGeneration_RefreshTokens' });
  });
});

describe('the trigger’s answer', () => {
  it('adds claims of any type to each token apart, and scopes to the access token', async () => {
    const { id, access } = await claimsAfter({
      idTokenGeneration: { claimsToAddOrOverride: { tenant: { id: 7 }, email: 'new@example.com' } },
      accessTokenGeneration: {
        claimsToAddOrOverride: { level: 3 },
        scopesToAdd: ['stepkey/credentials', 'stepkey/audit'],
      },
    });
    expect(id).toMatchObject({ tenant: { id: 7 }, email: 'new@example.com' });
    expect(id).not.toHaveProperty('level');
    expect(access).toMatchObject({
      level: 3,
      scope: 'aws.cognito.signin.user.admin stepkey/credentials stepkey/audit',
    });
  });

  it('suppresses rather than adds', async () => {
    const { id, access } = await claimsAfter({
      idTokenGeneration: { claimsToAddOrOverride: { email: 'x' }, claimsToSuppress: ['email'] },
      accessTokenGeneration: { scopesToAdd: ['a'], scopesToSuppress: ['a'] },
    });
    expect(id).not.toHaveProperty('email');
    expect(access['scope']).toBe('aws.cognito.signin.user.admin');
  });

  it('cannot change what Cognito vouches for', async () => {
    const forged = {
      sub: 'x',
      iss: 'x',
      exp: 1,
      token_use: 'x',
      'cognito:groups': ['admins'],
      'cognito:username': 'x',
      origin_jti: 'x',
      username: 'x',
      scope: 'x',
    };
    const plain = await claimsAfter(null);
    const { id, access } = await claimsAfter({
      idTokenGeneration: { claimsToAddOrOverride: { ...forged, aud: 'x' } },
      accessTokenGeneration: {
        claimsToAddOrOverride: { ...forged, aud: 'x' },
        claimsToSuppress: ['sub', 'exp', 'client_id'],
      },
    });
    expect(Object.keys(id).sort()).toEqual(Object.keys(plain.id).sort());
    expect(Object.keys(access).sort()).toEqual(Object.keys(plain.access).sort());
    expect(Object.values({ ...id, ...access })).not.toContain('x');
    expect(id['cognito:groups']).toEqual(['red']);
  });

  it('may give an access token the client as its audience', async () => {
    const { access } = await claimsAfter({
      accessTokenGeneration: { claimsToAddOrOverride: { aud: clientIds.cli } },
    });
    expect(access['aud']).toBe(clientIds.cli);
  });

  it('replaces the groups of both tokens', async () => {
    const { id, access } = await claimsAfter({
      groupOverrideDetails: {
        groupsToOverride: ['blue'],
        iamRolesToOverride: [],
        preferredRole: '',
      },
    });
    expect(id['cognito:groups']).toEqual(['blue']);
    expect(access['cognito:groups']).toEqual(['blue']);
    expect(id).not.toHaveProperty('cognito:roles');
    expect(id).not.toHaveProperty('cognito:preferred_role');
  });

  it.each([
    ['an empty override', { groupOverrideDetails: {} }],
    ['a null override', { groupOverrideDetails: null }],
    ['suppressing the groups', { idTokenGeneration: { claimsToSuppress: ['cognito:groups'] } }],
  ])('takes groups and roles away by %s', async (_case, details) => {
    const { id } = await claimsAfter(details);
    expect(Object.keys(id).filter((name) => /groups|role/.test(name))).toEqual([]);
  });

  it('may be of the first version: texts, for the ID token, and groups', async () => {
    const world = await worldWith(
      () => ({
        response: {
          claimsOverrideDetails: {
            claimsToAddOrOverride: { tenant: 'a' },
            groupOverrideDetails: { groupsToOverride: ['blue'] },
          },
        },
      }),
      'V1_0',
    );
    const tokens = tokensOf(await world.signIn('alice'));
    expect(claimsOf(tokens.IdToken)).toMatchObject({ tenant: 'a', 'cognito:groups': ['blue'] });
    expect(claimsOf(tokens.AccessToken)).toMatchObject({ 'cognito:groups': ['blue'] });
    expect(claimsOf(tokens.AccessToken)).not.toHaveProperty('tenant');
    expect(world.events[0]).toMatchObject({ version: '1' });
  });

  it.each([
    ['nothing', undefined],
    [
      'a scope with a blank',
      {
        response: {
          claimsAndScopeOverrideDetails: { accessTokenGeneration: { scopesToAdd: ['a b'] } },
        },
      },
    ],
  ])('is refused when it is %s', async (_case, answer) => {
    const world = await worldWith(() => answer);
    expect((await awsErrorOf(world.signIn('alice'))).code).toBe('InvalidLambdaResponseException');
  });

  it('refuses the sign-in with the function’s own words when it fails', async () => {
    const world = await worldWith(() => {
      throw new Error('Not today');
    });
    expect(await awsErrorOf(world.signIn('alice'))).toMatchObject({
      code: 'UserLambdaValidationException',
      message: 'PreTokenGeneration failed with error Not today.',
    });
  });

  it('refuses the sign-in with Cognito’s own error when it cannot be run', async () => {
    const world = await worldWith(() => {
      throw new AwsError('UnexpectedLambdaException', 'Not there.');
    });
    expect((await awsErrorOf(world.signIn('alice'))).code).toBe('UnexpectedLambdaException');
  });
});
