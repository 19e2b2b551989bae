import { describe, expect, it } from '@jest/globals';
import { createBrokerApi } from '../../../client/broker-api.ts';
import { BrokerError } from '../../../client/broker-error.ts';

const tokenOf = (claims: object): string =>
  ['{}', JSON.stringify(claims), 'signature']
    .map((part) => Buffer.from(part).toString('base64url'))
    .join('.');

const person = { iss: 'https://issuer', sub: 'a', exp: 1 };
const idToken = tokenOf({ ...person, token_use: 'id' });
const accessToken = tokenOf({ ...person, token_use: 'access' });

const issued = {
  credentials: {
    accessKeyId: 'ASIA1',
    secretAccessKey: 'secret',
    sessionToken: 'token',
    expiration: '2026-01-01T00:00:00Z',
  },
  subject: 'pool:a',
  identityId: 'us-east-1:1',
  grant: 'own-files',
  roleArn: 'arn:aws:iam::123456789012:role/r',
  assumedRoleArn: 'arn:aws:sts::123456789012:assumed-role/r/a',
  source: 'minted',
  sessionId: 's',
  issuanceId: 'i',
  executionArn: 'arn',
};

const problem = {
  type: 'https://stepkey.dev/problems/grant-refused',
  title: 'The grant was refused',
  status: 403,
  detail: 'No such grant is available to this caller.',
  instance: 'request-1',
};

/** A broker that gives one answer, and what it was asked. */
const brokerThat = (answer: () => Response | Promise<Response>, api = 'https://broker/stage/') => {
  const requests: Request[] = [];
  const client = createBrokerApi({
    api,
    fetch: (input, init) => {
      requests.push(new Request(input, init));
      return Promise.resolve(answer());
    },
  });
  return { client, requests };
};

const json = (body: unknown, status = 200, headers: Record<string, string> = {}): Response =>
  new Response(JSON.stringify(body), { status, headers });

const failureOf = async (promise: Promise<unknown>): Promise<BrokerError> => {
  const error = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(BrokerError);
  return error as BrokerError;
};

describe('the broker API as a client sees it', () => {
  it.each([
    ['an ID token', idToken, 'https://broker/stage/v1/credentials'],
    ['an access token', accessToken, 'https://broker/stage/v1/exchange/credentials'],
    ['what is no token', 'x', 'https://broker/stage/v1/credentials'],
  ])('presents %s at its door', async (_, token, url) => {
    const { client, requests } = brokerThat(() => json(issued));
    await client.credentials(token, { grant: 'own-files', minTtlSeconds: 600 });
    expect(requests).toHaveLength(1);
    expect(requests[0]).toMatchObject({ url, method: 'POST', redirect: 'error' });
    expect(requests[0]?.headers.get('authorization')).toBe(`Bearer ${token}`);
    expect(await requests[0]?.json()).toEqual({ grant: 'own-files', minTtlSeconds: 600 });
  });

  it('escapes the grant and leaves out what is not asked for at the container door', async () => {
    const { client, requests } = brokerThat(() =>
      json({
        AccessKeyId: 'A',
        SecretAccessKey: 'S',
        Token: 'T',
        Expiration: '2026-01-01T00:00:00Z',
      }),
    );
    await client.containerCredentials(idToken, { grant: '../a?b' });
    await client.containerCredentials(accessToken, { grant: 'g', subject: 'pool:a' });
    expect(requests.map(({ url }) => url)).toEqual([
      'https://broker/stage/v1/container-credentials/..%2Fa%3Fb',
      'https://broker/stage/v1/exchange/container-credentials/g?subject=pool%3Aa',
    ]);
  });

  it.each([
    [401, 'not-accepted'],
    [403, 'denied'],
    [409, 'denied'],
    [422, 'denied'],
    [400, 'invalid'],
    [404, 'invalid'],
    [413, 'invalid'],
    [429, 'unavailable'],
    [500, 'unavailable'],
    [502, 'unavailable'],
    [503, 'unavailable'],
  ])("calls a broker's %d %s", async (status, kind) => {
    const { client } = brokerThat(() => json({ ...problem, status }, status));
    expect(await failureOf(client.credentials(idToken))).toMatchObject({
      kind,
      status,
      message: problem.detail,
      problemType: problem.type,
      requestId: 'request-1',
    });
  });

  it('reads choices, faults and Retry-After', async () => {
    const { client } = brokerThat(() =>
      json({ ...problem, choices: ['a', 'b'], faults: ['grant: no'] }, 503, { 'retry-after': '7' }),
    );
    expect(await failureOf(client.decision(idToken))).toMatchObject({
      choices: ['a', 'b'],
      faults: ['grant: no'],
      retryAfterSeconds: 7,
    });
  });

  it('reads a Retry-After date against the clock of the answer', async () => {
    const { client } = brokerThat(() =>
      json(problem, 503, {
        date: 'Sat, 21 Nov 2026 08:00:00 GMT',
        'retry-after': 'Sat, 21 Nov 2026 08:00:09 GMT',
      }),
    );
    expect((await failureOf(client.identity(idToken))).retryAfterSeconds).toBe(9);
  });

  it.each([
    ['a page of a proxy', () => new Response('<h1>403</h1>', { status: 403 }), 'unexpected'],
    ['a proxy without its server', () => new Response('', { status: 502 }), 'unavailable'],
    ['a 200 that is no JSON', () => new Response('welcome'), 'unexpected'],
    ['an empty 200', () => new Response(''), 'unexpected'],
  ])('tells %s from the broker', async (_, answer, kind) => {
    const error = await failureOf(brokerThat(answer).client.credentials(idToken));
    expect(error).toMatchObject({ kind, problemType: null });
    expect(error.message).not.toContain('h1');
  });

  it.each([
    ['without Z', '2026-01-01T00:00:00'],
    ['with an offset', '2026-01-01T00:00:00+00:00'],
    ['that is a number', 1_767_225_600],
  ])('does not pass on an expiration %s', async (_, expiration) => {
    const { client } = brokerThat(() =>
      json({ ...issued, credentials: { ...issued.credentials, expiration } }),
    );
    expect((await failureOf(client.credentials(idToken))).kind).toBe('unexpected');
  });

  it('is unavailable when nothing answers, and keeps token and cause out of what is printed', async () => {
    const { client } = brokerThat(() => Promise.reject(new Error('ECONNREFUSED')));
    const error = await failureOf(client.credentials(idToken));
    expect(error).toMatchObject({ kind: 'unavailable', status: null });
    expect(JSON.stringify(error) + error.message).not.toContain(idToken);
    expect(Object.keys(error)).not.toContain('cause');
  });

  it.each([
    'http://broker.example',
    'ftp://broker',
    'broker',
    'https://u:p@broker',
    'https://b/?x',
  ])('sends no token to %s', (api) => {
    expect(() => createBrokerApi({ api })).toThrow(TypeError);
  });

  it.each(['http://127.0.0.1:8700', 'http://localhost:1/', 'http://[::1]:1', 'https://b/prod/'])(
    'takes %s',
    (api) => {
      expect(createBrokerApi({ api }).url).toBe(api.replace(/\/$/, ''));
    },
  );
});
