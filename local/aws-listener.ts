/** The listener of the twin's AWS endpoint: open at once, answering when the services are there. */
import { createServer } from 'node:http';
import type { RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface AwsListener {
  /** `http://127.0.0.1:8701` */
  readonly url: string;
  readonly serve: (listener: RequestListener) => void;
  readonly stop: () => Promise<void>;
}

/** Listens on the loopback only. Rejects with the system's error (`EADDRINUSE`) when it cannot. */
export const startAwsListener = async (port: number): Promise<AwsListener> => {
  let served: RequestListener = (_request, response) => {
    response.writeHead(503, { 'retry-after': '1' }).end();
  };
  const server = createServer((request, response) => {
    served(request, response);
  });
  // Longer than any SDK keeps an idle connection, so that none is closed while a request is on its way.
  server.keepAliveTimeout = 75_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    serve: (listener) => {
      served = listener;
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
