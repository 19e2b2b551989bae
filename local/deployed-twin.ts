/** What every twin is: the services, templates deployed onto them, and the gateway before them. */
import { startAwsListener, type AwsListener } from './aws-listener.ts';
import { deployStacks, type DeployedStacks } from './deploy/deploy.ts';
import { resourceHandlers } from './deploy/handlers.ts';
import { collectApi } from './deploy/resources/api-gateway.ts';
import type { StackTemplate } from './deploy/template.ts';
import { deployable } from './deployable.ts';
import { startGateway, type Gateway } from './gateway/gateway.ts';
import { rightClock, sweeping } from './housekeeping.ts';
import { twinAccountId, twinPartition, twinRegion } from './identity.ts';
import { joinPublicDocuments } from './public-documents.ts';
import { prepareStateDirectory, type StateDirectory } from './state/directory.ts';
import { memoryKeyVault, openKeyVault, type KeyVault } from './state/keys.ts';
import { memoryStore, openStore } from './state/store.ts';
import { refuseDamagedState } from './state/whole-state.ts';
import type { Stoppable } from './stoppable.ts';
import type { Synthesis } from './synth.ts';
import type { TwinOptions } from './twin-interface.ts';
import { createTwinServices, type TwinServices } from './twin-services.ts';
import { createAwsEndpoint } from './wire/endpoint.ts';

export interface DeployedTwin {
  readonly services: TwinServices;
  readonly stacks: DeployedStacks;
  readonly vault: KeyVault;
  readonly gateway: Gateway;
  readonly listener: AwsListener;
  /** Null where nothing is kept. */
  readonly directory: StateDirectory | null;
}

export interface Deployment {
  readonly options: Omit<TwinOptions, 'users' | 'context'>;
  readonly synthesis: () => Promise<Synthesis>;
  /** What is to be there before the first request, made while the functions load. */
  readonly prepare: (services: TwinServices, stacks: DeployedStacks) => Promise<unknown>;
}

/** What a sign-in and a first request for credentials ask for. */
const isNeededFirst = (functionName: string): boolean =>
  /(api|decide|identity|exchange|pre-token-generation)$/i.test(functionName);

/**
 * Starts the other functions when the first requests are through, one after another, so that they leave the processor to
 * who asks. One that does not start tells that to who invokes it.
 */
const warmingOthers = ({ lambda }: TwinServices): { readonly stop: () => Promise<void> } => {
  let isStopped = false;
  const warm = async (): Promise<void> => {
    for (const other of lambda.names().filter((name) => !isNeededFirst(name))) {
      if (isStopped) return;
      await lambda.warm([other]).catch(() => undefined);
    }
  };
  const timer = setTimeout(() => void warm(), 1000).unref();
  return {
    stop: () => {
      isStopped = true;
      clearTimeout(timer);
      return Promise.resolve();
    },
  };
};

/** Rejects with what has started in `parts`, for the caller to stop. */
export const deployTwin = async (
  { options, synthesis, prepare }: Deployment,
  parts: Stoppable,
): Promise<DeployedTwin> => {
  const progress = options.onProgress ?? (() => undefined);
  const log = options.log ?? (() => undefined);
  const clock = { nowEpochMillis: () => Date.now() };

  progress('Opening the state and the ports');
  // Ports first: where one is taken, the state stays untouched.
  const listener = parts.add(await startAwsListener(options.awsPort));
  const gateway = parts.add(await startGateway({ port: options.port, log }));
  const directory =
    options.stateDirectory === null ? null : await prepareStateDirectory(options.stateDirectory);
  if (directory !== null) await refuseDamagedState(directory);
  const vault =
    directory === null ? memoryKeyVault() : await openKeyVault(directory.signingKeysFile);
  const store = directory === null ? memoryStore() : await openStore(directory.store);
  parts.add({ stop: () => store.close() });
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
  const { templates, assets } = await synthesis();

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
  await Promise.all([
    services.lambda.warm(services.lambda.names().filter(isNeededFirst)),
    prepare(services, stacks),
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
  parts.add(warmingOthers(services));
  return { services, stacks, vault, gateway, listener, directory };
};
