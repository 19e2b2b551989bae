import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

/** Somebody else's emulator, started for one run of tests. */
interface Judge {
  /** What the tests read of it. */
  readonly env: Readonly<Record<string, string>>;
  readonly stop: () => void;
}

/** Without one, the reason is printed and its tests are left out. */
export type StartJudge = () => Promise<Judge | { readonly reason: string }>;

export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => {
        resolve(port);
      });
    });
  });

/** Where a judge is started: what it leaves beside itself goes with it. */
export const judgesDirectory = async (): Promise<{
  readonly path: string;
  readonly remove: () => void;
}> => {
  const path = await mkdtemp(join(tmpdir(), 'stepkey-judge-'));
  return {
    path,
    remove: () => {
      rmSync(path, { recursive: true, force: true, maxRetries: 5 });
    },
  };
};

/** Until it answers anything over HTTP, two minutes at most. */
export const answers = async (endpoint: string): Promise<boolean> => {
  for (let attempt = 0; attempt < 600; attempt += 1) {
    try {
      await (await fetch(endpoint)).text();
      return true;
    } catch {
      await setTimeout(200);
    }
  }
  return false;
};
