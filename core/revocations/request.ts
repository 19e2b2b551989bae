import { StepkeyError } from '../errors.ts';
import type { Clock } from '../ports.ts';
import type { RevocationRecords, RevokeMachine } from './ports.ts';
import {
  statusOf,
  type RevocationRecord,
  type RevocationTarget,
  type RevokeInput,
} from './revocation.ts';

/** What somebody wants revoked. The same order under the same id is the same revocation. */
export interface RevocationOrder extends Pick<
  RevocationRecord,
  'revocationId' | 'target' | 'reason' | 'requestedBy' | 'requestedByClient' | 'suspends' | 'denies'
> {
  readonly target: RevocationTarget;
}

/**
 * Records a revocation and starts the execution that carries it out. Where the start fails, the record stays as
 * `requested`, and repeating the order starts it.
 * @throws Request.KeyReused when another order is on record under this id; Upstream.*
 */
export const requestRevocation = async (
  ports: {
    readonly records: Pick<RevocationRecords, 'create'>;
    readonly machine: RevokeMachine;
    readonly clock: Clock;
  },
  order: RevocationOrder,
): Promise<RevocationRecord> => {
  const record = await ports.records.create({
    ...order,
    requestedAtEpochMillis: ports.clock.nowEpochMillis(),
    cutOffEpochSeconds: null,
    refusedAtEpochSeconds: null,
    purgedAtEpochSeconds: null,
    purgedEntries: null,
    deniedAtEpochSeconds: null,
    denialForm: null,
    denialNeededUntilEpochSeconds: null,
    denialRemovedAtEpochSeconds: null,
    restoreRequestedAtEpochSeconds: null,
    restoreRequestedBy: null,
    restoredAtEpochSeconds: null,
    failure: null,
  });
  if (!isSameOrder(record, order)) throw new StepkeyError('Request.KeyReused');
  if (statusOf(record) === 'requested') {
    await ports.machine.start(inputOf('revoke', record), record.revocationId);
  }
  return record;
};

/**
 * Notes that a revocation is to be restored and starts the execution that does it; one that failed is tried again.
 * @returns null where there is no such revocation
 * @throws Upstream.*
 */
export const requestRestoration = async (
  ports: {
    readonly records: Pick<RevocationRecords, 'requestRestore'>;
    readonly machine: RevokeMachine;
    readonly clock: Clock;
  },
  revocationId: string,
  requestedBy: string,
): Promise<RevocationRecord | null> => {
  const nowEpochMillis = ports.clock.nowEpochMillis();
  const record = await ports.records.requestRestore(revocationId, {
    requestedBy,
    atEpochSeconds: Math.floor(nowEpochMillis / 1000),
  });
  if (record === null) return null;
  if (record.restoredAtEpochSeconds !== null) return record;
  const name = `${revocationId}-restore`;
  await ports.machine.start(
    inputOf('restore', record),
    record.failure === null ? name : `${name}-${String(nowEpochMillis)}`,
  );
  return record;
};

const inputOf = (
  action: RevokeInput['action'],
  { revocationId, target, suspends, denies }: RevocationRecord,
): RevokeInput => ({ action, revocationId, target, suspends, denies });

const isSameOrder = (record: RevocationOrder, order: RevocationOrder): boolean =>
  record.target.kind === order.target.kind &&
  record.target.name === order.target.name &&
  record.reason === order.reason &&
  record.requestedBy === order.requestedBy &&
  record.suspends === order.suspends;
