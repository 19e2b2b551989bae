/** What scripts and tools may rely on: where the twin is, and what it is called. */
import { writeDurably } from './state/durable-file.ts';

export interface ClientEndpoint {
  readonly clientId: string;
  /** Absent for a public client. */
  readonly clientSecret?: string;
  /** Absent for a client that people sign in with. */
  readonly scopes?: readonly string[];
}

export const clientNames = ['app', 'cli', 'service', 'batch', 'audit', 'operator'] as const;
export type ClientName = (typeof clientNames)[number];

export interface Endpoints {
  readonly api: string;
  readonly console: string;
  readonly aws: string;
  readonly region: string;
  readonly accountId: string;
  readonly userPoolId: string;
  readonly issuer: string;
  readonly clients: Readonly<Record<ClientName, ClientEndpoint>>;
  readonly tokenEndpoint: string;
  readonly identityPoolId: string;
  readonly developerProvider: string;
  readonly bucket: string;
  /** Where the copy of the ledger is; absent where the deployment makes none. */
  readonly ledgerBucket?: string;
  readonly table: string;
  /** By name: `issue-credentials`. */
  readonly stateMachines: Readonly<Record<string, string>>;
  /** The twin's private JWK set. */
  readonly signingKeysFile: string;
  readonly adminCredentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly pid: number;
}

/** Mode 0600: it holds the clients' secrets and the administrator's key. */
export const writeEndpoints = (file: string, endpoints: Endpoints): Promise<void> =>
  writeDurably(file, `${JSON.stringify(endpoints, null, 2)}\n`);
