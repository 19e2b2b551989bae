/** An AWS endpoint on a loopback port, with an STS and whatever services a test adds. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { Interceptor, Service } from '../../../../local/aws.ts';
import { createAwsCall } from '../../../../local/wire/dispatch.ts';
import { createAwsEndpoint } from '../../../../local/wire/endpoint.ts';
import type { PublicDocuments } from '../../../../local/wire/endpoint.ts';
import { createPrincipals } from '../../../../local/wire/principals.ts';
import { accountId } from '../iam/principals-for-tests.ts';
import { createStsWorld } from '../sts/sts-world.ts';

export const admin = { accessKeyId: 'AKIAADMINADMINADMIN1', secretAccessKey: 'admin-secret' };

export const startWireWorld = async (
  services: readonly Service[] = [],
  options: {
    publicDocuments?: PublicDocuments;
    interceptor?: Interceptor;
    /** Services that share the world's roles. */
    servicesWith?: (world: Awaited<ReturnType<typeof createStsWorld>>) => readonly Service[];
  } = {},
) => {
  const world = await createStsWorld();
  const { iam, sessionTokens, sts, lines } = world;
  // The SDK signs with the machine's clock.
  world.time.epochMillis = Date.now();
  const log = (line: string): void => {
    lines.push(line);
  };
  const { servicesWith = () => [], ...rest } = options;
  const call = createAwsCall([sts, ...services, ...servicesWith(world)], {
    log,
    clock: world.clock,
    ...rest,
  });
  const endpoint = createAwsEndpoint({
    call,
    principals: createPrincipals({ iam, sessionTokens, accountId, admin }),
    clock: world.clock,
    publicDocuments: options.publicDocuments ?? (() => Promise.resolve(null)),
    log,
    bodyLimitBytes: 1024 * 1024,
  });
  const server = createServer(endpoint);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${String(port)}`;
  return {
    ...world,
    call,
    url,
    unsignedConfig: { endpoint: url, region: 'us-east-1', maxAttempts: 1 },
    clientConfig: { endpoint: url, region: 'us-east-1', credentials: admin, maxAttempts: 1 },
    stop: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => {
          resolve();
        });
      }),
  };
};

export type WireWorld = Awaited<ReturnType<typeof startWireWorld>>;
