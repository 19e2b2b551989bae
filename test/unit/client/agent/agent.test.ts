import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { access, readFile, stat } from 'node:fs/promises';
import { request, type IncomingHttpHeaders } from 'node:http';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { shiftDate } from '../../../../local/lambda/shifted-date.ts';
import { startAgent } from '../../../../client/agent/agent.ts';
import type { Agent, AgentOptions } from '../../../../client/agent/options.ts';
import {
  away,
  issuedFor,
  refused,
  startFakeBroker,
  subOf,
  tokenFor,
  type FakeBroker,
} from '../../../support/fakes/fake-broker.ts';

// One file, though long: its stories share one agent and one broker behind it.

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Record<string, unknown>;
}

let broker: FakeBroker;
let agent: Agent;
let bearer: string;
let lines: string[];
let token: string | null;

const start = async (options: Partial<AgentOptions> = {}): Promise<void> => {
  agent = await startAgent({
    api: broker.api,
    profiles: {
      alice: { token: () => token },
      bob: { token: () => Promise.resolve(tokenFor('bob')) },
    },
    log: (line) => lines.push(line),
    ...options,
  });
  bearer = await readFile(agent.tokenFile, 'utf8');
};

/** A request as a socket sees it: any header, any method. */
const ask = (
  path: string,
  options: {
    readonly method?: string;
    readonly headers?: Record<string, string | string[]>;
    readonly body?: string;
  } = {},
): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(agent.url);
    const asked = request(
      {
        host: hostname,
        port,
        path,
        method: options.method ?? 'GET',
        headers: { authorization: bearer, ...options.headers },
        agent: false,
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>,
          });
        });
      },
    );
    asked.on('error', reject);
    asked.end(options.body);
  });

beforeAll(async () => {
  broker = await startFakeBroker();
});
afterAll(() => broker.down());
beforeEach(async () => {
  broker.calls.length = 0;
  broker.respond = ({ token: presented }) => issuedFor(subOf(presented));
  lines = [];
  token = tokenFor('alice');
  await start();
});
afterEach(() => agent.stop());

describe('the loopback agent gives credentials', () => {
  it('in the words that SDKs read, all of them texts, the end with a Z', async () => {
    const { status, headers, body } = await ask('/alice/own-files');
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      'cache-control': 'no-store',
    });
    expect(body).toEqual({
      AccessKeyId: expect.stringMatching(/^ASIAALICE/) as unknown,
      SecretAccessKey: 'secret-of-alice',
      Token: 'session-of-alice',
      Expiration: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/) as unknown,
    });
    expect(headers['access-control-allow-origin']).toBeUndefined();
  });

  it('for the profile, grant, role and subject in the path, each held apart', async () => {
    const paths = [
      '/alice',
      '/alice/own-files',
      '/alice/by-role?roleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fx',
      '/bob/own-files',
      '/bob/own-files?subject=pool:carol',
    ];
    const answers = await Promise.all(paths.map((path) => ask(path)));
    expect(new Set(answers.map(({ body }) => body['AccessKeyId'])).size).toBe(paths.length);
    expect(broker.calls.map(({ token: sent, body }) => ({ sub: subOf(sent), ...body }))).toEqual(
      expect.arrayContaining([
        { sub: 'alice' },
        { sub: 'alice', grant: 'own-files' },
        { sub: 'alice', grant: 'by-role', roleArn: 'arn:aws:iam::1:role/x' },
        { sub: 'bob', grant: 'own-files' },
        { sub: 'bob', grant: 'own-files', subject: 'pool:carol' },
      ]),
    );
  });

  it('from what it holds, without waiting for a slow token source', async () => {
    let slowReads = 0;
    await agent.stop();
    await start({
      profiles: {
        alice: {
          token: async () => {
            slowReads += 1;
            if (slowReads > 2) await new Promise((resolve) => setTimeout(resolve, 2_000).unref());
            return token;
          },
        },
      },
    });
    await ask('/alice/own-files');
    const durations: number[] = [];
    for (let turn = 0; turn < 20; turn += 1) {
      const before = performance.now();
      expect((await ask('/alice/own-files')).status).toBe(200);
      durations.push(performance.now() - before);
    }
    expect(durations.sort((a, b) => a - b)[10]).toBeLessThan(1_000);
    expect(broker.calls).toHaveLength(1);
  });

  it('in time: a slow broker is waited for by the next request, not by this one', async () => {
    await agent.stop();
    await start({ answerWithinMillis: 50 });
    let answerNow = (): void => undefined;
    const gate = new Promise<void>((resolve) => {
      answerNow = resolve;
    });
    broker.respond = async ({ token: presented }) => {
      await gate;
      return issuedFor(subOf(presented));
    };
    const [first, second] = await Promise.all([ask('/alice/own-files'), ask('/alice/own-files')]);
    expect([first.status, second.status]).toEqual([503, 503]);
    expect(first.headers['retry-after']).toBe('1');
    expect(first.body).toMatchObject({ Code: 'Agent.InProgress', code: 'Agent.InProgress' });
    answerNow();
    let third = await ask('/alice/own-files');
    while (third.status === 503) third = await ask('/alice/own-files');
    expect(third.status).toBe(200);
    expect(broker.calls).toHaveLength(1);
  });

  it('with the token as it is now: another person on the profile gets nothing of the one before', async () => {
    expect((await ask('/alice/own-files')).body['SecretAccessKey']).toBe('secret-of-alice');
    token = tokenFor('carol');
    expect((await ask('/alice/own-files')).body['SecretAccessKey']).toBe('secret-of-carol');
    token = null;
    expect(await ask('/alice/own-files')).toMatchObject({
      status: 401,
      body: { Code: 'Agent.SignedOut' },
    });
  });

  it('keeps a session over a renewed token of the same person', async () => {
    await ask('/alice/own-files');
    token = tokenFor('alice', { exp: Math.floor(Date.now() / 1000) + 7200 });
    await ask('/alice/own-files');
    expect(broker.calls).toHaveLength(1);
  });

  it('while the broker is away, as long as what it holds lasts, and says so once', async () => {
    const minute = 60_000;
    const before = (await ask('/alice/own-files')).body;
    await broker.down();
    try {
      for (const minutes of [41, 45, 50, 55, 58]) {
        shiftDate(minutes * minute);
        expect(await ask('/alice/own-files')).toMatchObject({ status: 200, body: before });
      }
      while (lines.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    } finally {
      await broker.up();
    }
    shiftDate(60 * minute);
    expect((await ask('/alice/own-files')).body).not.toEqual(before);
    shiftDate(0);
    expect(lines).toEqual([
      `/alice/own-files: The broker at ${broker.api} did not answer. Serving what is held until ${String(before['Expiration'])}.`,
      '/alice/own-files: the broker answers again.',
    ]);
  });
});

describe('the loopback agent refuses', () => {
  const own = () => new URL(agent.url).host;
  const port = () => new URL(agent.url).port;

  it.each<[string, () => Record<string, string | string[]>]>([
    ['a foreign host', () => ({ host: 'evil.example' })],
    ['a host that was rebound to the loopback', () => ({ host: `evil.example:${port()}` })],
    ['another loopback name', () => ({ host: `localhost.evil.example:${port()}` })],
    ['another port', () => ({ host: '127.0.0.1:1' })],
    ['no port', () => ({ host: '127.0.0.1' })],
    ['X-Forwarded-For', () => ({ 'x-forwarded-for': '127.0.0.1' })],
    ['X-Forwarded-Host', () => ({ 'X-Forwarded-Host': own() })],
    ['Forwarded', () => ({ forwarded: 'for=127.0.0.1' })],
    ['Via', () => ({ via: '1.1 proxy' })],
    ['a proxy', () => ({ 'proxy-connection': 'keep-alive' })],
    ['Origin', () => ({ origin: 'https://page.example' })],
    ['an origin of its own', () => ({ origin: agent.url })],
    ['a null origin', () => ({ origin: 'null' })],
    ['Sec-Fetch-Mode', () => ({ 'sec-fetch-mode': 'no-cors' })],
    ['Sec-Fetch-Site', () => ({ 'sec-fetch-site': 'same-origin' })],
    ['Referer', () => ({ referer: 'https://page.example/' })],
    ['a cookie', () => ({ cookie: 'a=b' })],
  ])('%s, even with the bearer', async (_, headers) => {
    const { status, body } = await ask('/alice/own-files', { headers: headers() });
    expect({ status, calls: broker.calls.length }).toEqual({ status: 403, calls: 0 });
    expect(body).toMatchObject({ Code: body['code'], Message: body['message'] });
    expect(body['code']).toMatch(/^Agent\./);
  });

  it.each<[string, () => Record<string, string | string[]>]>([
    ['no bearer', () => ({ authorization: '' })],
    ['another bearer', () => ({ authorization: 'x'.repeat(43) })],
    ['the beginning of the bearer', () => ({ authorization: bearer.slice(0, -1) })],
    ['more than the bearer', () => ({ authorization: `${bearer}A` })],
    ['a list of bearers', () => ({ authorization: `${bearer}, ${bearer}` })],
    ['the bearer in another scheme', () => ({ authorization: `Basic ${bearer}` })],
    ["the caller's own token", () => ({ authorization: token ?? '' })],
  ])('%s', async (_, headers) => {
    const {
      status,
      headers: answered,
      body,
    } = await ask('/alice/own-files', {
      headers: headers(),
    });
    expect({ status, calls: broker.calls.length }).toEqual({ status: 401, calls: 0 });
    expect(answered['www-authenticate']).toBe('Bearer');
    expect(body).toMatchObject({ Code: 'Agent.TokenRejected', code: 'Agent.TokenRejected' });
  });

  it.each(['POST', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS'])('%s', async (method) => {
    const { status, headers } = await ask('/alice/own-files', { method });
    expect({ status, allow: headers.allow, calls: broker.calls.length }).toEqual({
      status: 405,
      allow: 'GET',
      calls: 0,
    });
    expect(headers['access-control-allow-origin']).toBeUndefined();
  });

  it('a body', async () => {
    const headers = { 'content-length': '2' };
    expect((await ask('/alice/own-files', { headers, body: '{}' })).status).toBe(400);
  });

  it.each([
    ['/', 404],
    ['//own-files', 404],
    ['/alice/', 404],
    ['/alice/own-files/more', 404],
    ['/alice/%', 404],
    ['/alice/own-files?grant=x', 404],
    ['/alice/own-files?subject=a&subject=b', 404],
    ['/alice/own-files?subject=', 404],
    ['/nobody/own-files', 404],
    ['/__proto__/own-files', 404],
    ['/constructor', 404],
    ['http://evil.example/alice/own-files', 400],
  ])('the path %s', async (path, status) => {
    const answer = await ask(path);
    expect({ status: answer.status, calls: broker.calls.length }).toEqual({ status, calls: 0 });
    expect(answer.body).toMatchObject({
      Code: answer.body['code'],
      Message: answer.body['message'],
    });
  });

  it('two hosts in one request', async () => {
    const text = await new Promise<string>((resolve, reject) => {
      const socket = connect(Number(port()), '127.0.0.1', () => {
        socket.write(
          `GET /alice/own-files HTTP/1.1\r\nHost: ${own()}\r\nHost: evil.example\r\nAuthorization: ${bearer}\r\nConnection: close\r\n\r\n`,
        );
      });
      let received = '';
      socket.on('data', (chunk) => (received += chunk.toString('utf8')));
      socket.on('end', () => {
        resolve(received);
      });
      socket.on('error', reject);
    });
    expect(text).toMatch(/^HTTP\/1\.1 40[03] /);
    expect(broker.calls).toHaveLength(0);
  });

  it('what comes from outside: it listens on the loopback only', async () => {
    const outside = Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .filter(({ internal, family }) => !internal && family === 'IPv4');
    for (const { address } of outside) {
      const outcome = await new Promise((resolve) => {
        const socket = connect(Number(port()), address, () => {
          resolve('connected');
          socket.destroy();
        });
        socket.on('error', () => {
          resolve('refused');
        });
      });
      expect(outcome).toBe('refused');
    }
    expect(new URL(agent.url).hostname).toBe('127.0.0.1');
  });
});

describe('the loopback agent repeats what the broker says', () => {
  it('a refusal with sentence and id, asked for once however often a client asks', async () => {
    broker.respond = () => refused;
    const answers = await Promise.all([1, 2, 3].map(() => ask('/alice/own-files')));
    answers.push(await ask('/alice/own-files'));
    for (const { status, body } of answers) {
      expect(status).toBe(403);
      expect(body).toEqual({
        code: 'Broker.grant-refused',
        message: 'No such grant is available to this caller. (request request-1)',
        Code: 'Broker.grant-refused',
        Message: 'No such grant is available to this caller. (request request-1)',
      });
    }
    expect(broker.calls).toHaveLength(1);
    expect(lines).toEqual([
      '/alice/own-files: refused. No such grant is available to this caller. (request request-1)',
    ]);
  });

  it('that it is away, with how long to wait', async () => {
    broker.respond = () => away({ 'retry-after': '30' });
    const { status, headers, body } = await ask('/alice/own-files');
    expect(status).toBe(503);
    expect(Number(headers['retry-after'])).toBe(30);
    expect(body).toMatchObject({ Code: 'Broker.Unavailable', code: 'Broker.Unavailable' });
    await ask('/alice/own-files');
    expect(broker.calls).toHaveLength(1);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('Nothing is held');
  });

  it('that there is no token, in the words of the token source', async () => {
    await agent.stop();
    await start({
      profiles: {
        alice: {
          token: () => {
            throw new Error('The sign-in has ended. Run: stepkey login');
          },
        },
      },
    });
    expect(await ask('/alice/own-files')).toMatchObject({
      status: 401,
      body: { Code: 'Agent.NoToken', Message: 'The sign-in has ended. Run: stepkey login' },
    });
  });

  it('nothing secret in any line', async () => {
    await ask('/alice/own-files');
    broker.respond = () => refused;
    await ask('/bob/own-files');
    const written = lines.join('\n');
    for (const secret of [bearer, token ?? '', tokenFor('bob'), 'secret-of', 'session-of']) {
      expect(written).not.toContain(secret);
    }
    expect(lines).toHaveLength(1);
  });
});

describe("the agent's token file", () => {
  it('has 32 random bytes without a newline, readable by its owner only, anew for each agent', async () => {
    expect(bearer).toMatch(/^[\w-]{43}$/);
    expect((await stat(agent.tokenFile)).mode & 0o777).toBe(0o600);
    const before = bearer;
    await agent.stop();
    await start();
    expect(bearer).not.toBe(before);
  });

  it('is gone when the agent has stopped, which may be told twice', async () => {
    await Promise.all([agent.stop(), agent.stop()]);
    await expect(access(agent.tokenFile)).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(ask('/alice/own-files')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('is named with the address for the environment of a process', () => {
    expect(agent.environment('alice', 'own-files', { roleArn: 'arn:aws:iam::1:role/x' })).toEqual({
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `${agent.url}/alice/own-files?roleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fx`,
      AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: agent.tokenFile,
    });
  });
});
