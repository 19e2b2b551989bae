/** Serves each function's process the credentials of its role, as container credentials. */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface RoleCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expirationEpochSeconds: number;
}

type CredentialsSource = () => Promise<RoleCredentials>;

export interface CredentialsEndpoint {
  /** Where a process gets them, and what it must show. */
  readonly register: (
    name: string,
    source: CredentialsSource,
  ) => { readonly uri: string; readonly authorization: string };
  readonly stop: () => Promise<void>;
}

interface Registered {
  readonly authorization: Buffer;
  readonly source: CredentialsSource;
}

const isShown = (expected: Buffer, header: string | undefined): boolean => {
  const shown = Buffer.from(header ?? '');
  return shown.length === expected.length && timingSafeEqual(shown, expected);
};

const answer = (response: ServerResponse, status: number, body: object): void => {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(JSON.stringify(body));
};

const serve = async (
  registered: ReadonlyMap<string, Registered>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  const entry = registered.get(decodeURIComponent((request.url ?? '/').slice(1)));
  if (entry === undefined || !isShown(entry.authorization, request.headers.authorization)) {
    answer(response, 403, { Code: 'AccessDenied', Message: 'These credentials are not yours.' });
    return;
  }
  const credentials = await entry.source();
  answer(response, 200, {
    AccessKeyId: credentials.accessKeyId,
    SecretAccessKey: credentials.secretAccessKey,
    Token: credentials.sessionToken,
    Expiration: new Date(credentials.expirationEpochSeconds * 1000).toISOString(),
  });
};

/** Listens on a port of its own, on the loopback only. */
export const startCredentialsEndpoint = async (): Promise<CredentialsEndpoint> => {
  const registered = new Map<string, Registered>();
  const server = createServer((request, response) => {
    serve(registered, request, response).catch(() => {
      // No detail: the reason is in the twin's log of denied calls.
      answer(response, 500, { Code: 'InternalError', Message: 'The role cannot be assumed.' });
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    register: (name, source) => {
      const authorization = randomBytes(24).toString('base64url');
      registered.set(name, { authorization: Buffer.from(authorization), source });
      const uri = `http://127.0.0.1:${String(port)}/${encodeURIComponent(name)}`;
      return { uri, authorization };
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
};
