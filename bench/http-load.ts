/**
 * HTTP load at little cost of its own: each connection sends its next request when the answer to the last one is in.
 * Knows no more of HTTP than answers with Content-Length.
 */
import { connect, type Socket } from 'node:net';

export interface HttpRequestText {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
}

export interface HttpLoad {
  readonly seconds: number;
  readonly millisOf: readonly number[];
  /** By status. */
  readonly statuses: Readonly<Record<string, number>>;
}

const bytesOf = ({ method, path, headers, body }: HttpRequestText, host: string): Buffer =>
  Buffer.from(
    [
      `${method} ${path} HTTP/1.1`,
      `host: ${host}`,
      ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
      `content-length: ${String(Buffer.byteLength(body))}`,
      '',
      body,
    ].join('\r\n'),
  );

const headEnd = Buffer.from('\r\n\r\n');

/** A connection that is kept, and asks one request at a time. */
const openConnection = async (port: number) => {
  const socket: Socket = connect({ port, host: '127.0.0.1', noDelay: true });
  await new Promise((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  let received = Buffer.alloc(0);
  let settle: { resolve: (answer: HttpAnswer) => void; reject: (error: Error) => void } | null =
    null;
  socket.on('data', (chunk) => {
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
    const end = received.indexOf(headEnd);
    if (end === -1) return;
    const head = received.toString('latin1', 0, end);
    const length = Number(/content-length: *(\d+)/i.exec(head)?.[1] ?? Number.NaN);
    const from = end + headEnd.length;
    if (received.length < from + length) return;
    const answer = {
      status: Number(head.slice(9, 12)),
      body: received.toString('utf8', from, from + length),
    };
    received = received.subarray(from + length);
    const waiting = settle;
    settle = null;
    waiting?.resolve(answer);
  });
  const fail = () => {
    settle?.reject(new Error('The connection was closed'));
  };
  socket.once('close', fail);
  socket.once('error', fail);
  return {
    ask: (bytes: Buffer): Promise<HttpAnswer> =>
      new Promise((resolve, reject) => {
        settle = { resolve, reject };
        socket.write(bytes);
      }),
    close: () => socket.destroy(),
  };
};

/**
 * @param requestAt the request of each number, from 0
 * @param onAnswer told of each answer; throws to end the load
 */
export const httpLoad = async (
  origin: string,
  options: {
    readonly count: number;
    readonly connections: number;
    readonly requestAt: (index: number) => HttpRequestText;
    readonly onAnswer?: (answer: HttpAnswer, index: number) => void;
  },
): Promise<HttpLoad> => {
  const { host, port } = new URL(origin);
  const { count, requestAt, onAnswer } = options;
  const known = new Map<HttpRequestText, Buffer>();
  const bytesAt = (index: number): Buffer => {
    const request = requestAt(index);
    const bytes = known.get(request) ?? bytesOf(request, host);
    known.set(request, bytes);
    return bytes;
  };
  const connections = await Promise.all(
    Array.from({ length: Math.min(count, options.connections) }, () =>
      openConnection(Number(port)),
    ),
  );
  const millisOf: number[] = [];
  const statuses: Record<string, number> = {};
  let next = 0;
  const begunAtMillis = performance.now();
  try {
    await Promise.all(
      connections.map(async ({ ask }) => {
        for (let index = next++; index < count; index = next++) {
          const bytes = bytesAt(index);
          const sentAtMillis = performance.now();
          const answer = await ask(bytes);
          millisOf.push(performance.now() - sentAtMillis);
          statuses[answer.status] = (statuses[answer.status] ?? 0) + 1;
          onAnswer?.(answer, index);
        }
      }),
    );
  } finally {
    for (const { close } of connections) close();
  }
  return { seconds: (performance.now() - begunAtMillis) / 1000, millisOf, statuses };
};
