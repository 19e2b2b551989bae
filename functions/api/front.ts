import type {
  Clock,
  CredentialStore,
  IdSource,
  IssueMachine,
  KnownState,
  Ledger,
  Sealer,
  Timer,
  TokenVerifier,
} from '../../core/ports.ts';
import type { DecisionContext } from '../../core/grants/decide.ts';
import type { Caller } from '../../core/contracts/caller.ts';
import type { AuthenticationContext } from '../../core/token/authenticate.ts';
import type { Flights } from './flights.ts';

/** What the front may reach. */
export interface FrontPorts {
  readonly clock: Clock;
  readonly timer: Timer;
  readonly ids: IdSource;
  readonly verifier: TokenVerifier;
  readonly sealer: Sealer;
  readonly store: CredentialStore;
  readonly ledger: Ledger;
  readonly machine: IssueMachine;
  readonly flights: Flights;
}

/** The deployment, as the front knows it. */
export interface FrontContext extends AuthenticationContext, DecisionContext {
  readonly identityMode: 'linked' | 'developer';
  /** Members see every rule that a decision tried. */
  readonly auditGroup: string;
  /** Origins of browsers that may read answers. */
  readonly corsOrigins: readonly string[];
  readonly version: string;
}

/** A verified request: who asks, with which token, and until when an answer is of use. */
export interface FrontRequest {
  readonly caller: Caller;
  readonly token: string;
  readonly deadlineEpochMillis: number;
}

/** Whether an execution is minting this entry now; a lease that has run out is none. */
export const isLeased = (known: KnownState, clock: Clock): boolean =>
  (known.leaseUntilEpochMillis ?? 0) > clock.nowEpochMillis();

export const nowEpochSeconds = (clock: Clock): number => Math.floor(clock.nowEpochMillis() / 1000);
