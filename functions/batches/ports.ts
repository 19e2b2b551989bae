import type { BatchMachine, BatchStore, ManifestStore } from '../../core/batches/ports.ts';
import type { Grant } from '../../core/grants/grant.ts';
import type { CredentialStore, Digest, Sealer } from '../../core/ports.ts';
import type { HttpContext, HttpPorts } from '../http/route.ts';

export interface BatchPorts extends HttpPorts {
  readonly batches: BatchStore;
  readonly manifests: ManifestStore;
  readonly machine: BatchMachine;
  readonly sealer: Pick<Sealer, 'seal'>;
  readonly store: Pick<CredentialStore, 'read'>;
}

export interface BatchContext extends HttpContext {
  readonly grants: readonly Grant[];
  readonly digest: Digest;
  /** How long a batch may go on with what its token was good for. */
  readonly warrantSeconds: number;
}

export const nowEpochSecondsOf = ({ clock }: Pick<HttpPorts, 'clock'>): number =>
  Math.floor(clock.nowEpochMillis() / 1000);
