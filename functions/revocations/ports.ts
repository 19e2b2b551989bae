import type { CredentialStore, Digest } from '../../core/ports.ts';
import type { RevocationRecords, RevokeMachine } from '../../core/revocations/ports.ts';
import type { HttpContext, HttpPorts } from '../http/route.ts';

export interface RevocationsPorts extends HttpPorts {
  readonly records: RevocationRecords;
  readonly machine: RevokeMachine;
  readonly store: Pick<CredentialStore, 'read'>;
  readonly digest: Digest;
}

export interface RevocationsContext extends HttpContext {
  /** The names that may be revoked: an unknown one would look revoked and be nothing. */
  readonly clientNames: ReadonlySet<string>;
  readonly grantNames: ReadonlySet<string>;
}
