import type { APIGatewayProxyResult } from 'aws-lambda';
import type { Caller } from '../../core/contracts/caller.ts';
import type { RefusalBasis } from '../../core/grants/refusal.ts';
import type { Clock, IdSource, Ledger, Meter, TokenVerifier } from '../../core/ports.ts';
import type { AuthenticationContext } from '../../core/token/authenticate.ts';
import type { HttpRequest } from './http-request.ts';

/** What every function behind the gateway needs. */
export interface HttpPorts {
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly verifier: TokenVerifier;
  readonly ledger: Pick<Ledger, 'recordDenial'>;
  readonly meter: Meter;
}

export interface HttpContext extends AuthenticationContext {
  /** Origins of browsers that may read answers. */
  readonly corsOrigins: readonly string[];
  readonly version: string;
}

/** A verified request: who asks, with which token, for whom, and until when an answer is of use. */
export interface AuthenticatedRequest {
  /** The subject, in whose name everything is decided; where nobody acts on its behalf, who presented the token. */
  readonly caller: Caller;
  /** The subject as a machine named it; null where the presenter asks for itself. */
  readonly onBehalfOf: string | null;
  readonly token: string;
  readonly deadlineEpochMillis: number;
}

/** A request whose parameters were read. */
export interface Prepared<Ports, Context> {
  /** As asked for, for the record of a denial; null when none was named. */
  readonly grant: string | null;
  /** The subject that the request names; by default it names none. */
  readonly onBehalfOf?: string | null;
  /**
   * Establishes for whom the request is, before it runs; by default for who presented the token.
   * @throws every refusal of `resolveSubject`
   */
  readonly callerOf?: (
    ports: Ports,
    context: Context,
    presenter: Caller,
    onBehalfOf: string | null,
  ) => Promise<Caller>;
  /** What a refusal of that caller rests on, for its record; by default nothing but its name. */
  readonly basisOfRefusal?: (context: Context, caller: Caller) => RefusalBasis;
  readonly run: (
    ports: Ports,
    context: Context,
    request: AuthenticatedRequest,
  ) => Promise<APIGatewayProxyResult>;
}

/**
 * Reads a request's parameters before anything is done with them.
 * @throws Request.* for parameters that are not of the documented shape
 */
type Prepare<Ports, Context> = (request: HttpRequest) => Prepared<Ports, Context>;

/** Keyed as the gateway names them: method and path template. */
export type Routes<Ports, Context> = Readonly<Record<string, Prepare<Ports, Context>>>;
