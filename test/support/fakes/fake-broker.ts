import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

interface BrokerCall {
  readonly path: string;
  readonly token: string;
  readonly body: Record<string, unknown>;
}

interface FakeAnswer {
  readonly status: number;
  readonly body: object;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A broker's API on the loopback that gives the answers of a test and keeps what it was asked. */
export interface FakeBroker {
  readonly api: string;
  readonly calls: BrokerCall[];
  respond: (call: BrokerCall) => Promise<FakeAnswer> | FakeAnswer;
  /** Ends every connection and refuses new ones until `up`. */
  readonly down: () => Promise<void>;
  readonly up: () => Promise<void>;
}

let count = 0;

/** A new session for the token's `sub`, as `POST /v1/credentials` gives it. */
export const issuedFor = (sub: string, secondsLeft = 3600): FakeAnswer => {
  count += 1;
  return {
    status: 200,
    body: {
      credentials: {
        accessKeyId: `ASIA${sub.toUpperCase()}${String(count)}`,
        secretAccessKey: `secret-of-${sub}`,
        sessionToken: `session-of-${sub}`,
        expiration: `${new Date(Date.now() + secondsLeft * 1000).toISOString().slice(0, 19)}Z`,
      },
      subject: `pool:${sub}`,
      identityId: `us-east-1:${sub}`,
      grant: 'own-files',
      roleArn: 'arn:aws:iam::123456789012:role/stepkey/own-files',
      assumedRoleArn: `arn:aws:sts::123456789012:assumed-role/own-files/${sub}`,
      source: 'minted',
      sessionId: `session-${String(count)}`,
      issuanceId: `issuance-${String(count)}`,
      executionArn: 'arn:aws:states:us-east-1:123456789012:express:issue-credentials:1',
    },
  };
};

export const refused: FakeAnswer = {
  status: 403,
  body: {
    type: 'https://stepkey.dev/problems/grant-refused',
    title: 'The grant was refused',
    status: 403,
    detail: 'No such grant is available to this caller.',
    instance: 'request-1',
  },
};

export const away = (headers: Readonly<Record<string, string>> = {}): FakeAnswer => ({
  status: 503,
  body: {
    type: 'https://stepkey.dev/problems/try-later',
    title: 'Try again shortly',
    status: 503,
    detail: 'A service that the broker depends on did not answer in time.',
    instance: 'request-2',
  },
  headers,
});

/** A user pool's token in shape; nobody could verify it. */
export const tokenFor = (sub: string, more: Readonly<Record<string, unknown>> = {}): string =>
  [
    { alg: 'RS256', kid: 'k' },
    {
      iss: 'https://issuer',
      sub,
      aud: 'client',
      token_use: 'id',
      exp: Math.floor(Date.now() / 1000) + 3600,
      ...more,
    },
  ]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .concat('c2lnbmF0dXJl')
    .join('.');

export const subOf = (token: string): string =>
  (
    JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8')) as {
      sub: string;
    }
  ).sub;

const bodyOf = async (request: IncomingMessage): Promise<Record<string, unknown>> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString('utf8');
  return (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>;
};

export const startFakeBroker = async (): Promise<FakeBroker> => {
  const server: Server = createServer((request, response) => {
    void (async () => {
      const call = {
        path: request.url ?? '',
        token: (request.headers.authorization ?? '').replace('Bearer ', ''),
        body: await bodyOf(request),
      };
      broker.calls.push(call);
      const { status, body, headers } = await broker.respond(call);
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(JSON.stringify(body));
    })();
  });
  const listen = (port: number): Promise<void> =>
    new Promise((resolve) => {
      server.listen(port, '127.0.0.1', () => {
        resolve();
      });
    });
  await listen(0);
  const { port } = server.address() as AddressInfo;
  const broker: FakeBroker = {
    api: `http://127.0.0.1:${String(port)}`,
    calls: [],
    respond: ({ token }) => issuedFor(subOf(token)),
    down: async () => {
      if (!server.listening) return;
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
    up: () => listen(port),
  };
  return broker;
};
