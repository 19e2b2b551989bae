import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createConsoleHandler } from './console-handler.ts';
import { readPageFiles } from './page-files.ts';

export interface ConsoleServer {
  /** With the code that signs the first who opens it in. */
  readonly url: string;
  readonly stop: () => Promise<void>;
}

/**
 * Serves the audit page on the loopback for the person whose tokens `token` gives.
 * @param options.pageDirectory the built page
 * @param options.port 0 for any free one
 * Rejects with the system's error when the port cannot be had or the page is not there.
 */
export const startConsole = async (options: {
  readonly api: string;
  readonly pageDirectory: string;
  readonly port: number;
  readonly token: () => Promise<string>;
}): Promise<ConsoleServer> => {
  const code = randomBytes(32).toString('base64url');
  const handle = createConsoleHandler({
    files: readPageFiles(options.pageDirectory),
    api: options.api,
    nowEpochMillis: () => Date.now(),
    entrance: { kind: 'code', code, session: { token: options.token, canSignOut: false } },
  });
  const server = createServer((request, response) => {
    handle(request, response).catch(() => {
      response.destroy();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${String(port)}/console/?code=${code}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
};
