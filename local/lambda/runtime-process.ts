/**
 * The other end of a function's process: loads the bundle and runs its handler, many invocations at a
 * time, as Lambda Managed Instances do. Bundled on its own.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { installInvokeStore, runInvocation } from './invoke-store.ts';
import type { ClockMessage, InvocationError, InvokeMessage, RuntimeMessage } from './messages.ts';
import { shiftDate } from './shifted-date.ts';

type Handler = (event: unknown, context: Record<string, unknown>) => unknown;

/** Nothing is done about a parent that is gone: the disconnection ends this process. */
const send = (message: RuntimeMessage): void => {
  process.send?.(message, undefined, {}, () => undefined);
};

const described = (error: unknown, fallbackType: string): InvocationError => {
  if (!(error instanceof Error)) {
    return { errorType: fallbackType, errorMessage: inspect(error), trace: [] };
  }
  return {
    errorType: error.name,
    errorMessage: error.message,
    trace: (error.stack ?? '').split('\n'),
  };
};

/** Lambda writes a failed invocation into the function's log, with every enumerable field of the error. */
const logFailure = (error: unknown, requestId: string): void => {
  const { errorType, errorMessage, trace } = described(error, 'Error');
  const fields = error instanceof Error ? Object.fromEntries(Object.entries(error)) : {};
  const line = JSON.stringify({ errorType, errorMessage, ...fields, stack: trace });
  process.stderr.write(
    `${new Date().toISOString()}\t${requestId}\tERROR\tInvoke Error \t${line}\n`,
  );
};

installInvokeStore();

const environment = process.env as Readonly<Record<string, string>>;

const contextOf = (message: InvokeMessage): Record<string, unknown> => ({
  awsRequestId: message.requestId,
  functionName: environment['AWS_LAMBDA_FUNCTION_NAME'],
  functionVersion: environment['AWS_LAMBDA_FUNCTION_VERSION'],
  memoryLimitInMB: environment['AWS_LAMBDA_FUNCTION_MEMORY_SIZE'],
  logGroupName: environment['AWS_LAMBDA_LOG_GROUP_NAME'],
  logStreamName: environment['AWS_LAMBDA_LOG_STREAM_NAME'],
  invokedFunctionArn: message.functionArn,
  callbackWaitsForEmptyEventLoop: true,
  getRemainingTimeInMillis: () => Math.max(0, message.deadlineEpochMillis - Date.now()),
});

const load = (): Handler => {
  const [file = 'index', name = 'handler'] = (environment['_HANDLER'] ?? '').split('.');
  const path = join(environment['LAMBDA_TASK_ROOT'] ?? '', `${file}.js`);
  const module = createRequire(path)(path) as Record<string, unknown>;
  const handler = module[name];
  if (typeof handler === 'function') return handler as Handler;
  const missing = new Error(`${file}.${name} is undefined or not exported`);
  missing.name = 'Runtime.HandlerNotFound';
  throw missing;
};

const run = async (handler: Handler, message: InvokeMessage): Promise<void> => {
  const { requestId } = message;
  try {
    const result = await runInvocation(requestId, () =>
      handler(JSON.parse(message.payload), contextOf(message)),
    );
    send({ type: 'result', requestId, payload: JSON.stringify(result ?? null) });
  } catch (error) {
    logFailure(error, requestId);
    send({ type: 'failed', requestId, error: described(error, 'Error') });
  }
};

process.once('disconnect', () => {
  process.exit(0);
});
// The twin ends its functions itself: a Ctrl-C at the terminal reaches the whole group of processes.
process.on('SIGINT', () => undefined);

try {
  const handler = load();
  process.on('message', (raw) => {
    const message = raw as InvokeMessage | ClockMessage;
    if (message.type === 'invoke') {
      void run(handler, message);
      return;
    }
    shiftDate(message.aheadMillis);
    send({ type: 'clock-set' });
  });
  send({ type: 'loaded' });
} catch (error) {
  logFailure(error, '-');
  send({ type: 'load-failed', error: described(error, 'Runtime.UserCodeSyntaxError') });
}
