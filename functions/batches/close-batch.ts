import * as z from '../../core/zod.ts';
import { doneOf } from '../../core/batches/batch.ts';
import { isErrorName } from '../../core/errors.ts';
import { nowEpochSecondsOf, type BatchPorts } from './ports.ts';

export interface CloseBatchInput {
  readonly batchId: string;
  readonly run: number;
  /** Key of the manifest that the Map wrote of its children; `-` where it did not come to that. */
  readonly report: string;
  /** What ended the run; `-` when the Map came to its end. */
  readonly error: string;
}

/**
 * Ends a run: counts the outcomes themselves, because a count that was kept in passing may have missed one.
 * A batch that was cancelled meanwhile stays cancelled.
 * @returns `error`: what ended the run; `-` when every subject was reached
 * @throws Batch.ManifestMissing when the Map's manifest is not there; Upstream.*
 */
export const closeBatch = async (
  ports: Pick<BatchPorts, 'batches' | 'clock' | 'manifests'>,
  { batchId, run, report, error: told }: CloseBatchInput,
): Promise<{ readonly done: number; readonly error: string }> => {
  const counts = await ports.batches.countOutcomes(batchId);
  // A child that died left no outcome: without it the batch would seem to have had one subject less.
  const isWhole = told !== '-' || (await hasReachedAll(ports, report));
  const error = isWhole ? told : 'Upstream.Unavailable';
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
  return { done: doneOf(counts), error };
};

const manifestSchema = z.object({
  ResultFiles: z.object({
    FAILED: z._default(z.array(z.unknown()), []),
    PENDING: z._default(z.array(z.unknown()), []),
  }),
});

/** @see Step Functions Developer Guide, ResultWriter: the contents of manifest.json */
const hasReachedAll = async (
  { manifests }: Pick<BatchPorts, 'manifests'>,
  report: string,
): Promise<boolean> => {
  let text = '';
  for await (const line of manifests.lines(report)) text += `${line}\n`;
  const { FAILED, PENDING } = manifestSchema.parse(JSON.parse(text)).ResultFiles;
  return FAILED.length + PENDING.length === 0;
};

const reasonOf = (error: string): string => {
  if (isErrorName(error)) return error;
  return error === 'States.ItemReaderFailed' ? 'Batch.ManifestInvalid' : 'Upstream.Unavailable';
};
