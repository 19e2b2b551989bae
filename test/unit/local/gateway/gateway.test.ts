import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createLocalJWKSet, exportJWK, generateKeyPair, SignJWT } from 'jose';
import type { CryptoKey } from 'jose';
import { request } from 'node:http';
import type { ApiDefinition, ApiMethod } from '../../../../local/gateway/api-definition.ts';
import { startGateway } from '../../../../local/gateway/gateway.ts';
import type { Gateway } from '../../../../local/gateway/gateway.ts';

// One file, though long: its stories share one gateway.

const nowEpochMillis = Date.parse('2026-11-21T06:00:00Z');
const now = nowEpochMillis / 1000;
const issuer = 'https://cognito-idp.us-east-1.amazonaws.com/us-east-1_pool';
const poolArn = 'arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_pool';
const functionArn = 'arn:aws:lambda:us-east-1:123456789012:function:api';

const proxy = (
  httpMethod: string,
  gate: 'open' | 'gated' = 'open',
  scopes: readonly string[] = [],
): ApiMethod => ({
  httpMethod,
  scopes,
  authorizer: gate === 'open' ? null : { userPoolArns: [poolArn], header: 'authorization' },
  integration: { type: 'AWS_PROXY', functionArn, timeoutMillis: 500 },
});
const notAllowed: ApiMethod = {
  httpMethod: 'ANY',
  authorizer: null,
  scopes: [],
  integration: {
    type: 'MOCK',
    requestStatuses: { 'application/json': 405 },
    passthroughBehavior: 'WHEN_NO_TEMPLATES',
    responses: [
      {
        statusCode: 405,
        headers: { Allow: 'POST', 'Content-Type': 'application/problem+json' },
        templates: { 'application/json': '{"status":405}' },
      },
    ],
  },
};
const problem = (statusCode: number, body = `{"status":${String(statusCode)}}`) => ({
  statusCode,
  headers: { 'Content-Type': 'application/problem+json' },
  templates: { 'application/json': body },
});
const api: ApiDefinition = {
  id: 'abc123',
  stage: 'live',
  accessLog: {
    logGroup: 'access',
    format:
      '$context.httpMethod $context.resourcePath $context.status $context.authorizer.claims.sub $context.error.responseType',
  },
  resources: [
    { id: 'r0', path: '/', methods: [] },
    { id: 'r1', path: '/open', methods: [proxy('POST'), notAllowed] },
    { id: 'r2', path: '/grants/{grant}', methods: [proxy('GET', 'gated')] },
    { id: 'r3', path: '/grants/own', methods: [proxy('GET')] },
    { id: 'r4', path: '/audit', methods: [proxy('GET', 'gated', ['s/audit', 's/all'])] },
  ],
  gatewayResponses: {
    MISSING_AUTHENTICATION_TOKEN: problem(404),
    UNAUTHORIZED: problem(401),
    EXPIRED_TOKEN: problem(401, '{"message":$context.error.messageString}'),
    BAD_REQUEST_PARAMETERS: problem(400),
    REQUEST_TOO_LARGE: problem(413),
    DEFAULT_5XX: problem(500),
  },
};

interface ProxyEvent {
  readonly path: string;
  readonly pathParameters: unknown;
  readonly queryStringParameters: unknown;
  readonly multiValueQueryStringParameters: unknown;
  readonly multiValueHeaders: Record<string, string[]>;
  readonly body: string | null;
  readonly requestContext: {
    readonly authorizer?: { readonly claims: Record<string, string> };
    readonly identity: { readonly sourceIp: string };
  };
}

let gateway: Gateway;
let signingKey: CryptoKey;
let otherKey: CryptoKey;
const events: ProxyEvent[] = [];
const sources: string[] = [];
const accessLog: string[] = [];
let answer: () => Promise<{ outcome: 'answered' | 'failed'; payload: string }>;

const answers = (payload: unknown, outcome: 'answered' | 'failed' = 'answered') => {
  answer = () => Promise.resolve({ outcome, payload: JSON.stringify(payload) });
};

beforeAll(async () => {
  const pair = await generateKeyPair('RS256');
  signingKey = pair.privateKey;
  otherKey = (await generateKeyPair('RS256')).privateKey;
  const keySet = createLocalJWKSet({
    keys: [{ ...(await exportJWK(pair.publicKey)), kid: 'k', alg: 'RS256' }],
  });
  gateway = await startGateway({ port: 0, log: () => undefined });
  gateway.serve({
    api,
    place: { region: 'us-east-1', accountId: '123456789012' },
    nowEpochMillis: () => nowEpochMillis,
    userPoolKeys: (arn) => Promise.resolve(arn === poolArn ? { issuer, keySet } : undefined),
    writeAccessLog: (_group, line) => accessLog.push(line),
    invoke: (source, _function, payload) => {
      sources.push(source.arn);
      events.push(JSON.parse(payload) as ProxyEvent);
      return answer();
    },
  });
});
afterAll(() => gateway.stop());

const token = (claims: Record<string, unknown> = {}, key = signingKey): Promise<string> =>
  new SignJWT({ iss: issuer, sub: 's-1', token_use: 'id', exp: now + 60, ...claims })
    .setProtectedHeader({ alg: 'RS256', kid: 'k' })
    .sign(key);

const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(gateway.url + path, { headers });

describe('routing', () => {
  it('answers an unknown path and an unknown method as the template words it', async () => {
    for (const response of [await get('/nowhere'), await get('/audit/deeper'), await get('/')]) {
      expect(response.status).toBe(404);
      expect(response.headers.get('content-type')).toBe('application/problem+json');
      expect(response.headers.get('x-amzn-requestid')).toMatch(/^[0-9a-f-]{36}$/);
    }
  });

  it('prefers a literal segment to a parameter', async () => {
    answers({ statusCode: 200 });
    expect((await get('/grants/own')).status).toBe(200);
  });

  it('answers under the name of the stage too', async () => {
    answers({ statusCode: 204 });
    expect((await get('/live/grants/own')).status).toBe(204);
  });

  it('leaves what no method takes to ANY', async () => {
    const response = await fetch(`${gateway.url}/open`, { method: 'DELETE' });
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('POST');
    expect(await response.json()).toEqual({ status: 405 });
  });

  it('refuses a path that is not well encoded', async () => {
    expect((await get('/grants/%E0%A4%A')).status).toBe(400);
  });
});

describe('the gate', () => {
  it.each([
    ['alone', ''],
    ['after Bearer', 'Bearer '],
  ])('takes an ID token %s and flattens its claims', async (_case, prefix) => {
    answers({ statusCode: 200 });
    const groups = { 'cognito:groups': ['a', 'b,c'], email_verified: true, auth_time: 12 };
    const authorization = prefix + (await token(groups));
    expect((await get('/grants/x', { authorization })).status).toBe(200);
    expect(events.at(-1)?.requestContext.authorizer?.claims).toMatchObject({
      'cognito:groups': 'a,b,c',
      email_verified: 'true',
      auth_time: '12',
      exp: 'Sat Nov 21 06:01:00 UTC 2026',
    });
  });

  it.each([
    ['no token', () => Promise.resolve('')],
    ['garbage', () => Promise.resolve('Bearer garbage')],
    ['an access token', () => token({ token_use: 'access' })],
    ['a token of another issuer', () => token({ iss: `${issuer}x` })],
    ['a token signed by another key', () => token({}, otherKey)],
    ['a token without an end', () => token({ exp: undefined })],
  ])('refuses %s at the ID door', async (_case, make) => {
    const before = events.length;
    expect((await get('/grants/x', { authorization: await make() })).status).toBe(401);
    expect(events.length).toBe(before);
  });

  it('tells an expired token by its own response, in the words of the template', async () => {
    const response = await get('/grants/x', { authorization: await token({ exp: now - 1 }) });
    expect(response.status).toBe(401);
    expect(await response.json()).toEqual({ message: 'The incoming token has expired' });
  });

  it('takes an access token with any of the scopes, and no other token, where a method has scopes', async () => {
    answers({ statusCode: 200 });
    const access = (scope: string) => token({ token_use: 'access', scope });
    const status = async (made: Promise<string>) =>
      (await get('/audit', { authorization: await made })).status;
    expect(await status(access('x s/all'))).toBe(200);
    expect(await status(access('s/al'))).toBe(401);
    expect(await status(token({ scope: 's/all' }))).toBe(401);
  });
});

describe('the Lambda proxy integration', () => {
  it('hands over path, query, headers and body as they came', async () => {
    answers({ statusCode: 200 });
    const authorization = await token();
    await get('/grants/a%20b?x=1&x=2&y=%C3%A9', { authorization, 'X-Many': '1' });
    expect(events.at(-1)).toMatchObject({
      path: '/grants/a%20b',
      pathParameters: { grant: 'a b' },
      queryStringParameters: { x: '2', y: 'é' },
      multiValueQueryStringParameters: { x: ['1', '2'], y: ['é'] },
      body: null,
      requestContext: { identity: { sourceIp: '127.0.0.1' } },
    });
    expect(sources.at(-1)).toBe(
      'arn:aws:execute-api:us-east-1:123456789012:abc123/live/GET/grants/{grant}',
    );
    await fetch(`${gateway.url}/open`, { method: 'POST', body: '{"a":"ü"}' });
    expect(events.at(-1)).toMatchObject({ body: '{"a":"ü"}', queryStringParameters: null });
  });

  it('passes the answer on, renaming the headers that it keeps for itself', async () => {
    answers({
      statusCode: 201,
      headers: { 'WWW-Authenticate': 'Bearer', 'X-One': '1' },
      multiValueHeaders: { 'Set-Cookie': ['a=1', 'b=2'] },
      body: Buffer.from('héllo').toString('base64'),
      isBase64Encoded: true,
    });
    const response = await get('/grants/own');
    expect(response.status).toBe(201);
    expect(response.headers.get('www-authenticate')).toBeNull();
    expect(response.headers.get('x-amzn-remapped-www-authenticate')).toBe('Bearer');
    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(await response.text()).toBe('héllo');
  });

  it.each([
    [
      'an answer without a status',
      () => {
        answers({ body: 'x' });
      },
    ],
    [
      'an answer that is no object',
      () => {
        answers('x');
      },
    ],
    [
      'a failed invocation',
      () => {
        answers({ errorType: 'Error' }, 'failed');
      },
    ],
    [
      'an invocation that is refused',
      () => {
        answer = () => Promise.reject(new Error('no'));
      },
    ],
  ])('answers %s with the 5XX response', async (_case, arrange) => {
    arrange();
    const response = await get('/grants/own');
    expect(response.status).toBe(500);
    expect(await response.json()).toEqual({ status: 500 });
  });

  it('gives up on a function after its time', async () => {
    answer = () => new Promise(() => undefined);
    expect((await get('/grants/own')).status).toBe(500);
  });
});

describe('limits', () => {
  const large = (headerBytes: number): Promise<{ status: number; body: string }> =>
    new Promise((resolve, reject) => {
      request(
        `${gateway.url}/grants/own`,
        { headers: { x: 'a'.repeat(headerBytes) } },
        (response) => {
          let body = '';
          response.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
          response.on('end', () => {
            resolve({ status: response.statusCode ?? 0, body });
          });
        },
      )
        .on('error', reject)
        .end();
    });

  it.each([10_241, 40_000])('answers %d bytes of headers with a problem', async (bytes) => {
    expect(await large(bytes)).toEqual({ status: 400, body: '{"status":400}' });
  });

  it.each([
    ['10 MiB, which it takes itself', 10],
    ['6 MiB, which Lambda takes', 6],
  ])('answers a body of more than %s with a problem, and no function', async (_, mebibytes) => {
    const body = 'a'.repeat(mebibytes * 1024 * 1024 + 1);
    const response = await fetch(`${gateway.url}/open`, { method: 'POST', body });
    expect(response.status).toBe(413);
    expect(await response.json()).toEqual({ status: 413 });
  });
});

it('writes an access log line for each request', async () => {
  answers({ statusCode: 200 });
  await get('/grants/x', { authorization: await token() });
  expect(accessLog.at(-1)).toBe('GET /grants/{grant} 200 s-1 -');
  await get('/grants/x');
  expect(accessLog.at(-1)).toBe('GET /grants/{grant} 401 - UNAUTHORIZED');
});
