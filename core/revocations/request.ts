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

/** In which an execution that is under way has ended or failed, and a failing service may answer again. */
const firstPatienceSeconds = 120;
const longestPatienceSeconds = 6 * 3600;
/** By when an execution is in force or has recorded its failure, with every retry of every state; twice as long. */
const deadAfterSeconds = 2 * 3600;

/**
 * Starts a revocation that failed, or was never started, once more: after two minutes, and then after as long again as
 * it has taken so far, six hours at most. Each failure is answered once, however often this is called; an execution that
 * ended without a word, as when the table did not take its failure either, is followed by another every two hours.
 * @param sinceEpochSeconds when it was asked for, or failed last
 * @returns whether it was time
 * @throws Upstream.*
 */
export const retryUnfinished = async (
  ports: { readonly machine: RevokeMachine; readonly clock: Clock },
  record: RevocationRecord,
  sinceEpochSeconds: number,
): Promise<boolean> => {
  const { revocationId, restoreRequestedAtEpochSeconds: restoreRequestedAt } = record;
  const askedAt = restoreRequestedAt ?? Math.floor(record.requestedAtEpochMillis / 1000);
  const patienceSeconds = Math.min(
    longestPatienceSeconds,
    Math.max(firstPatienceSeconds, sinceEpochSeconds - askedAt),
  );
  const nowEpochSeconds = Math.floor(ports.clock.nowEpochMillis() / 1000);
  const dueAtEpochSeconds = sinceEpochSeconds + patienceSeconds;
  if (nowEpochSeconds < dueAtEpochSeconds) return false;
  const action = restoreRequestedAt === null ? 'revoke' : 'restore';
  // The first execution began when it was asked for; the one that answers a failure begins now.
  const begunAtEpochSeconds = record.failure === null ? sinceEpochSeconds : dueAtEpochSeconds;
  const silentPeriods = Math.floor((nowEpochSeconds - begunAtEpochSeconds) / deadAfterSeconds);
  const name = [
    ...(action === 'revoke' ? [revocationId] : [revocationId, 'restore']),
    ...(record.failure === null ? [] : [String(sinceEpochSeconds)]),
    // One that is under way has the name before it, so that it is not started beside itself.
    ...(silentPeriods > 0 ? ['silent', String(silentPeriods)] : []),
  ].join('-');
  await ports.machine.start(inputOf(action, record), name);
  return true;
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
