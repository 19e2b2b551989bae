import type { Batch } from '../../core/batches/batch.ts';
import type { Caller } from '../../core/contracts/caller.ts';
import { StepkeyError } from '../../core/errors.ts';
import { refuseRevokedCaller } from '../http/refuse-revoked-caller.ts';
import { requireActor } from './may-start.ts';
import { nowEpochSecondsOf, type BatchPorts } from './ports.ts';

/** So long a run may take from its row to its execution. */
const startingSeconds = 60;

/**
 * A batch of the caller's own; anybody else's is not there.
 * @throws Request.NotFound; Token.ScopeMissing; Subject.Revoked
 */
export const findOwnBatch = async (
  ports: BatchPorts,
  caller: Caller,
  batchId: string,
): Promise<Batch> => {
  requireActor(caller);
  await refuseRevokedCaller(ports, caller);
  const batch = await ports.batches.read(batchId);
  if (batch?.client !== caller.client) throw new StepkeyError('Request.NotFound');
  return batch;
};

/** A batch for the client that started it, or for an auditor. @throws as `findOwnBatch` */
export const findBatch = async (
  ports: BatchPorts,
  caller: Caller,
  batchId: string,
): Promise<Batch> => {
  if (!caller.scopes.includes('stepkey/audit')) return findOwnBatch(ports, caller, batchId);
  await refuseRevokedCaller(ports, caller);
  const batch = await ports.batches.read(batchId);
  if (batch === null) throw new StepkeyError('Request.NotFound');
  return batch;
};

/** The batch as it stands: a run whose execution ended without saying so has failed. */
export const settle = async (ports: BatchPorts, batch: Batch): Promise<Batch> => {
  const now = nowEpochSecondsOf(ports);
  if (batch.status !== 'RUNNING' || now < batch.startedAtEpochSeconds + startingSeconds) {
    return batch;
  }
  if ((await ports.machine.stateOf(batch)) === 'running') return batch;
  // It may have ended properly since the row was read.
  const present = (await ports.batches.read(batch.batchId)) ?? batch;
  if (present.status !== 'RUNNING' || present.run !== batch.run) return present;
  const end = {
    status: 'FAILED',
    reason: 'Upstream.Unavailable',
    endedAtEpochSeconds: now,
    counts: await ports.batches.countOutcomes(batch.batchId),
  } as const;
  await ports.batches.end(batch, end);
  return (await ports.batches.read(batch.batchId)) ?? present;
};
