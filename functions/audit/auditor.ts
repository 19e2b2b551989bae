import type { Reach } from '../../core/contracts/reach-answer.ts';
import type { ExecutionLog } from '../../core/ledger/execution-log.ts';
import type { LedgerReader } from '../../core/ledger/reader.ts';
import type { CredentialStore, Digest } from '../../core/ports.ts';
import type { HttpContext, HttpPorts } from '../http/route.ts';

/** What the ledger's API may reach: nothing that writes, seals or opens. */
export interface AuditPorts extends HttpPorts {
  readonly reader: LedgerReader;
  readonly executionLog: ExecutionLog;
  readonly digest: Digest;
  /** Says whether who reads was revoked. */
  readonly store: Pick<CredentialStore, 'read'>;
  /** Told who reads what: an auditor's own work leaves a trace, in the function's log. */
  readonly readLog: (fields: Readonly<Record<string, unknown>>) => void;
}

export interface AuditContext extends HttpContext {
  /** Who can get what by the grants of this deployment. */
  readonly reach: Reach;
  /** Who can get to one object; null for a text that names none. */
  readonly reachOfObject: (object: string) => Reach | null;
}
