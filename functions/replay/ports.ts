import type { Chain } from '../../core/ledger/append.ts';
import type { FailedRecords } from '../../core/ledger/failed-record.ts';
import type { LedgerReader } from '../../core/ledger/reader.ts';
import type { CredentialStore, Digest, EventBus } from '../../core/ports.ts';
import type { HttpPorts } from '../http/route.ts';

export interface ReplayFunctionPorts extends HttpPorts {
  readonly reader: Pick<LedgerReader, 'readChain' | 'readHeads' | 'readRecord'>;
  readonly chain: Chain;
  readonly failed: Pick<FailedRecords, 'receive' | 'remove'>;
  readonly bus: EventBus;
  readonly digest: Digest;
  readonly store: Pick<CredentialStore, 'read'>;
  /** Notes who had what told again. */
  readonly note: (message: string, fields: Readonly<Record<string, unknown>>) => void;
}
