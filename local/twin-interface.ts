/** What a twin is started with, and what it offers to those who started it. */
import type { LogEntry } from './admin-calls.ts';
import type { DeployedStacks } from './deploy/deploy.ts';
import type { Endpoints } from './endpoints.ts';
import type { StreamRecord } from './services/dynamodb/streams.ts';
import type { KeyVault } from './state/keys.ts';
import type { ServicesOptions, TwinServices } from './twin-services.ts';

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
   * every function runs so much ahead of the machine's clock until the twin stops. Timers keep their pace, but
   * a state machine's Wait ends by the clock.
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
