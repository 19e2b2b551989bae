import { beforeEach, describe, expect, it } from '@jest/globals';
import { secretHash } from '../../../../local/services/cognito-idp/secret-hash.ts';
import {
  awsErrorOf,
  claimsOf,
  clientIds,
  createCognitoWorld,
  password,
  personalClient,
  tokensOf,
  userPoolId,
} from './cognito-world.ts';
import type { CognitoWorld } from './cognito-world.ts';

let world: CognitoWorld;
beforeEach(async () => {
  world = await createCognitoWorld();
  await world.addUser('alice');
});

describe('SECRET_HASH', () => {
  it('is what AWS’s formula gives', () => {
    expect(secretHash('exampleclientsecret', 'alice', '1example23456789')).toBe(
      '79EaSJ0sPcvTeQ8zOWRsHF2neUQ7icRIoTVBZlH5IQM=',
    );
  });

  const asApp = (extra: Record<string, string>) =>
    world.signIn('alice', {
      ClientId: clientIds.app,
      AuthParameters: { USERNAME: 'alice', PASSWORD: password, ...extra },
    });

  it('lets a confidential client in', async () => {
    const answer = await asApp({ SECRET_HASH: await world.hashFor('alice') });
    expect(answer).toMatchObject({
      AuthenticationResult: { TokenType: 'Bearer', ExpiresIn: 3600 },
      ChallengeParameters: {},
    });
  });

  it('is demanded of a confidential client, right, and refused from a public one', async () => {
    const wrong = await awsErrorOf(asApp({ SECRET_HASH: await world.hashFor('bob') }));
    const absent = await awsErrorOf(asApp({}));
    const idle = await awsErrorOf(
      world.signIn('alice', {
        AuthParameters: { USERNAME: 'alice', PASSWORD: password, SECRET_HASH: 'x' },
      }),
    );
    for (const error of [wrong, absent, idle]) {
      expect(error.code).toBe('NotAuthorizedException');
      expect(error.message).not.toContain(password);
    }
    expect(wrong.message).toBe(`SecretHash does not match for the client: ${clientIds.app}`);
  });

  it('comes from a secret that stays the same after a restart and is not stored', async () => {
    const secret = await world.cognito.clientSecret(clientIds.app);
    const again = await createCognitoWorld({ store: world.store });
    expect(await again.cognito.clientSecret(clientIds.app)).toBe(secret);
    const clients = await world.store.collection('cognito-idp-clients');
    expect(JSON.stringify([...clients.entries()])).not.toContain(secret);
    expect(await world.cognito.clientSecret(clientIds.cli)).toBeNull();
  });
});

describe('signing in with a password', () => {
  const withPassword = (username: string, wrong: string, clientId: string = clientIds.cli) =>
    world.signIn(username, {
      ClientId: clientId,
      AuthParameters: { USERNAME: username, PASSWORD: wrong },
    });

  it('refuses a wrong password without repeating it', async () => {
    const error = await awsErrorOf(withPassword('alice', 'Wrong-horse-1'));
    expect(error).toMatchObject({
      code: 'NotAuthorizedException',
      message: 'Incorrect username or password.',
    });
  });

  it('says that a user does not exist only where the client does not hide it', async () => {
    const open = await awsErrorOf(withPassword('nobody', password));
    expect(open.code).toBe('UserNotFoundException');
    const masked = await awsErrorOf(
      world.signIn('nobody', {
        ClientId: clientIds.app,
        AuthParameters: {
          USERNAME: 'nobody',
          PASSWORD: password,
          SECRET_HASH: await world.hashFor('nobody'),
        },
      }),
    );
    expect(masked).toMatchObject({
      code: 'NotAuthorizedException',
      message: 'Incorrect username or password.',
    });
  });

  it('refuses a disabled user until they are enabled', async () => {
    await world.run('AdminDisableUser', { UserPoolId: userPoolId, Username: 'alice' });
    expect(await awsErrorOf(world.signIn('alice'))).toMatchObject({
      code: 'NotAuthorizedException',
      message: 'User is disabled.',
    });
    await world.run('AdminEnableUser', { UserPoolId: userPoolId, Username: 'alice' });
    expect(tokensOf(await world.signIn('alice')).IdToken).toEqual(expect.any(String));
  });

  it('needs the flow to be enabled; by default it is not', async () => {
    await world.cognito.putClient(clientIds.cli, userPoolId, {
      ...personalClient,
      generateSecret: false,
      explicitAuthFlows: [],
    });
    const error = await awsErrorOf(world.signIn('alice'));
    expect(error.code).toBe('InvalidParameterException');
  });

  it.each([
    ['an unknown client', { ClientId: 'unknown' }, 'ResourceNotFoundException'],
    ['an unknown flow', { AuthFlow: 'MAGIC' }, 'InvalidParameterException'],
    ['no password', { AuthParameters: { USERNAME: 'alice' } }, 'InvalidParameterException'],
    ['no client', { ClientId: undefined }, 'InvalidParameterException'],
  ])('refuses %s', async (_case, changes, code) => {
    expect((await awsErrorOf(world.signIn('alice', changes))).code).toBe(code);
  });
});

describe('somebody without a password of their own', () => {
  const identities = [{ userId: '1234', providerName: 'Google', primary: 'true' }];
  const add = (username: string, status: 'EXTERNAL_PROVIDER' | 'UNCONFIRMED') =>
    world.cognito.importUser(userPoolId, {
      ...{ username, status, temporary: false, enabled: true, groups: [] },
      password: status === 'UNCONFIRMED' ? password : null,
      attributes: { identities: JSON.stringify(identities) },
    });

  it('of an external provider, signs in by its word, and gets a token that says which', async () => {
    await add('Google_1234', 'EXTERNAL_PROVIDER');
    const { IdToken } = await world.cognito.signInFederated(clientIds.cli, 'Google_1234');
    expect(claimsOf(IdToken)).toMatchObject({ identities, 'cognito:username': 'Google_1234' });
    expect((await awsErrorOf(world.signIn('Google_1234'))).code).toBe('NotAuthorizedException');
  });

  it('does not sign in by a provider that it has not', async () => {
    await expect(world.cognito.signInFederated(clientIds.cli, 'alice')).rejects.toThrow(TypeError);
  });

  it('that signed up and confirmed nothing, does not sign in', async () => {
    await add('ursula', 'UNCONFIRMED');
    expect((await awsErrorOf(world.signIn('ursula'))).code).toBe('UserNotConfirmedException');
    const user = { UserPoolId: userPoolId, Username: 'ursula' };
    expect(await world.run('AdminGetUser', user)).toMatchObject({ UserStatus: 'UNCONFIRMED' });
  });
});
