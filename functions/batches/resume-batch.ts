import { isPartial, type Batch } from '../../core/batches/batch.ts';
import type { Caller } from '../../core/contracts/caller.ts';
import { StepkeyError } from '../../core/errors.ts';
import { findOwnBatch, settle } from './find-batch.ts';
import { refuseUnlessMayStart } from './may-start.ts';
import { nowEpochSecondsOf, type BatchContext, type BatchPorts } from './ports.ts';
import { runBatch } from './start-batch.ts';

/**
 * Runs a batch again, with the present token: subjects with an answer keep it, those that failed or were never
 * reached are tried. Nothing is minted twice, because what lies in the cache is taken from there.
 * @throws Batch.NotResumable while it runs, or when nothing is left to do
 * @throws Request.NotFound, and what `refuseUnlessMayStart` throws
 */
export const resumeBatch = async (
  ports: BatchPorts,
  context: BatchContext,
  caller: Caller,
  batchId: string,
): Promise<Batch> => {
  const batch = await settle(ports, await findOwnBatch(ports, caller, batchId));
  if (!isPartial(batch)) throw new StepkeyError('Batch.NotResumable');
  await refuseUnlessMayStart(ports, context, caller, batch.grant);
  const now = nowEpochSecondsOf(ports);
  if (!(await ports.batches.restart(batch, now))) throw new StepkeyError('Batch.NotResumable');
  const next: Batch = {
    ...batch,
    status: 'RUNNING',
    run: batch.run + 1,
    reason: null,
    startedAtEpochSeconds: now,
    endedAtEpochSeconds: null,
  };
  await runBatch(ports, context, caller, next);
  return next;
};
