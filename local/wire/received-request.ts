/** An HTTP request as it stood on the wire: signatures are made over these exact bytes. */
import type { IncomingMessage } from 'node:http';

export interface ReceivedRequest {
  readonly method: string;
  /** Still percent-encoded, without the query. */
  readonly path: string;
  /** Decoded, in the order of the wire; a name without `=` has an empty value. */
  readonly query: readonly (readonly [string, string])[];
  /** Lower-case names; repeated headers are joined with a comma. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
  readonly sourceIp: string;
}

/** The first value of a query parameter. */
export const queryValue = (request: ReceivedRequest, name: string): string | undefined =>
  request.query.find(([key]) => key === name)?.[1];

const headersOf = (raw: readonly string[]): ReadonlyMap<string, string> => {
  const headers = new Map<string, string>();
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = (raw[index] ?? '').toLowerCase();
    const value = raw[index + 1] ?? '';
    const earlier = headers.get(name);
    headers.set(name, earlier === undefined ? value : `${earlier},${value}`);
  }
  return headers;
};

/** Null for a text with a broken percent escape. */
const decoded = (text: string): string | null => {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return null;
  }
};

export const parseForm = (text: string): readonly (readonly [string, string])[] | null => {
  const pairs: (readonly [string, string])[] = [];
  for (const part of text.split('&')) {
    if (part === '') continue;
    const at = part.indexOf('=');
    const name = decoded(at === -1 ? part : part.slice(0, at));
    const value = decoded(at === -1 ? '' : part.slice(at + 1));
    if (name === null || value === null) return null;
    pairs.push([name, value]);
  }
  return pairs;
};

const isWellEncoded = (path: string): boolean => decoded(path) !== null;

/** Everything but the body; null where the target cannot be read. */
export const requestHeadOf = (message: IncomingMessage): Omit<ReceivedRequest, 'body'> | null => {
  const target = message.url ?? '/';
  const at = target.indexOf('?');
  const path = at === -1 ? target : target.slice(0, at);
  const query = parseForm(at === -1 ? '' : target.slice(at + 1));
  if (query === null || !path.startsWith('/') || !isWellEncoded(path)) return null;
  return {
    method: message.method ?? 'GET',
    path,
    query,
    headers: headersOf(message.rawHeaders),
    // A dual-stack socket shows IPv4 callers as mapped addresses, which no policy is written for.
    sourceIp: (message.socket.remoteAddress ?? '127.0.0.1').replace(/^::ffff:/u, ''),
  };
};

/** Null when the body is longer than the limit; the rest of it is not kept. */
export const readBody = (message: IncomingMessage, limitBytes: number): Promise<Buffer | null> => {
  if (Number(message.headers['content-length'] ?? 0) > limitBytes) return Promise.resolve(null);
  // By events: an iterator over so short a stream costs more than all that is done with it.
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    message.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= limitBytes) {
        chunks.push(chunk);
        return;
      }
      // The socket stays open: the refusal still goes out through it.
      message.removeAllListeners('data').pause();
      resolve(null);
    });
    message.once('end', () => {
      resolve(Buffer.concat(chunks));
    });
    message.once('error', reject);
    message.once('close', () => {
      if (!message.complete) reject(new Error('The request was cut off.'));
    });
  });
};
