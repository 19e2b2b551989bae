/** The deployed system on one machine: synthesizes the app, deploys its templates onto the twin's services and serves. */
import { randomUUID } from 'node:crypto';
import { startAwsListener } from './aws-listener.ts';
import { serveConsole } from './console.ts';
import { deployStacks } from './deploy/deploy.ts';
import type { DeployedStacks } from './deploy/deploy.ts';
import { resourceHandlers } from './deploy/handlers.ts';
import { collectApi } from './deploy/resources/api-gateway.ts';
import type { StackTemplate } from './deploy/template.ts';
import { deployable } from './deployable.ts';
import { endpointsOf, identityStack } from './deployed-endpoints.ts';
import { writeEndpoints } from './endpoints.ts';
import type { Endpoints } from './endpoints.ts';
import { startGateway } from './gateway/gateway.ts';
import { twinAccountId, twinPartition, twinRegion } from './identity.ts';
import { shiftDate } from './lambda/shifted-date.ts';
import { joinPublicDocuments } from './public-documents.ts';
import type { StreamRecord } from './services/dynamodb/streams.ts';
import { prepareStateDirectory } from './state/directory.ts';
import { memoryKeyVault, openKeyVault } from './state/keys.ts';
import type { KeyVault } from './state/keys.ts';
import { memoryStore, openStore } from './state/store.ts';
import { stoppable, type Stoppable } from './stoppable.ts';
import { createTwinServices } from './twin-services.ts';
import type { ServicesOptions, TwinServices } from './twin-services.ts';
import { seedUsers } from './users.ts';
import { createAwsEndpoint } from './wire/endpoint.ts';

export interface TwinOptions extends Pick<
  ServicesOptions,
  'interceptor' | 'afterCall' | 'developerLoginSuffices' | 'loseCloudTrailEvents' | 'pause'
> {
  /** Null keeps nothing: for tests. */
  readonly stateDirectory: string | null;
  /** API; 0 for any free port. */
  readonly port: number;
  /** AWS endpoint; 0 for any free port. */
  readonly awsPort: number;
  readonly users: 'demo' | 'none';
  /** Replaces or adds to the context of cdk.json. */
  readonly context?: Readonly<Record<string, unknown>>;
  /** Told of each step as it begins. */
  readonly onProgress?: (step: string) => void;
  /** Told of denied calls and of faults; no secrets are in a line. */
  readonly log?: (line: string) => void;
}

interface LogEntry {
  readonly timestamp: number;
  readonly message: string;
}

export interface Twin {
  readonly endpoints: Endpoints;
  /** A call as the account's administrator. */
  readonly call: (
    service: string,
    operation: string,
    input: Record<string, unknown>,
  ) => Promise<Record<string, unknown>>;
  /** Everything that a log group holds, oldest first. */
  readonly readLog: (logGroup: string) => Promise<readonly LogEntry[]>;
  /** What the table's stream still holds, oldest first. */
  readonly readTableStream: () => Promise<readonly StreamRecord[]>;
  /**
   * Moves time on, so that sessions and tokens of their real length run out in a test: `Date` of this process and of
   * every function runs so much ahead of the machine's clock until the twin stops. Timers keep their pace.
   */
  readonly setClockAhead: (aheadMillis: number) => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** A twin with its works open: for tests that change what is deployed. */
export interface OpenTwin extends Twin {
  readonly services: TwinServices;
  readonly stacks: DeployedStacks;
  readonly vault: KeyVault;
}

const sweepIntervalMillis = 60_000;

const adminCall =
  ({ call, principals, admin }: TwinServices): Twin['call'] =>
  async (service, operation, input) => {
    const { principal } = await principals.resolve(admin.accessKeyId, null);
    return call(service, operation, input, {
      principal,
      requestId: randomUUID(),
      sourceIp: '127.0.0.1',
    });
  };

const readLogBy =
  (call: Twin['call']): Twin['readLog'] =>
  async (logGroupName) => {
    const entries: LogEntry[] = [];
    let nextToken: unknown;
    do {
      const page = await call('logs', 'FilterLogEvents', {
        logGroupName,
        ...(nextToken === undefined ? {} : { nextToken }),
      });
      entries.push(...(page['events'] as LogEntry[]));
      nextToken = page['nextToken'];
    } while (nextToken !== undefined);
    return entries;
  };

const rightClock = {
  stop: () => {
    shiftDate(0);
    return Promise.resolve();
  },
};

const sweeping = (services: TwinServices): { stop: () => Promise<void> } => {
  const timer = setInterval(() => {
    services.dynamoDb.sweepExpired().catch(() => undefined);
    services.dynamoDb.pruneStreams(services.eventSources.keepAfter).catch(() => undefined);
  }, sweepIntervalMillis);
  timer.unref();
  return {
    stop: () => {
      clearInterval(timer);
      return Promise.resolve();
    },
  };
};

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
  if (options.users === 'demo') {
    await seedUsers(services.cognitoIdp, stacks.output(identityStack, 'UserPoolId'));
  }

  progress('Starting the functions');
  await Promise.all([
    services.lambda.warm(),
    // Made before the first sign-in, so that forged tokens can be tried from the start.
    services.cognitoIdp.jwks(stacks.output(identityStack, 'UserPoolId')),
    services.cognitoIdentity.identityPoolKeys(),
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
      return services.setFunctionClocksAhead(aheadMillis);
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
