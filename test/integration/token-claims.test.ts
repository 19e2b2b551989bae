import {
  CognitoIdentityProviderClient,
  InitiateAuthCommand,
  RespondToAuthChallengeCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import type { Twin } from '../../local/twin.ts';
import { startDemoTwin } from '../support/twin/demo-twin.ts';
import { signIn } from '../support/twin/people.ts';

let twin: Twin;
let cognito: CognitoIdentityProviderClient;

beforeAll(async () => {
  twin = await startDemoTwin();
  cognito = new CognitoIdentityProviderClient({
    region: twin.endpoints.region,
    endpoint: twin.endpoints.aws,
    credentials: { accessKeyId: 'unused', secretAccessKey: 'unused' },
  });
}, 120_000);
afterAll(async () => {
  cognito.destroy();
  await twin.stop();
});

const own = 'aws.cognito.signin.user.admin';
const scopesOf = (accessToken: string | undefined): readonly string[] =>
  String(decodeJwt(accessToken ?? '')['scope']).split(' ');

describe('the pre token generation trigger on the twin', () => {
  it.each([
    ['alice', [own, 'stepkey/credentials']],
    ['frank', [own, 'stepkey/credentials']],
    ['audrey', [own, 'stepkey/credentials', 'stepkey/audit']],
    ['oscar', [own, 'stepkey/credentials', 'stepkey/revoke']],
  ])('gives %s’s access token the scopes of its groups', async (person, scopes) => {
    expect(scopesOf((await signIn(twin, person)).accessToken)).toEqual(scopes);
  });

  it('leaves the ID token as it is', async () => {
    const claims = decodeJwt((await signIn(twin, 'audrey', 'app')).idToken);
    expect(claims).toMatchObject({ token_use: 'id', 'cognito:groups': ['auditors'] });
    expect(Object.keys(claims).sort()).toEqual([
      'aud',
      'auth_time',
      'cognito:groups',
      'cognito:username',
      'email',
      'email_verified',
      'event_id',
      'exp',
      'iat',
      'iss',
      'jti',
      'origin_jti',
      'sub',
      'token_use',
    ]);
  });

  it('leaves roles and the tie between them to the groups', async () => {
    const claims = decodeJwt((await signIn(twin, 'carol')).idToken);
    expect(claims['cognito:roles']).toHaveLength(2);
    expect(claims).not.toHaveProperty('cognito:preferred_role');
  });

  it('runs on refresh', async () => {
    const { refreshToken } = await signIn(twin, 'audrey');
    const { AuthenticationResult } = await cognito.send(
      new InitiateAuthCommand({
        AuthFlow: 'REFRESH_TOKEN_AUTH',
        ClientId: twin.endpoints.clients.cli.clientId,
        AuthParameters: { REFRESH_TOKEN: refreshToken },
      }),
    );
    expect(scopesOf(AuthenticationResult?.AccessToken)).toEqual([
      own,
      'stepkey/credentials',
      'stepkey/audit',
    ]);
  });

  it('runs when a new password was demanded', async () => {
    const ClientId = twin.endpoints.clients.cli.clientId;
    const { ChallengeName, Session } = await cognito.send(
      new InitiateAuthCommand({
        AuthFlow: 'USER_PASSWORD_AUTH',
        ClientId,
        AuthParameters: { USERNAME: 'erin', PASSWORD: 'Change-me-1' },
      }),
    );
    expect(ChallengeName).toBe('NEW_PASSWORD_REQUIRED');
    const { AuthenticationResult } = await cognito.send(
      new RespondToAuthChallengeCommand({
        ChallengeName: 'NEW_PASSWORD_REQUIRED',
        ClientId,
        Session,
        ChallengeResponses: { USERNAME: 'erin', NEW_PASSWORD: 'Another-horse-2' },
      }),
    );
    expect(scopesOf(AuthenticationResult?.AccessToken)).toEqual([own, 'stepkey/credentials']);
  });

  it('gives a machine nothing beside what it asked for', async () => {
    const { clientId, clientSecret } = twin.endpoints.clients.service;
    const answer = await fetch(twin.endpoints.tokenEndpoint, {
      method: 'POST',
      headers: {
        authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret ?? ''}`).toString('base64')}`,
      },
      body: new URLSearchParams({ grant_type: 'client_credentials', scope: 'stepkey/credentials' }),
    });
    const { access_token: token } = (await answer.json()) as { access_token: string };
    expect(scopesOf(token)).toEqual(['stepkey/credentials']);
  });

  it('writes nothing into its log', async () => {
    const log = await twin.readLog('/aws/lambda/stepkey-pre-token-generation');
    expect(log.filter(({ message }) => !message.startsWith('INIT_START '))).toEqual([]);
  });
});
