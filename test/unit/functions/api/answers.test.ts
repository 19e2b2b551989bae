import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { beforeEach, describe, expect, it } from '@jest/globals';

import {
  containerCredentialsAnswer,
  credentialsAnswer,
  healthAnswer,
  identityAnswer,
} from '../../../../core/contracts/api-answers.ts';
import { routes } from '../../../../functions/api/routes.ts';
import { createHandler } from '../../../../functions/http/handler.ts';
import { eventOf, frontAtNoon, type Front } from '../../../support/callers-front.ts';
import { secrets, sessionOf } from '../../../support/callers-sessions.ts';
import { callerOf, noonEpochSeconds } from '../../../support/callers.ts';
import { identityId } from '../../../support/grants.ts';

let front: Front;
const bodyOf = (result: APIGatewayProxyResult) => JSON.parse(result.body) as unknown;
const containerEvent = (
  changes: Partial<APIGatewayProxyEvent> = {},
  grant = 'own-files',
): APIGatewayProxyEvent =>
  eventOf({
    httpMethod: 'GET',
    resource: '/v1/container-credentials/{grant}',
    pathParameters: { grant },
    ...changes,
  });

beforeEach(async () => {
  front = frontAtNoon();
  await front.register();
  await front.putSession();
});

describe('the answer of POST /v1/credentials', () => {
  it('holds the credentials and what is known of them', async () => {
    const result = await front.handle(eventOf());
    expect(result.statusCode).toBe(200);
    expect(bodyOf(result)).toEqual({
      credentials: { ...secrets, expiration: '2026-11-21T12:50:00Z' },
      subject: callerOf().subject,
      identityId,
      grant: 'own-files',
      roleArn: sessionOf().roleArn,
      assumedRoleArn: sessionOf().assumedRoleArn,
      source: 'cache',
      sessionId: 'session-1',
      issuanceId: front.table.issuances[0]?.issuanceId,
      executionArn: sessionOf().executionArn,
    });
    expect(() => credentialsAnswer.parse(bodyOf(result))).not.toThrow();
  });

  it('says so when it is stale', async () => {
    await front.putSession(sessionOf({ expiresAtEpochSeconds: noonEpochSeconds + 600 }));
    front.machine.failWith('Upstream.Unavailable');
    expect(bodyOf(await front.handle(eventOf()))).toMatchObject({ source: 'cache', stale: true });
  });

  it.each<[string, Partial<APIGatewayProxyEvent>]>([
    ['no body', { body: null }],
    ['an empty body', { body: '' }],
    ['a blank body', { body: ' \n' }],
    ['an empty object', { body: '{}' }],
    ['a grant', { body: '{"grant":"own-files"}' }],
    ['a life', { body: '{"minTtlSeconds":600}' }],
    ['base64', { body: Buffer.from('{}').toString('base64'), isBase64Encoded: true }],
    [
      'a charset',
      {
        headers: { ...eventOf().headers, 'Content-Type': 'application/json;charset=utf-8' },
        body: '{}',
      },
    ],
    [
      'no media type, but no body',
      { headers: { Authorization: eventOf().headers['Authorization'] } },
    ],
    [
      'headers in lower case',
      {
        headers: {
          authorization: eventOf().headers['Authorization'],
          'content-type': 'application/json',
        },
        body: '{}',
      },
    ],
    ['a body of 16 KiB', { body: `{${' '.repeat(16_382)}}` }],
  ])('is given for a request with %s', async (_, changes) => {
    expect((await front.handle(eventOf(changes))).statusCode).toBe(200);
  });
});

describe('the answer of GET /v1/container-credentials/{grant}', () => {
  it('has exactly the members that SDKs read', async () => {
    const result = await front.handle(containerEvent());
    expect(result.statusCode).toBe(200);
    expect(bodyOf(result)).toEqual({
      AccessKeyId: secrets.accessKeyId,
      SecretAccessKey: secrets.secretAccessKey,
      Token: secrets.sessionToken,
      Expiration: '2026-11-21T12:50:00Z',
    });
    expect(() => containerCredentialsAnswer.parse(bodyOf(result))).not.toThrow();
  });

  it('takes a role from the query', async () => {
    const { roleArn } = sessionOf();
    const event = containerEvent({ queryStringParameters: { roleArn } });
    expect((await front.handle(event)).statusCode).toBe(200);
  });
});

describe('the answer of GET /v1/identity', () => {
  it('says which identity the caller has', async () => {
    const result = await front.handle(eventOf({ httpMethod: 'GET', resource: '/v1/identity' }));
    expect(result.statusCode).toBe(200);
    expect(bodyOf(result)).toEqual({ subject: callerOf().subject, identityId, linked: true });
    expect(() => identityAnswer.parse(bodyOf(result))).not.toThrow();
  });
});

describe('the answer of POST /v1/decisions', () => {
  const decisionEvent = (grant: string) =>
    eventOf({ resource: '/v1/decisions', body: JSON.stringify({ grant }) });

  it('is an explanation', async () => {
    const result = await front.handle(decisionEvent('own-files'));
    expect(result.statusCode).toBe(200);
    expect(bodyOf(result)).toMatchObject({ outcome: 'allowed', grant: 'own-files' });
  });

  it('is one for a refusal too, which is recorded as none', async () => {
    const result = await front.handle(decisionEvent('team-read'));
    expect(result.statusCode).toBe(200);
    expect(bodyOf(result)).toMatchObject({ outcome: 'refused', error: 'Grant.Refused' });
    expect(front.table.denials).toEqual([]);
  });
});

describe('the answer of GET /v1/health', () => {
  it('is given to everybody and touches nothing', async () => {
    const result = await front.handle(
      eventOf({ httpMethod: 'GET', resource: '/v1/health', headers: {} }),
    );
    expect(bodyOf(result)).toEqual({ status: 'ok', version: '0.1.0' });
    expect(() => healthAnswer.parse(bodyOf(result))).not.toThrow();
    expect(front.journal).toEqual([]);
  });
});

describe('every answer', () => {
  it.each<[string, APIGatewayProxyEvent]>([
    ['credentials', eventOf()],
    ['container credentials', containerEvent()],
    ['identity', eventOf({ httpMethod: 'GET', resource: '/v1/identity' })],
    ['decision', eventOf({ resource: '/v1/decisions' })],
    ['health', eventOf({ httpMethod: 'GET', resource: '/v1/health' })],
  ])('is JSON that nobody keeps: %s', async (_, event) => {
    expect((await front.handle(event)).headers).toEqual({
      'Content-Type': 'application/json',
      'Cache-Control': 'no-store',
    });
  });
});

describe('the browsers of other origins', () => {
  const handleFrom = (origin: string | null, corsOrigins: readonly string[], resource?: string) =>
    createHandler(
      routes,
      front.ports,
      { ...front.context, corsOrigins },
      { info: ignore, error: ignore },
    )(
      eventOf({
        headers: { ...eventOf().headers, ...(origin === null ? {} : { Origin: origin }) },
        ...(resource === undefined ? {} : { resource }),
      }),
    );
  const ignore = () => undefined;
  const allowed = ['https://app.example', 'https://tool.example'];

  it.each(['/v1/credentials', '/v1/nowhere'])('may read what is configured: %s', async (path) => {
    const { headers } = await handleFrom('https://tool.example', allowed, path);
    expect(headers).toMatchObject({
      'Access-Control-Allow-Origin': 'https://tool.example',
      Vary: 'Origin',
    });
  });

  it.each([
    ['unknown', 'https://other.example'],
    ['a longer cousin', 'https://app.example.evil.example'],
    ['of another scheme', 'http://app.example'],
    ['of another case', 'https://APP.example'],
    ['null', 'null'],
    ['a star', '*'],
    ['not named', null],
  ])('may not read it when they are %s', async (_, origin) => {
    const { headers } = await handleFrom(origin, allowed);
    expect(headers?.['Access-Control-Allow-Origin']).toBeUndefined();
    expect(headers?.['Vary']).toBe('Origin');
  });

  it('may read nothing where none is configured', async () => {
    const { headers } = await handleFrom('https://app.example', []);
    expect(Object.keys(headers ?? {})).toEqual(['Content-Type', 'Cache-Control']);
  });
});
