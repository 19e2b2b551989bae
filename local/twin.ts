/** The deployed system on one machine: synthesizes the app, deploys its templates onto the twin's services and serves. */
import { adminCall, readLogBy } from './admin-calls.ts';
import { startAwsListener } from './aws-listener.ts';
import { serveConsole } from './console.ts';
import { deployStacks } from './deploy/deploy.ts';
import { resourceHandlers } from './deploy/handlers.ts';
import { collectApi } from './deploy/resources/api-gateway.ts';
import type { StackTemplate } from './deploy/template.ts';
import { deployable } from './deployable.ts';
import { endpointsOf, identityStack } from './deployed-endpoints.ts';
import { writeEndpoints } from './endpoints.ts';
import { startGateway } from './gateway/gateway.ts';
import { rightClock, sweeping } from './housekeeping.ts';
import { twinAccountId, twinPartition, twinRegion } from './identity.ts';
import { shiftDate } from './lambda/shifted-date.ts';
import { joinPublicDocuments } from './public-documents.ts';
import { prepareStateDirectory } from './state/directory.ts';
import { memoryKeyVault, openKeyVault } from './state/keys.ts';
import { memoryStore, openStore } from './state/store.ts';
import { stoppable, type Stoppable } from './stoppable.ts';
import type { OpenTwin, Twin, TwinOptions } from './twin-interface.ts';
import { createTwinServices } from './twin-services.ts';
import { seedUsers } from './users.ts';
import { createAwsEndpoint } from './wire/endpoint.ts';

export type { OpenTwin, Twin, TwinOptions } from './twin-interface.ts';

const start = async (options: TwinOptions, parts: Stoppable): Promise<OpenTwin> => {
  const progress = options.onProgress ?? (() => undefined);
  const log = options.log ?? (() => undefined);
  const clock = { nowEpochMillis: () => Date.now() };

  progress('Opening the state and the ports');
  // Ports first: where one is taken, the state stays untouched.
  const listener = parts.add(await startAwsListener(options.awsPort));
  const gateway = parts.add(await startGateway({ port: options.port, log }));
  const directory =
    options.stateDirectory === null ? null : await prepareStateDirectory(options.stateDirectory);
  const store = directory === null ? memoryStore() : await openStore(directory.store);
  parts.add({ stop: () => store.close() });
  const vault =
    directory === null ? memoryKeyVault() : await openKeyVault(directory.signingKeysFile);
  const services = parts.add(
    await createTwinServices({
      ...options,
      store,
      vault,
      clock,
      directories: directory,
      awsEndpoint: listener.url,
      runtimeScript: await deployable.runtimeScript(),
      log,
    }),
  );
  listener.serve(
    createAwsEndpoint({
      call: services.call,
      principals: services.principals,
      clock,
      log,
      publicDocuments: joinPublicDocuments(
        services.cognitoIdp.userPoolPublicDocuments,
        services.cognitoIdentity.identityPoolPublicDocuments,
      ),
    }),
  );

  progress('Bundling the functions and synthesizing the templates');
  const pageDirectory = await deployable.pageDirectory();
  const { templates, assets } = await deployable.synthesis(options.context);

  progress('Deploying');
  const api = collectApi();
  const stacks = await deployStacks({
    templates: templates as readonly StackTemplate[],
    handlers: resourceHandlers({ ...services, clock, api, assets }),
    store,
    pseudoParameters: {
      'AWS::Region': twinRegion,
      'AWS::AccountId': twinAccountId,
      'AWS::Partition': twinPartition,
      'AWS::URLSuffix': 'amazonaws.com',
    },
  });

  progress('Starting the functions');
  const userPoolId = stacks.output(identityStack, 'UserPoolId');
  await Promise.all([
    services.lambda.warm(),
    // Made before the first sign-in, so that forged tokens can be tried from the start.
    services.cognitoIdp.jwks(userPoolId),
    services.cognitoIdentity.identityPoolKeys(),
    // Hashing their passwords takes as long as a function takes to load.
    ...(options.users === 'demo' ? [seedUsers(services.cognitoIdp, userPoolId)] : []),
  ]);
  services.states.resume();
  services.events.start();
  services.eventSources.start();
  gateway.serve({
    ...clock,
    api: api.api(),
    place: { region: twinRegion, accountId: twinAccountId },
    invoke: services.lambda.invokeFrom,
    userPoolKeys: services.userPoolKeys,
    writeAccessLog: (group, line) => {
      services.logs.writeLog(group, 'access', Date.now(), line);
    },
  });
  parts.add(sweeping(services));
  parts.add(rightClock);

  const endpoints = await endpointsOf(stacks, services, {
    api: gateway.url,
    aws: listener.url,
    signingKeysFile: directory?.signingKeysFile ?? '',
  });
  gateway.servePage(serveConsole(endpoints, pageDirectory));
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
