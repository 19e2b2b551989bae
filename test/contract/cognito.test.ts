import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  CognitoIdentityClient,
  GetCredentialsForIdentityCommand,
  GetIdCommand,
  GetOpenIdTokenForDeveloperIdentityCommand,
} from '@aws-sdk/client-cognito-identity';
import {
  AdminGetUserCommand,
  CognitoIdentityProviderClient,
  GetUserCommand,
  InitiateAuthCommand,
  ListUsersCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { clientIds, password, userPoolId } from '../unit/local/cognito-idp/cognito-world.ts';
import {
  createIdentityWorld,
  developerProvider,
  identityPoolId,
  userPoolProvider,
} from '../unit/local/cognito-identity/identity-world.ts';
import type { IdentityWorld } from '../unit/local/cognito-identity/identity-world.ts';
import { startWireWorld } from '../unit/local/wire/wire-world.ts';
import type { WireWorld } from '../unit/local/wire/wire-world.ts';

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

const signIn = (secret: string) =>
  anybody.send(
    new InitiateAuthCommand({
      AuthFlow: 'USER_PASSWORD_AUTH',
      ClientId: clientIds.cli,
      AuthParameters: { USERNAME: 'alice', PASSWORD: secret },
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
