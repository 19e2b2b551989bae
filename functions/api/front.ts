import type {
  Clock,
  CredentialStore,
  IssueMachine,
  KnownState,
  Ledger,
  Sealer,
  Timer,
  UserDirectory,
} from '../../core/ports.ts';
import type { DecisionContext } from '../../core/grants/decide.ts';
import type { AuthenticatedRequest, HttpContext, HttpPorts } from '../http/route.ts';
import type { Flights } from './flights.ts';

/** What the front may reach. */
export interface FrontPorts extends HttpPorts {
  readonly timer: Timer;
  readonly users: UserDirectory;
  readonly sealer: Pick<Sealer, 'seal' | 'open'>;
  readonly store: CredentialStore;
  readonly ledger: Ledger;
  readonly machine: IssueMachine;
  readonly flights: Flights;
}

/** The deployment, as the front knows it. */
export interface FrontContext extends HttpContext, DecisionContext {
  readonly identityMode: 'linked' | 'developer';
  /** Members see every rule that a decision tried. */
  readonly auditGroup: string;
}

export type FrontRequest = AuthenticatedRequest;

/** Whether an execution is minting this entry now; a lease that has run out is none. */
export const isLeased = (known: KnownState, clock: Clock): boolean =>
  (known.leaseUntilEpochMillis ?? 0) > clock.nowEpochMillis();

export const nowEpochSeconds = (clock: Clock): number => Math.floor(clock.nowEpochMillis() / 1000);
