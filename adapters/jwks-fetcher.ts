import { get as getHttp, type IncomingMessage } from 'node:http';
import { get as getHttps } from 'node:https';

import { FetchError } from 'aws-jwt-verify/error';
import type { Fetcher } from 'aws-jwt-verify/https';

/** Below what a client of the container door waits for. */
const defaultTimeoutMillis = 1500;
/** Two keys are about 1 KiB. */
const maxBytes = 64 * 1024;

const request = (uri: string, signal: AbortSignal): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    const get = uri.startsWith('https:') ? getHttps : getHttp;
    // A connection of its own: one that was kept is often dead when a function thaws.
    get(uri, { agent: false, signal, headers: { accept: 'application/json' } }, resolve).once(
      'error',
      reject,
    );
  });

const readBounded = async (response: AsyncIterable<Buffer>): Promise<ArrayBuffer> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response) {
    size += chunk.byteLength;
    if (size > maxBytes) throw new Error('the key set is too large');
    chunks.push(chunk);
  }
  const whole = new Uint8Array(size);
  whole.set(Buffer.concat(chunks));
  return whole.buffer;
};

/**
 * Fetches a key set, in whole within the time limit and 64 KiB, without following redirects.
 * The library's own fetcher insists on https, which an overridden endpoint does not speak.
 */
export const boundedJwksFetcher = (timeoutMillis = defaultTimeoutMillis): Fetcher => ({
  fetch: async (uri) => {
    try {
      const response = await request(uri, AbortSignal.timeout(timeoutMillis));
      if (response.statusCode !== 200) {
        response.destroy();
        throw new Error(`status ${String(response.statusCode)}`);
      }
      return await readBounded(response);
    } catch (error) {
      throw new FetchError(uri, String(error));
    }
  },
});
