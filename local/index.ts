/** `stepkey/local`: the twin, for a user's own test suite. */
import type { AppTwin, AppTwinOptions } from './app-twin-interface.ts';
import { startAppTwin as startApp } from './app-twin.ts';
import type { Endpoints } from './endpoints.ts';
import { startTwin as start } from './twin.ts';

export interface TwinOptions {
  /** Where users, records and keys are kept over restarts, which needs the package `level`; null, the default, keeps nothing. */
  readonly stateDirectory?: string | null;
  /** Of the broker's API; 0, the default, for any free port. */
  readonly port?: number;
  /** Of the AWS endpoint; 0, the default, for any free port. */
  readonly awsPort?: number;
  /** `demo`, the default, makes alice, bob and the others of docs/twin.md; `none` leaves the user pool empty. */
  readonly users?: 'demo' | 'none';
  /** Told of each step of the start as it begins. */
  readonly onProgress?: (step: string) => void;
  /** Told of denied calls and of faults; no secrets are in a line. */
  readonly log?: (line: string) => void;
}

export interface TwinLogEntry {
  /** In milliseconds since 1970. */
  readonly timestamp: number;
  readonly message: string;
}

export interface Twin {
  readonly endpoints: Endpoints;
  /**
   * A call as the account's administrator, such as `call('cognito-idp', 'AdminCreateUser', { … })`.
   * Rejects with AWS's error for it.
   */
  readonly call: (
    service: string,
    operation: string,
    input: Record<string, unknown>,
  ) => Promise<Record<string, unknown>>;
  /** Everything that a log group holds, oldest first. */
  readonly readLog: (logGroup: string) => Promise<readonly TwinLogEntry[]>;
  /**
   * Moves time on, so that sessions and tokens of their real length run out in a test: `Date` of this process and of
   * every function runs so much ahead of the machine's clock until the twin stops. Timers keep their pace, but
   * a state machine's Wait ends by the clock.
   */
  readonly setClockAhead: (aheadMillis: number) => Promise<void>;
  /** Resolves when nothing of it runs any more. */
  readonly stop: () => Promise<void>;
}

export type { Endpoints };

export type { AppTwin, AppTwinOptions };

/** Runs an app of one's own, as it was synthesized. Its user pools have nobody: make people with `call`. */
export const startAppTwin = ({
  assembly,
  stateDirectory = null,
  port = 0,
  awsPort = 0,
  onProgress = () => undefined,
  log = () => undefined,
}: AppTwinOptions): Promise<AppTwin> =>
  startApp({ assembly, stateDirectory, port, awsPort, onProgress, log });

/**
 * Resolves when everything is deployed and every function is loaded. Binds 127.0.0.1 only.
 * Rejects where a port is taken (`EADDRINUSE`) or the state cannot be used, with nothing left running.
 */
export const startTwin = async ({
  stateDirectory = null,
  port = 0,
  awsPort = 0,
  users = 'demo',
  onProgress,
  log,
}: TwinOptions = {}): Promise<Twin> => {
  const { endpoints, call, readLog, setClockAhead, stop } = await start({
    stateDirectory,
    port,
    awsPort,
    users,
    ...(onProgress === undefined ? {} : { onProgress }),
    ...(log === undefined ? {} : { log }),
  });
  return { endpoints, call, readLog, setClockAhead, stop };
};
