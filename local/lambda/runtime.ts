/** Runs functions on this machine: one process each, started when first needed and again after a crash. */
import { randomBytes, randomUUID } from 'node:crypto';
import { functionEnvironment } from './function-environment.ts';
import type { FunctionDefinition } from './function-definition.ts';
import { startCredentialsEndpoint } from './credentials-endpoint.ts';
import type { RoleCredentials } from './credentials-endpoint.ts';
import { startFunctionProcess } from './function-process.ts';
import type { FunctionProcess, InvocationOutcome } from './function-process.ts';

export interface LambdaRuntimeOptions {
  /** The bundled runtime-process.ts. */
  readonly script: string;
  readonly awsEndpoint: string;
  /** A session of the function's role, good for some time from now. Rejects when the role does not trust Lambda. */
  readonly credentialsOf: (definition: FunctionDefinition) => Promise<RoleCredentials>;
  readonly writeLog: (
    definition: FunctionDefinition,
    stream: string,
    atEpochMillis: number,
    line: string,
  ) => void;
}

export interface LambdaRuntime {
  /** @param requestId what the function's context and log call it */
  readonly invoke: (
    definition: FunctionDefinition,
    payload: string,
    requestId?: string,
  ) => Promise<InvocationOutcome>;
  /** Starts the function's process and waits until its module is loaded. */
  readonly warm: (definition: FunctionDefinition) => Promise<void>;
  /** Sets the clocks of all processes, also of those that are started later. */
  readonly setClockAhead: (aheadMillis: number) => Promise<void>;
  readonly stop: () => Promise<void>;
}

interface Running {
  readonly definition: FunctionDefinition;
  readonly process: FunctionProcess;
}

/** As Lambda names them: `2026/11/21/[$LATEST]<32 hex characters>`. */
const logStreamName = (): string =>
  `${new Date().toISOString().slice(0, 10).replaceAll('-', '/')}/[$LATEST]${randomBytes(16).toString('hex')}`;

/** As Lambda's, but for the numbers of a version that is not Lambda's. */
const initialization = ({ runtime }: FunctionDefinition): string =>
  `INIT_START Runtime Version: ${runtime.replace('nodejs', 'nodejs:').replace('.x', '.twin')}`;

export const startLambdaRuntime = async (options: LambdaRuntimeOptions): Promise<LambdaRuntime> => {
  const endpoint = await startCredentialsEndpoint();
  const running = new Map<string, Running>();
  let stopped = false;
  let aheadMillis = 0;

  const start = (definition: FunctionDefinition): FunctionProcess => {
    const logStream = logStreamName();
    options.writeLog(definition, logStream, Date.now(), initialization(definition));
    return startFunctionProcess({
      script: options.script,
      workingDirectory: definition.taskRoot,
      environment: functionEnvironment(definition, {
        awsEndpoint: options.awsEndpoint,
        credentials: endpoint.register(definition.name, () => options.credentialsOf(definition)),
        logStream,
      }),
      writeLog: (line) => {
        options.writeLog(definition, logStream, Date.now(), line);
      },
    });
  };
  const processOf = (definition: FunctionDefinition): FunctionProcess => {
    if (stopped) throw new Error('The function runtime has been stopped.');
    const current = running.get(definition.name);
    if (current !== undefined && current.process.isAlive() && current.definition === definition) {
      return current.process;
    }
    // Redeployed: what the old process still has in hand fails, as if it had crashed.
    void current?.process.stop();
    const started = { definition, process: start(definition) };
    // Messages arrive in order: no invocation of this process comes before it.
    if (aheadMillis !== 0) void started.process.setClockAhead(aheadMillis);
    running.set(definition.name, started);
    return started.process;
  };

  return {
    invoke: async (definition, payload, requestId = randomUUID()) => {
      const process = processOf(definition);
      // Loading the module does not count: on Lambda it is the init phase.
      await process.loaded;
      return process.invoke({
        type: 'invoke',
        requestId,
        functionArn: definition.arn,
        deadlineEpochMillis: Date.now() + definition.timeoutSeconds * 1000,
        payload,
      });
    },
    warm: (definition) => processOf(definition).loaded,
    setClockAhead: async (millis) => {
      aheadMillis = millis;
      await Promise.all([...running.values()].map(({ process }) => process.setClockAhead(millis)));
    },
    stop: async () => {
      stopped = true;
      await Promise.all([...running.values()].map(({ process }) => process.stop()));
      await endpoint.stop();
    },
  };
};
