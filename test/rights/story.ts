import type { OpenTwin } from '../../local/twin.ts';
import type { Interceptor } from '../../local/aws.ts';
import type { Tokens } from '../support/twin/people.ts';

/**
 * A small sequence of real requests that tells what must work, or what must be refused. It throws, as an
 * assertion does, when it meets something else. For each mutant of the deployed policies at least one story must.
 */
export interface Story {
  readonly title: string;
  readonly tell: (stage: Stage) => Promise<void>;
}

/** A file of stories exports one list of them, by whatever name. */
export type Stories = readonly Story[];

/** What a story acts with. The table is empty when a story begins; hooks last until its end. */
export interface Stage {
  readonly twin: OpenTwin;
  /** Who is signed in for the whole run: the demonstration's people. */
  readonly people: Readonly<Record<Person, Tokens>>;
  /** Calls AWS with the rights of a function's or a machine's role. */
  readonly as: (owner: Owner) => Call;
  /** Calls AWS with credentials that were handed out. */
  readonly with: (credentials: HandedOut) => Promise<Call>;
  /** Calls AWS as the account's administrator. */
  readonly admin: Call;
  /** Rejects unless the call is refused for want of rights: nothing else counts, and success least of all. */
  readonly refused: (call: Promise<unknown>) => Promise<void>;
  /**
   * Reads again and again. What may not do its work may never come: rejects when the telling's patience is at its end,
   * which is long where no right is missing.
   */
  readonly until: <T>(read: () => Promise<T>, isThere: (found: T) => boolean) => Promise<T>;
  /** All rows of a partition, by strong read. */
  readonly rows: (partitionKey: string) => Promise<readonly Row[]>;
  /** Before the call reaches its service; may throw an AwsError, or wait. */
  readonly beforeCall: (act: Interceptor) => void;
  /** Once, when a machine is about to enter the named state. */
  readonly onEnter: (state: string, act: () => Promise<unknown>) => void;
  /** Ends a function's process and starts another, as Lambda does now and then. */
  readonly restart: (functionName: string) => Promise<void>;
  /** A token that verifies as an identity pool's, whatever it says. */
  readonly signPoolToken: (claims: Record<string, unknown>) => Promise<string>;
}

/** Whose role is meant, by kind and name: `function stepkey-revoke` is another than `machine stepkey-revoke`. */
export type Owner = `function ${string}` | `machine ${string}`;

export type Person = 'alice' | 'bob' | 'carol' | 'frank' | 'audrey' | 'oscar';

export type Call = (
  service: string,
  operation: string,
  input: Record<string, unknown>,
) => Promise<Record<string, unknown>>;

export type Row = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** As the API answers it. */
export interface HandedOut {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}
