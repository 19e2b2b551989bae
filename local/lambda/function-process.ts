/** One child process of a function: sends it invocations and settles each of them exactly once. */
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import type { ClockMessage, InvocationError, InvokeMessage, RuntimeMessage } from './messages.ts';
import { readLines } from './log-lines.ts';

export type InvocationOutcome = { readonly payload: string } | { readonly error: InvocationError };

export interface FunctionProcess {
  /** False once the process has ended or is about to: another one is needed. */
  readonly isAlive: () => boolean;
  /** Resolves when the module is loaded, or cannot be. */
  readonly loaded: Promise<void>;
  readonly invoke: (message: InvokeMessage) => Promise<InvocationOutcome>;
  /** Resolves when the function's clock runs that much ahead of the machine's, or the process has ended. */
  readonly setClockAhead: (aheadMillis: number) => Promise<void>;
  readonly stop: () => Promise<void>;
}

export interface FunctionProcessOptions {
  /** The bundled runtime-process. */
  readonly script: string;
  readonly workingDirectory: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly writeLog: (line: string) => void;
}

const stopPatienceMillis = 2000;

const exitError = (code: number | null, signal: string | null): InvocationError => ({
  errorType: 'Runtime.ExitError',
  errorMessage: `Runtime exited with error: ${signal === null ? `exit status ${String(code)}` : `signal: ${signal}`}`,
  trace: [],
});

const timedOut = (message: InvokeMessage, timeoutMillis: number): InvocationError => ({
  errorType: 'Sandbox.Timedout',
  errorMessage: `RequestId: ${message.requestId} Error: Task timed out after ${(timeoutMillis / 1000).toFixed(2)} seconds`,
  trace: [],
});

const end = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => {
      resolve();
    });
  });
  const patience = setTimeout(() => child.kill('SIGKILL'), stopPatienceMillis);
  if (child.connected) child.disconnect();
  else child.kill('SIGKILL');
  await exited;
  clearTimeout(patience);
};

export const startFunctionProcess = (options: FunctionProcessOptions): FunctionProcess => {
  const child = fork(options.script, [], {
    cwd: options.workingDirectory,
    env: { ...options.environment },
    // Not the twin's own: they load TypeScript.
    execArgv: [],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  if (child.stdout !== null) readLines(child.stdout, options.writeLog);
  if (child.stderr !== null) readLines(child.stderr, options.writeLog);

  const waiting = new Map<string, (outcome: InvocationOutcome) => void>();
  let ended: InvocationError | null = null;
  const waitingForClock = new Set<() => void>();
  const clockIsSet = (): void => {
    for (const resolve of waitingForClock) resolve();
    waitingForClock.clear();
  };
  const settle = (requestId: string, outcome: InvocationOutcome): void => {
    // Absent for an invocation that has timed out: its late answer is dropped.
    waiting.get(requestId)?.(outcome);
    waiting.delete(requestId);
  };
  const failAll = (error: InvocationError): void => {
    ended ??= error;
    for (const requestId of [...waiting.keys()]) settle(requestId, { error: ended });
    clockIsSet();
  };

  const loaded = new Promise<void>((resolve) => {
    child.on('message', (raw) => {
      const message = raw as RuntimeMessage;
      switch (message.type) {
        case 'loaded':
          resolve();
          break;
        case 'load-failed':
          failAll(message.error);
          resolve();
          void end(child);
          break;
        case 'clock-set':
          clockIsSet();
          break;
        case 'result':
          settle(message.requestId, { payload: message.payload });
          break;
        case 'failed':
          settle(message.requestId, { error: message.error });
          break;
      }
    });
    child.once('exit', (code, signal) => {
      failAll(exitError(code, signal));
      resolve();
    });
    child.once('error', () => {
      failAll(exitError(child.exitCode, 'none: the process could not be started'));
      resolve();
    });
  });

  return {
    isAlive: () => ended === null && child.connected,
    loaded,
    invoke: async (message) => {
      await loaded;
      return new Promise((resolve) => {
        if (ended !== null) {
          resolve({ error: ended });
          return;
        }
        const timeoutMillis = message.deadlineEpochMillis - Date.now();
        const timer = setTimeout(() => {
          settle(message.requestId, { error: timedOut(message, timeoutMillis) });
        }, timeoutMillis);
        waiting.set(message.requestId, (outcome) => {
          clearTimeout(timer);
          resolve(outcome);
        });
        child.send(message, (error) => {
          if (error !== null) failAll(exitError(child.exitCode, child.signalCode));
        });
      });
    },
    setClockAhead: async (aheadMillis) => {
      await loaded;
      if (ended !== null) return;
      await new Promise<void>((resolve) => {
        waitingForClock.add(resolve);
        child.send({ type: 'clock', aheadMillis } satisfies ClockMessage, (error) => {
          if (error !== null) failAll(exitError(child.exitCode, child.signalCode));
        });
      });
    },
    stop: () => {
      failAll(exitError(null, 'stopped'));
      return end(child);
    },
  };
};
