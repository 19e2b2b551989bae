/**
 * Makes the twin's AWS services and joins them: every call among them goes through one door. One file, though long: this is
 * where everything is put together, and nothing else.
 */
import type { Clock } from '../core/ports.ts';
import { adminCredentialsOf } from './admin-credentials.ts';
import { createClockMoves, processTimers } from './asl/timers.ts';
import type { AwsCall, Interceptor, Service } from './aws.ts';
import { deniedLine } from './iam/denied-line.ts';
import { evaluateAccess } from './iam/evaluate.ts';
import { createIamStore } from './iam/roles.ts';
import { twinAccountId, twinRegion } from './identity.ts';
import type { RoleCredentials } from './lambda/credentials-endpoint.ts';
import type { FunctionDefinition } from './lambda/function-definition.ts';
import { startLambdaRuntime } from './lambda/runtime.ts';
import type { LambdaRuntime, LambdaRuntimeOptions } from './lambda/runtime.ts';
import { createFunctionRoles } from './lambda/function-role.ts';
import { createCognitoIdentityService } from './services/cognito-identity/service.ts';
import { createEventsService } from './services/events/service.ts';
import type { EventsService } from './services/events/service.ts';
import { createDeadLetters, createTargetDelivery } from './services/events/target-delivery.ts';
import { createCognitoIdpService } from './services/cognito-idp/service.ts';
import type { Trail } from './services/cognito-idp/trail.ts';
import { createTriggerInvocation } from './services/cognito-idp/trigger-invocation.ts';
import { createDynamoDbService } from './services/dynamodb/service.ts';
import { createIamService } from './services/iam/service.ts';
import { createKmsService } from './services/kms/service.ts';
import { createEventSourceMappings } from './services/lambda/event-sources/mappings.ts';
import { createLambdaService } from './services/lambda/service.ts';
import type { LambdaService } from './services/lambda/service.ts';
import { createLogsService } from './services/logs/service.ts';
import { createS3Service } from './services/s3/service.ts';
import { createSqsService } from './services/sqs/service.ts';
import type { ExecutionDependencies } from './services/states/executions.ts';
import { invokeByCall } from './services/states/lambda-task.ts';
import { createStatesService } from './services/states/service.ts';
import { taskCallContext } from './services/states/task-runner.ts';
import { createSessionTokens } from './services/sts/session-tokens.ts';
import { createStsService } from './services/sts/sts.ts';
import type { KeyVault } from './state/keys.ts';
import type { Store } from './state/store.ts';
import { userPoolKeysOf } from './user-pool-keys.ts';
import { createAwsCall } from './wire/dispatch.ts';
import { createPrincipals } from './wire/principals.ts';

export interface ServicesOptions {
  readonly store: Store;
  readonly vault: KeyVault;
  readonly clock: Clock;
  /** Null to keep everything in memory. */
  readonly directories: {
    readonly tables: string;
    readonly objects: string;
    readonly logs: string;
  } | null;
  /** Where function processes reach these services. */
  readonly awsEndpoint: string;
  readonly runtimeScript: string;
  readonly log: (line: string) => void;
  readonly interceptor?: Interceptor;
  readonly afterCall?: Interceptor;
  readonly developerLoginSuffices?: boolean;
  /** CloudTrail is best effort: true lets the user pool's events never arrive. */
  readonly loseCloudTrailEvents?: boolean;
  readonly pause?: NonNullable<ExecutionDependencies['pause']>;
}

export type TwinServices = Awaited<ReturnType<typeof createTwinServices>>;

/** Long against the SDK's refresh five minutes ahead, short enough that refreshing is in daily use. */
const functionSessionSeconds = 3600;

const startRuntime = (
  { awsEndpoint, runtimeScript }: ServicesOptions,
  credentialsOf: (definition: FunctionDefinition) => Promise<RoleCredentials>,
  writeLog: LambdaRuntimeOptions['writeLog'],
): Promise<LambdaRuntime> =>
  startLambdaRuntime({ script: runtimeScript, awsEndpoint, credentialsOf, writeLog });

export const createTwinServices = async (options: ServicesOptions) => {
  const { store, vault, clock, directories, log } = options;
  const place = { region: twinRegion, accountId: twinAccountId };
  let made: AwsCall | null = null;
  const clockMoves = createClockMoves();
  // The state machine calls the services, and is one of them.
  const call: AwsCall = (...parameters) => {
    if (made === null) throw new TypeError('The services are not joined yet.');
    return made(...parameters);
  };
  // Functions need sessions, sessions need identities, identities need the user pool; its trigger is a function.
  let functions: LambdaService | null = null;
  const preTokenGeneration = createTriggerInvocation({
    invokeFrom: (...parameters) => {
      if (functions === null) throw new TypeError('The services are not joined yet.');
      return functions.invokeFrom(...parameters);
    },
    poolArn: (userPoolId) => cognitoIdp.poolArn(userPoolId),
    schedule: processTimers(clock).schedule,
  });
  // AWS's services tell of what they did on the default bus, which is there after them.
  let defaultBus: EventsService | null = null;
  const publish = async (event: Parameters<EventsService['publish']>[0]): Promise<void> => {
    try {
      await defaultBus?.publish(event);
    } catch (error) {
      log(`an event of ${event.source} was lost: ${error instanceof Error ? error.name : 'Error'}`);
    }
  };
  const trail: Trail = (detail) =>
    options.loseCloudTrailEvents === true
      ? Promise.resolve()
      : publish({
          source: 'aws.cognito-idp',
          detailType: 'AWS API Call via CloudTrail',
          resources: [],
          detail: { ...detail },
        });
  const iam = await createIamStore(store);
  const sessionTokens = createSessionTokens({ keys: vault, clock });
  const [logs, kms, dynamoDb, s3, cognitoIdp] = await Promise.all([
    createLogsService({ directory: directories?.logs ?? null, store, clock }),
    createKmsService({ store, vault, clock }),
    createDynamoDbService({ directory: directories?.tables ?? null, store, clock }),
    createS3Service({ directory: directories?.objects ?? null, store, clock, log }),
    createCognitoIdpService({ store, vault, clock, ...place, preTokenGeneration, trail }),
  ]);
  const cognitoIdentity = await createCognitoIdentityService({
    store,
    vault,
    clock,
    ...place,
    userPools: cognitoIdp,
    call,
    ...(options.developerLoginSuffices === undefined
      ? {}
      : { developerLoginSuffices: options.developerLoginSuffices }),
  });
  const sts = createStsService({
    iam,
    sessionTokens,
    clock,
    identityPoolKeys: cognitoIdentity.identityPoolKeys,
    log,
  });
  const functionRoles = createFunctionRoles(sts.principalOfRole, place, log);
  const runtime = await startRuntime(
    options,
    ({ roleArn, name }) =>
      sts.credentialsOfRole(roleArn, name, functionSessionSeconds, {
        service: 'lambda.amazonaws.com',
      }),
    (definition, stream, atEpochMillis, line) => {
      if (functionRoles.mayLog(definition, stream))
        logs.writeLog(definition.logGroup, stream, atEpochMillis, line);
    },
  );
  const lambda = createLambdaService({ runtime, requireTrust: functionRoles.requireTrust, log });
  const sqs = await createSqsService({ store, clock, endpoint: options.awsEndpoint, log });
  const events = await createEventsService({
    store,
    clock,
    log,
    deadLetter: createDeadLetters({ sendToQueue: sqs.sendFrom }),
    deliver: createTargetDelivery({
      call,
      invokeFunction: lambda.invokeFrom,
      sendToQueue: sqs.sendFrom,
      principalOfRole: (...parameters) =>
        Promise.resolve().then(() => sts.principalOfRole(...parameters)),
    }),
  });
  functions = lambda;
  defaultBus = events;
  const states = await createStatesService({
    store,
    call,
    invokeFunction: invokeByCall(call, taskCallContext),
    principalOfRole: (roleArn, sessionName, stateMachineArn) =>
      Promise.resolve().then(() =>
        sts.principalOfRole(roleArn, sessionName, {
          service: 'states.amazonaws.com',
          sourceArn: stateMachineArn,
        }),
      ),
    mayDo: (principal, request) => {
      const own = kms.keyPolicy(request.resource);
      const asked = own === undefined ? request : { ...request, resourcePolicy: own };
      const verdict = evaluateAccess(principal, asked);
      if (!verdict.allowed) log(deniedLine(request, principal.arn, verdict));
      return verdict.allowed;
    },
    timers: { ...processTimers(clock), onMove: clockMoves.onMove },
    writeLog: logs.writeLog,
    onStatusChange: publish,
    ...(options.pause === undefined ? {} : { pause: options.pause }),
  });
  const joined: readonly Service[] = [
    ...[cognitoIdp, cognitoIdentity, sts, createIamService({ iam, clock })],
    ...[kms, dynamoDb, s3, logs, lambda, states, events, sqs],
  ];
  made = createAwsCall(joined, {
    log,
    clock,
    policyOf: kms.keyPolicy,
    ...(options.interceptor === undefined ? {} : { interceptor: options.interceptor }),
    ...(options.afterCall === undefined ? {} : { afterCall: options.afterCall }),
  });
  const eventSources = await createEventSourceMappings({
    store,
    timers: processTimers(clock),
    call,
    dynamoDb,
    lambda,
    principalOfRole: (roleArn, sessionName) =>
      Promise.resolve().then(() =>
        sts.principalOfRole(roleArn, sessionName, { service: 'lambda.amazonaws.com' }),
      ),
    log,
  });
  const admin = await adminCredentialsOf(vault);
  return {
    call,
    /** What is emulated: `service:Operation`. */
    operations: joined.flatMap(({ name, operations }) =>
      Object.keys(operations).map((operation) => `${name}:${operation}`),
    ),
    admin,
    principals: createPrincipals({ iam, sessionTokens, accountId: twinAccountId, admin }),
    userPoolKeys: userPoolKeysOf(cognitoIdp),
    iam,
    sts,
    cognitoIdp,
    cognitoIdentity,
    kms,
    dynamoDb,
    s3,
    logs,
    lambda,
    states,
    events,
    sqs,
    eventSources,
    setClocksAhead: async (aheadMillis: number): Promise<void> => {
      await runtime.setClockAhead(aheadMillis);
      // What a Wait leads to may be a function, which must know the time by then.
      clockMoves.tell();
    },
    stop: async (): Promise<void> => {
      sqs.close();
      await eventSources.close();
      await events.close();
      await states.close();
      await runtime.stop();
      await Promise.all([dynamoDb.close(), logs.close()]);
    },
  };
};
