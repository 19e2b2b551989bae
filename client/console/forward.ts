import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import type { ConsoleSession } from './console-sessions.ts';

/** What the page may ask of the broker: to read the ledger, and to revoke. It never obtains credentials. */
const forwarded: readonly RegExp[] = [
  /^GET v1\/(issuances|sessions|subjects|ledger|grants|revocations)(\/|$)/,
  /^POST v1\/revocations$/,
  /^DELETE v1\/revocations\/[^/]+$/,
];

export const isForwarded = (method: string, path: string): boolean =>
  forwarded.some((pattern) => pattern.test(`${method} ${path}`));

const passedOn = ['accept', 'content-type', 'idempotency-key'];
const handedBack = ['content-type', 'retry-after', 'location', 'content-disposition'];

/** Asks the broker in the person's name and hands its answer back as it is. */
export const forward = async (
  target: string,
  request: IncomingMessage,
  response: ServerResponse,
  session: ConsoleSession,
): Promise<void> => {
  let answer: Response;
  try {
    const headers: [string, string][] = passedOn.flatMap((name) => {
      const value = request.headers[name];
      return typeof value === 'string' ? [[name, value]] : [];
    });
    const hasBody = request.method === 'POST';
    answer = await fetch(target, {
      method: request.method ?? 'GET',
      redirect: 'manual',
      headers: [...headers, ['authorization', `Bearer ${await session.token()}`]],
      ...(hasBody ? { body: Readable.toWeb(request), duplex: 'half' } : {}),
    });
  } catch {
    response
      .writeHead(503, { 'Content-Type': 'application/problem+json', 'Cache-Control': 'no-store' })
      .end(JSON.stringify({ status: 503, title: 'The broker does not answer.' }));
    return;
  }
  response.statusCode = answer.status;
  response.setHeader('Cache-Control', 'no-store');
  for (const name of handedBack) {
    const value = answer.headers.get(name);
    if (value !== null) response.setHeader(name, value);
  }
  response.end(Buffer.from(await answer.arrayBuffer()));
};
