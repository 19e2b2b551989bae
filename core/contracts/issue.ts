import type { Door } from './caller.ts';

/** What was presented: a token at one of the doors, or the warrant of a batch. */
export type IssueDoor = Door | 'warrant';

/** What the front hands the state machine. The machine decides again from the sealed token; the rest only narrows. */
export interface IssueInput {
  /** `identity` registers the subject and stops before anything is minted. */
  readonly kind: 'credentials' | 'identity';
  readonly door: IssueDoor;
  /** Sealed for `caller-token`; at the door `warrant`, for `warrant`. */
  readonly sealedToken: string;
  /** For whom a machine asks, as it spelled the subject; null when the token's own subject asks. */
  readonly onBehalfOf: string | null;
  /** As the front resolved it from the caller's wish; null for `identity`. */
  readonly grant: string | null;
  readonly roleArn: string | null;
  /** Whose budget of developer-identity calls is spent. */
  readonly class: 'interactive' | 'batch';
  /** How much more life than the grant's minimum an entry needs to be served: > 0 for a refresh ahead of need. */
  readonly refreshAheadSeconds: number;
  /** A cached session that the front could not open; `-` for none. */
  readonly unusableSessionId: string;
  /** The front has started nothing that mints for a while: what it needs last is asked to wake up. Absent, it is not. */
  readonly isAfterIdle?: boolean;
}

/** What the state machine answers when it succeeds. */
export type IssueOutcome =
  | {
      readonly outcome: 'issued';
      readonly source: 'minted' | 'cache';
      readonly sessionId: string;
      readonly issuanceId: string;
      /** Sealed for `credentials`; only the front may open it. */
      readonly sealedSession: string;
    }
  /** Another execution holds the lease, or has minted since. */
  | { readonly outcome: 'in-progress' }
  | { readonly outcome: 'identity'; readonly identityId: string; readonly linked: boolean };
