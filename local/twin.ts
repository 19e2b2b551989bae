/** The deployed system on one machine: synthesizes the app, deploys its templates onto the twin's services and serves. */
import { adminCall, readLogBy } from './admin-calls.ts';
import { serveConsole } from './console.ts';
import { deployable } from './deployable.ts';
import { endpointsOf, identityStack } from './deployed-endpoints.ts';
import { deployTwin } from './deployed-twin.ts';
import { writeEndpoints } from './endpoints.ts';
import { shiftDate } from './lambda/shifted-date.ts';
import { stoppable, type Stoppable } from './stoppable.ts';
import type { OpenTwin, Twin, TwinOptions } from './twin-interface.ts';
import { seedUsers } from './users.ts';

export type { OpenTwin, Twin, TwinOptions } from './twin-interface.ts';

const start = async (options: TwinOptions, parts: Stoppable): Promise<OpenTwin> => {
  const { services, stacks, vault, gateway, listener, directory } = await deployTwin(
    {
      options,
      synthesis: () => deployable.synthesis(options.context),
      prepare: async ({ cognitoIdp, cognitoIdentity }, deployed) => {
        const userPoolId = deployed.output(identityStack, 'UserPoolId');
        await Promise.all([
          // Made before the first sign-in, so that forged tokens can be tried from the start.
          cognitoIdp.jwks(userPoolId),
          cognitoIdentity.identityPoolKeys(),
          // Hashing their passwords takes as long as a function takes to load.
          ...(options.users === 'demo' ? [seedUsers(cognitoIdp, userPoolId)] : []),
        ]);
      },
    },
    parts,
  );
  const endpoints = await endpointsOf(stacks, services, {
    api: gateway.url,
    aws: listener.url,
    signingKeysFile: directory?.signingKeysFile ?? '',
  });
  gateway.servePage(serveConsole(endpoints, await deployable.pageDirectory()));
  if (directory !== null) await writeEndpoints(directory.endpointsFile, endpoints);
  const call = adminCall(services);
  return {
    endpoints,
    call,
    readLog: readLogBy(call),
    readTableStream: () => services.dynamoDb.readStream(endpoints.table, null),
    setClockAhead: (aheadMillis) => {
      shiftDate(aheadMillis);
      return services.setClocksAhead(aheadMillis);
    },
    services,
    stacks,
    vault,
    stop: parts.stop,
  };
};

/** As startTwin, with the services and the deployment at hand. */
export const startOpenTwin = async (options: TwinOptions): Promise<OpenTwin> => {
  const parts = stoppable();
  try {
    return await start(options, parts);
  } catch (error) {
    await parts.stop();
    throw error;
  }
};

/**
 * Resolves when everything is deployed and every function is loaded. Binds 127.0.0.1 only.
 * Rejects with StateError or DeployError, or the system's error for a port (`EADDRINUSE`); nothing keeps running then.
 */
export const startTwin = async (options: TwinOptions): Promise<Twin> => startOpenTwin(options);
