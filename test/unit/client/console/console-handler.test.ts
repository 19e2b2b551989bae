import { createServer, request as httpRequest, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createConsoleHandler } from '../../../../client/console/console-handler.ts';

const token = `x.${Buffer.from(JSON.stringify({ username: 'audrey', scope: 'stepkey/audit' })).toString('base64url')}.y`;
const files = new Map([
  ['index.html', { type: 'text/html; charset=utf-8', body: Buffer.from('<p>page</p>') }],
]);

const listen = async (server: Server): Promise<string> => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
};

const asked: { method: string; url: string; authorization: string; body: string }[] = [];
const broker = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    asked.push({
      method: request.method ?? '',
      url: request.url ?? '',
      authorization: request.headers.authorization ?? '',
      body: Buffer.concat(chunks).toString(),
    });
    response.setHeader('content-type', 'application/json');
    response.setHeader('x-internal', 'stays behind');
    response.end('{"records":[]}');
  });
});
const servers: Server[] = [broker];
let api = '';

const startPage = async (entrance: 'password' | 'code'): Promise<string> => {
  const session = { canSignOut: true, token: () => Promise.resolve(token) };
  const handle = createConsoleHandler({
    files,
    api,
    nowEpochMillis: () => Date.now(),
    entrance:
      entrance === 'code'
        ? { kind: 'code', code: 'the-code', session }
        : {
            kind: 'password',
            signIn: (_, password) => Promise.resolve(password === 'right' ? session : null),
          },
  });
  const server = createServer((request, response) => {
    void handle(request, response);
  });
  servers.push(server);
  return listen(server);
};

const post = (url: string, body: object, headers: Record<string, string> = {}) =>
  fetch(url, { method: 'POST', body: JSON.stringify(body), headers });

const cookieOf = (response: Response): string =>
  (response.headers.get('set-cookie') ?? '').split(';')[0] ?? '';

/** `fetch` sets Host itself. */
const statusFor = (
  url: string,
  headers: Record<string, string>,
  method = 'GET',
): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    httpRequest(url, { headers, method }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on('error', reject)
      .end();
  });

beforeAll(async () => {
  api = await listen(broker);
});
afterAll(() => {
  for (const server of servers) server.close();
});
beforeEach(() => {
  asked.length = 0;
});

describe('the page’s server', () => {
  it('asks the broker in the signed-in person’s name, and gives the browser no token', async () => {
    const page = await startPage('password');
    const signedIn = await post(`${page}/console/session`, { username: 'a', password: 'right' });
    expect(signedIn.headers.get('set-cookie')).toMatch(/HttpOnly; SameSite=Strict/);
    const headers = { cookie: cookieOf(signedIn) };
    const answer = await fetch(`${page}/console/v1/issuances?client=app`, { headers });
    expect(await answer.text()).toBe('{"records":[]}');
    expect(answer.headers.get('x-internal')).toBeNull();
    expect(asked).toEqual([
      {
        method: 'GET',
        url: '/v1/issuances?client=app',
        authorization: `Bearer ${token}`,
        body: '',
      },
    ]);
    const session = await (await fetch(`${page}/console/session`, { headers })).text();
    expect(session).toContain('audrey');
    expect(session).not.toContain(token);
  });

  it('asks nothing for somebody who is not signed in, or was', async () => {
    const page = await startPage('password');
    expect((await fetch(`${page}/console/v1/issuances`)).status).toBe(401);
    const wrong = await post(`${page}/console/session`, { username: 'a', password: 'wrong' });
    expect([wrong.status, wrong.headers.get('set-cookie')]).toEqual([401, null]);
    const headers = {
      cookie: cookieOf(await post(`${page}/console/session`, { username: 'a', password: 'right' })),
    };
    await fetch(`${page}/console/session`, { method: 'DELETE', headers });
    expect((await fetch(`${page}/console/v1/issuances`, { headers })).status).toBe(401);
    expect(asked).toEqual([]);
  });

  it.each([
    ['POST', '/v1/credentials'],
    ['POST', '/v1/exchange/credentials'],
    ['GET', '/v1/container-credentials/own-files'],
    ['GET', '/v1/issuancesx'],
    ['DELETE', '/v1/revocations'],
    ['POST', '/v1/batches'],
  ])('never forwards %s %s', async (method, path) => {
    const page = await startPage('code');
    const headers = {
      cookie: cookieOf(await post(`${page}/console/session`, { code: 'the-code' })),
    };
    expect((await fetch(`${page}/console${path}`, { method, headers })).status).toBe(404);
    expect(asked).toEqual([]);
  });

  it('forwards a revocation with its body', async () => {
    const page = await startPage('code');
    const headers = {
      cookie: cookieOf(await post(`${page}/console/session`, { code: 'the-code' })),
    };
    await post(`${page}/console/v1/revocations`, { reason: 'left' }, headers);
    expect(asked[0]).toMatchObject({ method: 'POST', body: '{"reason":"left"}' });
  });

  it('takes a code once', async () => {
    const page = await startPage('code');
    expect((await post(`${page}/console/session`, { code: 'another' })).status).toBe(401);
    expect((await post(`${page}/console/session`, { code: 'the-code' })).status).toBe(200);
    expect((await post(`${page}/console/session`, { code: 'the-code' })).status).toBe(401);
  });

  it.each([
    ['a name that only resolves to this machine', { host: 'evil.example:80' }],
    ['another page’s script', { origin: 'https://evil.example' }],
    ['a page of another port', { origin: 'http://127.0.0.1:1' }],
    ['another site by what the browser says', { 'sec-fetch-site': 'cross-site' }],
  ])('refuses %s', async (_, headers) => {
    const page = await startPage('code');
    expect(await statusFor(`${page}/console/`, headers)).toBe(403);
    expect(await statusFor(`${page}/console/session`, headers)).toBe(403);
  });

  it('opens for whoever follows a link to it, in a window of its own, and gives that page nothing', async () => {
    const page = await startPage('code');
    const followed = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' };
    const inWindow = { ...followed, 'sec-fetch-dest': 'document' };
    expect(await statusFor(`${page}/console/`, inWindow)).toBe(200);
    expect(await statusFor(`${page}/console/session`, inWindow)).toBe(403);
    expect(await statusFor(`${page}/console/v1/issuances`, inWindow)).toBe(403);
    expect(await statusFor(`${page}/console/`, { ...followed, 'sec-fetch-dest': 'iframe' })).toBe(
      403,
    );
    for (const mode of ['no-cors', 'cors', 'same-origin', 'websocket']) {
      const fetched = { ...inWindow, 'sec-fetch-mode': mode };
      expect(await statusFor(`${page}/console/`, fetched)).toBe(403);
    }
    for (const method of ['POST', 'PUT', 'DELETE', 'HEAD']) {
      expect(await statusFor(`${page}/console/`, inWindow, method)).toBe(403);
    }
    expect(await statusFor(`${page}/console/`, { ...inWindow, host: 'evil.example' })).toBe(403);
    expect(await statusFor(`${page}/console/`, { ...inWindow, origin: 'null' })).toBe(403);
  });

  it('serves the files it was given and nothing else, under a strict policy', async () => {
    const page = await startPage('code');
    const index = await fetch(`${page}/console`);
    expect(await index.text()).toBe('<p>page</p>');
    expect(index.headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; script-src 'self';/,
    );
    for (const path of ['package.json', '..%2fpackage.json', '%2e%2e/package.json']) {
      expect((await fetch(`${page}/console/${path}`)).status).toBe(404);
    }
    expect((await post(`${page}/console/`, {})).status).toBe(405);
  });

  it('says that the broker does not answer', async () => {
    const handle = createConsoleHandler({
      files,
      api: 'http://127.0.0.1:1',
      nowEpochMillis: () => Date.now(),
      entrance: {
        kind: 'code',
        code: 'c',
        session: { canSignOut: false, token: () => Promise.resolve(token) },
      },
    });
    const server = createServer((request, response) => {
      void handle(request, response);
    });
    servers.push(server);
    const page = await listen(server);
    const headers = { cookie: cookieOf(await post(`${page}/console/session`, { code: 'c' })) };
    const answer = await fetch(`${page}/console/v1/issuances`, { headers });
    expect([answer.status, ((await answer.json()) as { title: string }).title]).toEqual([
      503,
      'The broker does not answer.',
    ]);
  });
});
