import { doneOf } from '../../core/batches/batch.ts';
import { isErrorName } from '../../core/errors.ts';
import { nowEpochSecondsOf, type BatchPorts } from './ports.ts';

export interface CloseBatchInput {
  readonly batchId: string;
  readonly run: number;
  /** What ended the run; `-` when every subject was reached. */
  readonly error: string;
}

/**
 * Ends a run: counts the outcomes themselves, because a count that was kept in passing may have missed one.
 * A batch that was cancelled meanwhile stays cancelled.
 */
export const closeBatch = async (
  ports: Pick<BatchPorts, 'batches' | 'clock'>,
  { batchId, run, error }: CloseBatchInput,
): Promise<{ readonly done: number }> => {
  const counts = await ports.batches.countOutcomes(batchId);
  const hasFailed = error !== '-';
  await ports.batches.end(
    { batchId, run },
    {
      status: hasFailed ? 'FAILED' : 'SUCCEEDED',
      reason: hasFailed ? reasonOf(error) : null,
      endedAtEpochSeconds: nowEpochSecondsOf(ports),
      counts,
    },
  );
  return { done: doneOf(counts) };
};

const reasonOf = (error: string): string => {
  if (isErrorName(error)) return error;
  return error === 'States.ItemReaderFailed' ? 'Batch.ManifestInvalid' : 'Upstream.Unavailable';
};
