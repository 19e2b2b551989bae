import { doneOf, isPartial, type Batch } from '../../core/batches/batch.ts';
import { timeOf } from '../../core/contracts/time.ts';
import type { BatchAnswer } from '../../core/contracts/batch-answers.ts';

export const batchAnswerOf = (batch: Batch): BatchAnswer => ({
  batchId: batch.batchId,
  grant: batch.grant,
  client: batch.client,
  status: statuses[batch.status],
  partial: isPartial(batch),
  ...(batch.reason === null ? {} : { reason: batch.reason }),
  progress: { total: batch.total, done: doneOf(batch.counts) },
  counts: batch.counts,
  startedAt: timeOf(batch.startedAtEpochSeconds),
  ...(batch.endedAtEpochSeconds === null ? {} : { endedAt: timeOf(batch.endedAtEpochSeconds) }),
});

const statuses = {
  RUNNING: 'running',
  SUCCEEDED: 'succeeded',
  FAILED: 'failed',
  CANCELLED: 'cancelled',
} as const;
