import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  CognitoIdentityClient,
  DescribeIdentityCommand,
  GetCredentialsForIdentityCommand,
  GetIdCommand,
  GetOpenIdTokenForDeveloperIdentityCommand,
  ListIdentitiesCommand,
  LookupDeveloperIdentityCommand,
  MergeDeveloperIdentitiesCommand,
  UnlinkDeveloperIdentityCommand,
} from '@aws-sdk/client-cognito-identity';
import {
  AdminAddUserToGroupCommand,
  AdminConfirmSignUpCommand,
  AdminCreateUserCommand,
  AdminDeleteUserCommand,
  AdminDisableUserCommand,
  AdminEnableUserCommand,
  AdminGetUserCommand,
  AdminListGroupsForUserCommand,
  AdminRemoveUserFromGroupCommand,
  AdminResetUserPasswordCommand,
  AdminSetUserPasswordCommand,
  AdminUserGlobalSignOutCommand,
  CognitoIdentityProviderClient,
  CreateGroupCommand,
  GetUserCommand,
  GlobalSignOutCommand,
  InitiateAuthCommand,
  ListGroupsCommand,
  ListUsersCommand,
  RespondToAuthChallengeCommand,
  RevokeTokenCommand,
  SignUpCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import {
  clientIds,
  password,
  poolSettings,
  userPoolId,
} from '../unit/local/cognito-idp/cognito-world.ts';
import {
  createIdentityWorld,
  developerProvider,
  identityPoolId,
  userPoolProvider,
} from '../unit/local/cognito-identity/identity-world.ts';
import type { IdentityWorld } from '../unit/local/cognito-identity/identity-world.ts';
import { startWireWorld } from '../unit/local/wire/wire-world.ts';
import type { WireWorld } from '../unit/local/wire/wire-world.ts';

// One file, though long: its stories share one endpoint.

let cognito: IdentityWorld;
let wire: WireWorld;
let users: CognitoIdentityProviderClient;
let anybody: CognitoIdentityProviderClient;
let identities: CognitoIdentityClient;

beforeAll(async () => {
  cognito = await createIdentityWorld();
  await cognito.addUser('alice');
  wire = await startWireWorld([cognito.cognito, cognito.identity], {
    publicDocuments: async (request) =>
      (await cognito.cognito.userPoolPublicDocuments(request)) ??
      cognito.identity.identityPoolPublicDocuments(request),
  });
  users = new CognitoIdentityProviderClient(wire.clientConfig);
  anybody = new CognitoIdentityProviderClient(wire.unsignedConfig);
  identities = new CognitoIdentityClient(wire.clientConfig);
});

afterAll(async () => {
  for (const client of [users, anybody, identities]) client.destroy();
  await wire.stop();
});

const signIn = (secret: string, username = 'alice') =>
  anybody.send(
    new InitiateAuthCommand({
      AuthFlow: 'USER_PASSWORD_AUTH',
      ClientId: clientIds.cli,
      AuthParameters: { USERNAME: username, PASSWORD: secret },
    }),
  );

const errorOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => null,
    (error: unknown) => error,
  );

describe('the AWS SDK against the twin’s user pool', () => {
  it('signs in without a signature and reads the user with the token', async () => {
    const { AuthenticationResult } = await signIn(password);
    const user = await anybody.send(
      new GetUserCommand({ AccessToken: AuthenticationResult?.AccessToken }),
    );
    expect(user.Username).toBe('alice');
  });

  it('reads dates and finds a user by sub', async () => {
    const user = await users.send(
      new AdminGetUserCommand({ UserPoolId: userPoolId, Username: 'alice' }),
    );
    expect(user.UserCreateDate).toEqual(new Date(cognito.clock.nowEpochMillis()));
    const sub = user.UserAttributes?.find(({ Name }) => Name === 'sub')?.Value ?? '';
    const found = await users.send(
      new ListUsersCommand({ UserPoolId: userPoolId, Filter: `sub = "${sub}"` }),
    );
    expect(found.Users?.map(({ Username }) => Username)).toEqual(['alice']);
  });

  it('throws the modelled error', async () => {
    expect(await errorOf(signIn('Wrong-horse-1'))).toMatchObject({
      name: 'NotAuthorizedException',
      message: 'Incorrect username or password.',
      $metadata: { httpStatusCode: 400 },
    });
  });

  it('keeps groups, and who is in them', async () => {
    const [pool, group] = [{ UserPoolId: userPoolId }, { GroupName: 'sdk-readers' }];
    const member = { ...pool, ...group, Username: 'alice' };
    const { Group } = await users.send(
      new CreateGroupCommand({ ...pool, ...group, Precedence: 7, Description: 'Readers' }),
    );
    expect(Group).toMatchObject({ ...group, Precedence: 7, CreationDate: expect.any(Date) });
    expect(await errorOf(users.send(new CreateGroupCommand({ ...pool, ...group })))).toMatchObject({
      name: 'GroupExistsException',
    });
    const groupsOf = async () =>
      (
        await users.send(new AdminListGroupsForUserCommand({ ...pool, Username: 'alice' }))
      ).Groups?.map(({ GroupName }) => GroupName);
    await users.send(new AdminAddUserToGroupCommand(member));
    expect(await groupsOf()).toEqual(['sdk-readers']);
    await users.send(new AdminRemoveUserFromGroupCommand(member));
    expect(await groupsOf()).toEqual([]);
    const { Groups } = await users.send(new ListGroupsCommand(pool));
    expect(Groups?.map(({ GroupName }) => GroupName)).toContain('sdk-readers');
  });

  it('ends sign-ins: a person’s own, one token, all by the administrator; and deletes people', async () => {
    await cognito.addUser('gina');
    const gina = { UserPoolId: userPoolId, Username: 'gina' };
    const refresh = (token = '') =>
      errorOf(
        anybody.send(
          new InitiateAuthCommand({
            AuthFlow: 'REFRESH_TOKEN_AUTH',
            ClientId: clientIds.cli,
            AuthParameters: { REFRESH_TOKEN: token },
          }),
        ),
      );
    const tokens = async () => (await signIn(password, 'gina')).AuthenticationResult;
    const [own, one, all] = [await tokens(), await tokens(), await tokens()];
    expect(await refresh(one?.RefreshToken)).toBeNull();
    await anybody.send(
      new RevokeTokenCommand({ Token: one?.RefreshToken, ClientId: clientIds.cli }),
    );
    const ended = { name: 'NotAuthorizedException' };
    expect(await refresh(one?.RefreshToken)).toMatchObject(ended);
    expect(await refresh(all?.RefreshToken)).toBeNull();
    await anybody.send(new GlobalSignOutCommand({ AccessToken: own?.AccessToken }));
    expect(await refresh(all?.RefreshToken)).toMatchObject(ended);
    const later = await tokens();
    await users.send(new AdminUserGlobalSignOutCommand(gina));
    expect(await refresh(later?.RefreshToken)).toMatchObject(ended);
    await users.send(new AdminDeleteUserCommand(gina));
    expect(await errorOf(users.send(new AdminGetUserCommand(gina)))).toMatchObject({
      name: 'UserNotFoundException',
    });
  });

  it('fetches the key set and a machine’s refusal over plain HTTP', async () => {
    const keys = await fetch(`${wire.url}/${userPoolId}/.well-known/jwks.json`);
    expect(await keys.json()).toEqual(await cognito.cognito.jwks(userPoolId));
    const token = await fetch(`${wire.url}/oauth2/token`, {
      method: 'POST',
      body: new URLSearchParams({ grant_type: 'client_credentials', client_id: 'none' }),
    });
    expect([token.status, await token.json()]).toEqual([400, { error: 'invalid_client' }]);
  });
});

describe('the states of a person, to the AWS SDK', () => {
  const named = (Username: string) => ({ UserPoolId: userPoolId, Username });
  const stateOf = async (username: string) =>
    (await users.send(new AdminGetUserCommand(named(username)))).UserStatus;

  it('UNCONFIRMED: whoever signed up waits for the administrator', async () => {
    const request = { ClientId: clientIds.cli, Username: 'uma', Password: password };
    expect(await errorOf(anybody.send(new SignUpCommand(request)))).toMatchObject({
      name: 'NotAuthorizedException',
      message: 'SignUp is not permitted for this user pool',
    });
    await cognito.cognito.putUserPool(userPoolId, { ...poolSettings, selfSignUp: true });
    const vouching = { ...request, UserAttributes: [{ Name: 'email_verified', Value: 'true' }] };
    expect(await errorOf(anybody.send(new SignUpCommand(vouching)))).toMatchObject({
      name: 'NotAuthorizedException',
      message: 'A client attempted to write unauthorized attribute',
    });
    const made = await anybody.send(new SignUpCommand(request));
    expect(made).toMatchObject({ UserConfirmed: false, UserSub: expect.any(String) });
    expect(await errorOf(anybody.send(new SignUpCommand(request)))).toMatchObject({
      name: 'UsernameExistsException',
    });
    await cognito.cognito.putUserPool(userPoolId, poolSettings);

    expect(await stateOf('uma')).toBe('UNCONFIRMED');
    expect(await errorOf(signIn(password, 'uma'))).toMatchObject({
      name: 'UserNotConfirmedException',
      message: 'User is not confirmed.',
    });
    // Only who has the password learns of the state.
    expect(await errorOf(signIn('Wrong-horse-1', 'uma'))).toMatchObject({
      name: 'NotAuthorizedException',
    });
    await users.send(new AdminConfirmSignUpCommand(named('uma')));
    expect(await stateOf('uma')).toBe('CONFIRMED');
    expect((await signIn(password, 'uma')).AuthenticationResult?.TokenType).toBe('Bearer');
    expect(await errorOf(users.send(new AdminConfirmSignUpCommand(named('uma'))))).toMatchObject({
      message: 'User cannot be confirmed. Current status is CONFIRMED',
    });
  });

  it('RESET_REQUIRED: neither the password nor a token of before helps', async () => {
    await cognito.addUser('rita');
    const { AuthenticationResult: before } = await signIn(password, 'rita');
    await users.send(new AdminResetUserPasswordCommand(named('rita')));
    expect(await stateOf('rita')).toBe('RESET_REQUIRED');
    const required = {
      name: 'PasswordResetRequiredException',
      message: 'Password reset required for the user',
    };
    expect(await errorOf(signIn(password, 'rita'))).toMatchObject(required);
    const refresh = new InitiateAuthCommand({
      AuthFlow: 'REFRESH_TOKEN_AUTH',
      ClientId: clientIds.cli,
      AuthParameters: { REFRESH_TOKEN: before?.RefreshToken ?? '' },
    });
    expect(await errorOf(anybody.send(refresh))).toMatchObject(required);
    const own = new GetUserCommand({ AccessToken: before?.AccessToken });
    expect(await errorOf(anybody.send(own))).toMatchObject(required);

    const Password = 'Another-horse-1';
    await users.send(
      new AdminSetUserPasswordCommand({ ...named('rita'), Password, Permanent: true }),
    );
    expect(await stateOf('rita')).toBe('CONFIRMED');
    expect((await signIn(Password, 'rita')).AuthenticationResult).toBeDefined();
  });

  it('FORCE_CHANGE_PASSWORD: the temporary password buys the right to a new one', async () => {
    const { User } = await users.send(
      new AdminCreateUserCommand({
        ...named('finn'),
        TemporaryPassword: 'Change-horse-1',
        MessageAction: 'SUPPRESS',
      }),
    );
    expect(User).toMatchObject({ Username: 'finn', UserStatus: 'FORCE_CHANGE_PASSWORD' });
    expect(
      await errorOf(users.send(new AdminResetUserPasswordCommand(named('finn')))),
    ).toMatchObject({ message: 'User password cannot be reset in the current state.' });
    const challenged = await signIn('Change-horse-1', 'finn');
    expect(challenged).toMatchObject({ ChallengeName: 'NEW_PASSWORD_REQUIRED' });
    expect(challenged).not.toHaveProperty('AuthenticationResult.AccessToken');
    const answered = await anybody.send(
      new RespondToAuthChallengeCommand({
        ChallengeName: 'NEW_PASSWORD_REQUIRED',
        ClientId: clientIds.cli,
        Session: challenged.Session,
        ChallengeResponses: { USERNAME: 'finn', NEW_PASSWORD: password },
      }),
    );
    expect(answered.AuthenticationResult?.TokenType).toBe('Bearer');
    expect(await stateOf('finn')).toBe('CONFIRMED');
  });

  it('disabled: refused whatever the state, until enabled again', async () => {
    await cognito.addUser('dora');
    await users.send(new AdminDisableUserCommand(named('dora')));
    const { Enabled, UserStatus } = await users.send(new AdminGetUserCommand(named('dora')));
    expect({ Enabled, UserStatus }).toEqual({ Enabled: false, UserStatus: 'CONFIRMED' });
    expect(await errorOf(signIn(password, 'dora'))).toMatchObject({
      name: 'NotAuthorizedException',
      message: 'User is disabled.',
    });
    await users.send(new AdminEnableUserCommand(named('dora')));
    expect((await signIn(password, 'dora')).AuthenticationResult).toBeDefined();
  });
});

describe('the AWS SDK against the twin’s identity pool', () => {
  it('links a developer login to the identity of a person’s login', async () => {
    const { AuthenticationResult } = await signIn(password);
    const login = { [userPoolProvider]: AuthenticationResult?.IdToken ?? '' };
    const { IdentityId } = await identities.send(
      new GetIdCommand({ IdentityPoolId: identityPoolId, Logins: login }),
    );
    const linked = await identities.send(
      new GetOpenIdTokenForDeveloperIdentityCommand({
        IdentityPoolId: identityPoolId,
        IdentityId,
        Logins: { ...login, [developerProvider]: 'users:alice' },
        PrincipalTags: { 'stepkey-grant': 'own-files' },
        TokenDuration: 120,
      }),
    );
    expect(linked.IdentityId).toBe(IdentityId);
    expect(linked.Token).toEqual(expect.any(String));
  });

  it('looks developer logins up, merges and unlinks them, and describes identities', async () => {
    const pool = { IdentityPoolId: identityPoolId };
    const identify = async (identifier: string) =>
      (
        await identities.send(
          new GetOpenIdTokenForDeveloperIdentityCommand({
            ...pool,
            Logins: { [developerProvider]: identifier },
          }),
        )
      ).IdentityId ?? '';
    const [one, other] = [await identify('users:one'), await identify('users:other')];
    expect(one).not.toBe(other);
    const lookUp = async (identity: string) =>
      (await identities.send(new LookupDeveloperIdentityCommand({ ...pool, IdentityId: identity })))
        .DeveloperUserIdentifierList;
    expect(await lookUp(one)).toEqual(['users:one']);
    const merged = await identities.send(
      new MergeDeveloperIdentitiesCommand({
        ...pool,
        DeveloperProviderName: developerProvider,
        SourceUserIdentifier: 'users:one',
        DestinationUserIdentifier: 'users:other',
      }),
    );
    expect(merged.IdentityId).toBe(other);
    expect([...((await lookUp(other)) ?? [])].sort()).toEqual(['users:one', 'users:other']);
    await identities.send(
      new UnlinkDeveloperIdentityCommand({
        ...pool,
        IdentityId: other,
        DeveloperProviderName: developerProvider,
        DeveloperUserIdentifier: 'users:one',
      }),
    );
    expect(await lookUp(other)).toEqual(['users:other']);
    const described = await identities.send(new DescribeIdentityCommand({ IdentityId: other }));
    expect(described).toMatchObject({
      IdentityId: other,
      Logins: [developerProvider],
      CreationDate: expect.any(Date),
    });
    const { Identities } = await identities.send(
      new ListIdentitiesCommand({ ...pool, MaxResults: 60 }),
    );
    expect(Identities?.map(({ IdentityId }) => IdentityId)).toContain(other);
  });

  it('refuses an unknown access key, and tells what is not emulated', async () => {
    const stranger = new CognitoIdentityClient({
      ...wire.unsignedConfig,
      credentials: { accessKeyId: 'AKIAUNKNOWN', secretAccessKey: 'unknown' },
    });
    const developer = new GetOpenIdTokenForDeveloperIdentityCommand({
      IdentityPoolId: identityPoolId,
      Logins: { [developerProvider]: 'users:alice' },
    });
    expect(await errorOf(stranger.send(developer))).toMatchObject({
      name: expect.stringMatching(/^(UnrecognizedClientException|InvalidClientTokenId)/),
    });
    stranger.destroy();
    const enhanced = new GetCredentialsForIdentityCommand({ IdentityId: 'us-east-1:0' });
    expect(await errorOf(identities.send(enhanced))).toHaveProperty(
      '$metadata.httpStatusCode',
      501,
    );
  });
});
