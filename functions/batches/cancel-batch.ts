import type { Batch } from '../../core/batches/batch.ts';
import type { Caller } from '../../core/contracts/caller.ts';
import { findOwnBatch } from './find-batch.ts';
import { nowEpochSecondsOf, type BatchPorts } from './ports.ts';

/**
 * Ends a batch; one that has ended stays as it is. Credentials that were minted stay in the cache.
 * @throws Request.NotFound, Upstream.*
 */
export const cancelBatch = async (
  ports: BatchPorts,
  caller: Caller,
  batchId: string,
): Promise<Batch> => {
  const batch = await findOwnBatch(ports, caller, batchId);
  if (batch.status === 'SUCCEEDED' || batch.status === 'FAILED') return batch;
  // Marked first: the machine's own end finds the mark and leaves it.
  if (batch.status === 'RUNNING') {
    await ports.batches.end(batch, {
      status: 'CANCELLED',
      reason: null,
      endedAtEpochSeconds: nowEpochSecondsOf(ports),
      counts: null,
    });
  }
  // Also of one that is marked: whoever marked it may not have come to stop it.
  await ports.machine.stop(batch);
  return (await ports.batches.read(batchId)) ?? batch;
};
