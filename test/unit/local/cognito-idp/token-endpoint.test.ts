import { beforeEach, describe, expect, it } from '@jest/globals';
import type { ReceivedRequest } from '../../../../local/wire/received-request.ts';
import {
  claimsOf,
  clientIds,
  createCognitoWorld,
  personalClient,
  poolSettings,
  startEpochSeconds,
  userPoolId,
} from './cognito-world.ts';
import type { CognitoWorld } from './cognito-world.ts';

let world: CognitoWorld;
let secret: string;

const machine = {
  ...personalClient,
  name: 'service',
  allowedOAuthFlows: ['client_credentials'],
  allowedOAuthScopes: ['stepkey/credentials', 'stepkey/act-as'],
};

beforeEach(async () => {
  world = await createCognitoWorld();
  await world.cognito.putResourceServer({
    userPoolId,
    identifier: 'stepkey',
    name: 'stepkey',
    scopes: ['credentials', 'act-as', 'audit'],
  });
  await world.cognito.putDomain(userPoolId, 'stepkey-123456789012');
  await world.cognito.putClient(clientIds.service, userPoolId, machine);
  secret = (await world.cognito.clientSecret(clientIds.service)) ?? '';
});

const basic = (id: string, given: string): string =>
  `Basic ${Buffer.from(`${id}:${given}`).toString('base64')}`;

const ask = (form: Record<string, string>, authorization?: string) =>
  world.cognito.tokenEndpoint(
    new URLSearchParams({ grant_type: 'client_credentials', ...form }),
    authorization ?? basic(clientIds.service, secret),
  );

describe('the token endpoint', () => {
  it('gives a machine exactly the claims of a machine', async () => {
    const answer = await ask({ scope: 'stepkey/credentials' });
    expect(answer).toEqual({
      status: 200,
      body: { access_token: expect.any(String), expires_in: 3600, token_type: 'Bearer' },
    });
    expect(claimsOf(String(answer.body['access_token']))).toEqual({
      sub: clientIds.service,
      client_id: clientIds.service,
      token_use: 'access',
      scope: 'stepkey/credentials',
      version: 2,
      iss: `https://cognito-idp.us-east-1.amazonaws.com/${userPoolId}`,
      iat: startEpochSeconds,
      auth_time: startEpochSeconds,
      exp: startEpochSeconds + 3600,
      jti: expect.any(String),
    });
  });

  it('gives every scope of the client when none is asked for', async () => {
    const { body } = await ask({});
    expect(claimsOf(String(body['access_token']))['scope']).toBe(
      'stepkey/credentials stepkey/act-as',
    );
  });

  it('takes the client’s credentials from the form too', async () => {
    const form = { client_id: clientIds.service, client_secret: secret };
    const answer = await world.cognito.tokenEndpoint(
      new URLSearchParams({ grant_type: 'client_credentials', ...form }),
      undefined,
    );
    expect(answer.status).toBe(200);
  });

  it.each([
    ['a wrong secret', {}, () => basic(clientIds.service, 'wrong'), 'invalid_client'],
    ['an unknown client', {}, () => basic('unknown', secret), 'invalid_client'],
    ['a public client', {}, () => basic(clientIds.cli, ''), 'invalid_client'],
    ['another scheme', {}, () => 'Bearer x', 'invalid_client'],
    ['two clients', { client_id: clientIds.cli }, undefined, 'invalid_request'],
    ['another grant', { grant_type: 'password' }, undefined, 'unsupported_grant_type'],
    ['a scope of others', { scope: 'stepkey/audit' }, undefined, 'invalid_grant'],
    ['an unknown scope', { scope: 'stepkey/none' }, undefined, 'invalid_grant'],
    ['metadata that is no JSON', { aws_client_metadata: '{' }, undefined, 'invalid_request'],
  ])('refuses %s', async (_case, form, authorization, error) => {
    expect(await ask(form, authorization?.())).toEqual({ status: 400, body: { error } });
  });

  it('refuses a client without the flow', async () => {
    await world.cognito.putClient(clientIds.service, userPoolId, {
      ...machine,
      allowedOAuthFlows: [],
    });
    expect((await ask({})).body).toEqual({ error: 'unauthorized_client' });
  });

  it('runs a V3_0 trigger, and no earlier one', async () => {
    const events: Record<string, unknown>[] = [];
    const withTrigger = await createCognitoWorld({
      store: world.store,
      preTokenGeneration: (event) => {
        events.push(event);
        return Promise.resolve({
          response: {
            claimsAndScopeOverrideDetails: {
              accessTokenGeneration: { claimsToAddOrOverride: { kind: 'machine' } },
            },
          },
        });
      },
    });
    const claimsWith = async (lambdaVersion: 'V2_0' | 'V3_0') => {
      const preTokenGeneration = { lambdaArn: 'arn:aws:lambda:x', lambdaVersion };
      await withTrigger.cognito.putUserPool(userPoolId, { ...poolSettings, preTokenGeneration });
      const answer = await withTrigger.cognito.tokenEndpoint(
        new URLSearchParams({
          grant_type: 'client_credentials',
          aws_client_metadata: '{"why":"test"}',
        }),
        basic(clientIds.service, secret),
      );
      return claimsOf(String(answer.body['access_token']));
    };
    expect(await claimsWith('V2_0')).not.toHaveProperty('kind');
    expect(await claimsWith('V3_0')).toMatchObject({ kind: 'machine' });
    expect(events).toMatchObject([
      {
        version: '3',
        triggerSource: 'TokenGeneration_ClientCredentials',
        request: { clientMetadata: { why: 'test' } },
      },
    ]);
  });
});

describe('the public documents', () => {
  const request = (method: string, path: string, body = ''): ReceivedRequest => ({
    method,
    path,
    query: [],
    headers: new Map([
      ['content-type', 'application/x-www-form-urlencoded'],
      ['authorization', basic(clientIds.service, secret)],
    ]),
    body: Buffer.from(body),
    sourceIp: '127.0.0.1',
  });
  const answer = (method: string, path: string, body?: string) =>
    world.cognito.userPoolPublicDocuments(request(method, path, body));

  it('are the key set, the discovery document and the token endpoint', async () => {
    const keys = await answer('GET', `/${userPoolId}/.well-known/jwks.json`);
    expect(JSON.parse(String(keys?.body))).toEqual(await world.cognito.jwks(userPoolId));
    const discovery = await answer('GET', `/${userPoolId}/.well-known/openid-configuration`);
    const issuer = `https://cognito-idp.us-east-1.amazonaws.com/${userPoolId}`;
    expect(JSON.parse(String(discovery?.body))).toMatchObject({
      issuer,
      jwks_uri: `${issuer}/.well-known/jwks.json`,
      token_endpoint: 'https://stepkey-123456789012.auth.us-east-1.amazoncognito.com/oauth2/token',
    });
    const token = await answer('POST', '/oauth2/token', 'grant_type=client_credentials');
    expect(token).toMatchObject({ status: 200, headers: { 'cache-control': 'no-store' } });
  });

  it('are nothing else', async () => {
    expect(await answer('GET', '/bucket/key')).toBeNull();
    expect(await answer('POST', `/${userPoolId}/.well-known/jwks.json`)).toBeNull();
    expect(await answer('GET', '/us-east-1_none/.well-known/jwks.json')).toMatchObject({
      status: 404,
    });
  });
});
