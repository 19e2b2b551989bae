import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { PageFile } from './page-files.ts';
import { pageHeaders } from './page-files.ts';
import { createConsoleSessions, type ConsoleSession } from './console-sessions.ts';
import { forward, isForwarded } from './forward.ts';

/** How somebody comes in: with a name and a password, or with the code in the address that the command printed. */
type Entrance =
  | {
      readonly kind: 'password';
      /** Null when name or password is wrong, or the account asks for more than a password. */
      readonly signIn: (username: string, password: string) => Promise<ConsoleSession | null>;
    }
  | { readonly kind: 'code'; readonly code: string; readonly session: ConsoleSession };

export interface ConsoleOptions {
  readonly files: ReadonlyMap<string, PageFile>;
  /** The broker's address, without a slash at its end. */
  readonly api: string;
  readonly entrance: Entrance;
  readonly nowEpochMillis: () => number;
}

const maximumBodyBytes = 16 * 1024;

/**
 * Serves the audit page below `/console` and forwards its requests to the broker with the signed-in person's
 * access token. For a listener on the loopback: requests for another host, and from other pages, are refused.
 */
export const createConsoleHandler = (
  options: ConsoleOptions,
): ((request: IncomingMessage, response: ServerResponse) => Promise<void>) => {
  const sessions = createConsoleSessions(options.nowEpochMillis);
  let isCodeUsed = false;

  const openSession = async (request: IncomingMessage): Promise<ConsoleSession | null> => {
    const { entrance } = options;
    const { code, username, password } = await readJson(request);
    if (entrance.kind === 'code') {
      // Once: an address that somebody finds in a history opens nothing.
      if (isCodeUsed || !isSame(code, entrance.code)) return null;
      isCodeUsed = true;
      return entrance.session;
    }
    return typeof username === 'string' && typeof password === 'string'
      ? entrance.signIn(username, password)
      : null;
  };

  const answerSession = async (
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> => {
    const { cookie } = request.headers;
    if (request.method === 'GET') {
      sendJson(response, 200, {
        entrance: options.entrance.kind,
        ...(await describe(sessions.find(cookie))),
      });
    } else if (request.method === 'DELETE') {
      response.setHeader('Set-Cookie', sessions.close(cookie));
      sendJson(response, 200, { signedIn: false });
    } else if (request.method === 'POST') {
      const session = await openSession(request);
      if (session !== null) response.setHeader('Set-Cookie', sessions.open(session));
      sendJson(
        response,
        session === null ? 401 : 200,
        session === null ? { title: 'That was not accepted.' } : { signedIn: true },
      );
    } else {
      sendJson(response, 405, { title: 'This path does not answer this method.' });
    }
  };

  const answerForwarded = async (
    request: IncomingMessage,
    response: ServerResponse,
    path: string,
    search: string,
  ): Promise<void> => {
    const session = sessions.find(request.headers.cookie);
    if (session === null) {
      sendJson(response, 401, { title: 'Sign in first.' });
    } else if (isForwarded(request.method ?? '', path)) {
      await forward(`${options.api}/${path}${search}`, request, response, session);
    } else {
      sendJson(response, 404, { title: 'The page does not ask for that.' });
    }
  };

  return async (request, response) => {
    for (const [name, value] of Object.entries(pageHeaders)) response.setHeader(name, value);
    const url = new URL(request.url ?? '/', 'http://localhost');
    const path = url.pathname.slice('/console/'.length);
    if (!isFromThisMachine(request) || (isFromAnotherPage(request) && !isOpening(request, path))) {
      sendJson(response, 403, { title: 'Only this page may ask, on this machine.' });
    } else if (url.pathname === '/console') {
      response.writeHead(308, { Location: `/console/${url.search}` }).end();
    } else if (path === 'session') {
      await answerSession(request, response);
    } else if (path.startsWith('v1/')) {
      await answerForwarded(request, response, path, url.search);
    } else {
      sendFile(response, request.method, options.files.get(path === '' ? 'index.html' : path));
    }
  };
};

/** A name that resolves to the loopback is not enough: it may be anybody's. @see DNS rebinding */
const isFromThisMachine = ({ headers }: IncomingMessage): boolean =>
  /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/.test(headers.host ?? '');

const isFromAnotherPage = ({ headers }: IncomingMessage): boolean => {
  const site = headers['sec-fetch-site'];
  const isForeign = site !== undefined && site !== 'same-origin' && site !== 'none';
  return isForeign || (headers.origin !== undefined && !isOwn(headers.origin, headers.host ?? ''));
};

/**
 * Whoever follows a link to the page itself: it is the same for everybody and says nothing. The command's own opening
 * page, a file, is another site to a browser.
 */
const isOpening = ({ method, headers }: IncomingMessage, path: string): boolean =>
  method === 'GET' &&
  path === '' &&
  headers.origin === undefined &&
  headers['sec-fetch-mode'] === 'navigate' &&
  headers['sec-fetch-dest'] === 'document';

const isOwn = (origin: string, host: string): boolean => origin === `http://${host}`;

/** Compared by hashes, so that the time taken tells nothing. */
const isSame = (given: unknown, code: string): boolean => {
  const hashOf = (text: string) => createHash('sha256').update(text).digest();
  return typeof given === 'string' && timingSafeEqual(hashOf(given), hashOf(code));
};

/** What the page shows of the token: its owner's name and what it may do; never the token. */
const describe = async (session: ConsoleSession | null): Promise<object> => {
  if (session === null) return { signedIn: false };
  try {
    const [, payload = ''] = (await session.token()).split('.');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as {
      username?: string;
      scope?: string;
    };
    return {
      signedIn: true,
      canSignOut: session.canSignOut,
      who: claims.username ?? '',
      scopes: (claims.scope ?? '').split(' '),
    };
  } catch {
    return { signedIn: false };
  }
};

const readJson = async (request: IncomingMessage): Promise<Readonly<Record<string, unknown>>> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maximumBodyBytes) return {};
    chunks.push(chunk);
  }
  try {
    const value: unknown = JSON.parse(Buffer.concat(chunks).toString());
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
};

const sendJson = (response: ServerResponse, status: number, body: object): void => {
  response
    .writeHead(status, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' })
    .end(JSON.stringify(body));
};

const sendFile = (response: ServerResponse, method = '', file: PageFile | undefined): void => {
  if (method !== 'GET' && method !== 'HEAD') {
    sendJson(response, 405, { title: 'This path is only read.' });
    return;
  }
  if (file === undefined) {
    sendJson(response, 404, { title: 'There is nothing at this path.' });
    return;
  }
  response
    .writeHead(200, { 'Content-Type': file.type, 'Cache-Control': 'no-cache' })
    .end(method === 'HEAD' ? undefined : file.body);
};
