import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Twin } from '../../../local/twin.ts';

/** A way to the broker's API that counts, and that can be closed as if the broker were away. */
export interface ApiGate {
  readonly url: string;
  /** Method and path of each, in order of arrival. */
  readonly requests: string[];
  /** How many requests the broker has not answered yet. */
  readonly underWay: () => number;
  readonly close: () => Promise<void>;
  readonly open: () => Promise<void>;
}

export const openGate = async (twin: Twin): Promise<ApiGate> => {
  const target = new URL(twin.endpoints.api);
  const requests: string[] = [];
  let underWay = 0;
  const server: Server = createServer((incoming, outgoing) => {
    requests.push(`${incoming.method ?? ''} ${incoming.url ?? ''}`);
    underWay += 1;
    outgoing.on('close', () => {
      underWay -= 1;
    });
    const passed = request(
      {
        host: target.hostname,
        port: target.port,
        path: incoming.url,
        method: incoming.method,
        headers: { ...incoming.headers, host: target.host },
      },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      },
    );
    passed.on('error', () => outgoing.destroy());
    incoming.pipe(passed);
  });
  const listen = (port: number): Promise<void> =>
    new Promise((resolve) => {
      server.listen(port, '127.0.0.1', () => {
        resolve();
      });
    });
  await listen(0);
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${String(port)}`,
    requests,
    underWay: () => underWay,
    close: async () => {
      if (!server.listening) return;
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
    open: () => listen(port),
  };
};
