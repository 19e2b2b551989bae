/** Stands between a client and a broker: counts what passes, and answers by itself where a test says so. */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

interface OwnAnswer {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
}

export interface BrokerInBetween {
  readonly url: string;
  /** Method and path of what came, since the last `reset`. */
  readonly requests: readonly string[];
  /** Answers the next `times` requests itself (without a number: all until `reset`), and passes on the rest. */
  readonly answerWith: (answer: OwnAnswer, times?: number) => void;
  readonly reset: () => void;
  readonly stop: () => Promise<void>;
}

const bodyOf = async (request: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
};

export const startBrokerInBetween = async (broker: string): Promise<BrokerInBetween> => {
  const requests: string[] = [];
  let own: OwnAnswer = { status: 500 };
  let ownLeft = 0;
  const server = createServer((request, response) => {
    void (async () => {
      const { method = 'GET', url = '/', headers } = request;
      requests.push(`${method} ${url}`);
      const body = await bodyOf(request);
      if (ownLeft > 0) {
        ownLeft -= 1;
        response.writeHead(own.status, own.headers).end(JSON.stringify(own.body ?? {}));
        return;
      }
      const answer = await fetch(`${broker}${url}`, {
        method,
        headers: {
          authorization: headers.authorization ?? '',
          'content-type': headers['content-type'] ?? '',
        },
        ...(body.length === 0 ? {} : { body: new Uint8Array(body) }),
      });
      response
        .writeHead(answer.status, { 'retry-after': answer.headers.get('retry-after') ?? '1' })
        .end(await answer.text());
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    requests,
    answerWith: (answer, times = Number.POSITIVE_INFINITY) => {
      own = answer;
      ownLeft = times;
    },
    reset: () => {
      requests.length = 0;
      ownLeft = 0;
    },
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => {
          resolve();
        });
      }),
  };
};
