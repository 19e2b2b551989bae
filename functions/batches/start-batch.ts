import type * as z from '../../core/zod.ts';
import type { Batch, Manifest } from '../../core/batches/batch.ts';
import { batchPrefixOf, manifestOf } from '../../core/batches/manifest-key.ts';
import { warrantOf } from '../../core/batches/warrant.ts';
import type { batchRequest } from '../../core/contracts/batch-requests.ts';
import type { Caller } from '../../core/contracts/caller.ts';
import { StepkeyError } from '../../core/errors.ts';
import { refuseUnlessMayStart } from './may-start.ts';
import { nowEpochSecondsOf, type BatchContext, type BatchPorts } from './ports.ts';

type BatchRequest = z.infer<typeof batchRequest>;

/**
 * Starts a batch, once per idempotency key: the same request under the same key is the same batch, whatever
 * has become of it since.
 * @param idempotencyKey null where the client gave none
 * @throws Request.KeyReused for another request under the key; Batch.ManifestRefused; what `refuseUnlessMayStart` throws
 */
export const startBatch = async (
  ports: BatchPorts,
  context: BatchContext,
  caller: Caller,
  request: BatchRequest,
  idempotencyKey: string | null,
): Promise<Batch> => {
  await refuseUnlessMayStart(ports, context, caller, request.grant);
  const batchId =
    idempotencyKey === null
      ? ports.ids.next()
      : context.digest.sha256Hex(`${caller.client}\n${idempotencyKey}`).slice(0, 32);
  const list = request.subjects === undefined ? null : listOf(request.subjects);
  const manifest: Manifest =
    list === null
      ? manifestOf(caller.client, request.manifest?.key ?? '', request.manifest?.format ?? null)
      : {
          // Named by what it says, so that another request under the same key cannot replace it.
          key: `${batchPrefixOf(caller.client)}inline/${batchId}-${context.digest.sha256Hex(list).slice(0, 16)}.jsonl`,
          format: 'jsonl',
        };
  const batch: Batch = {
    batchId,
    client: caller.client,
    grant: request.grant,
    requestSha256: context.digest.sha256Hex(
      JSON.stringify([request.grant, request.subjects ?? null, manifest]),
    ),
    manifest,
    status: 'RUNNING',
    run: 1,
    total: null,
    counts: { minted: 0, cached: 0, denied: 0, failed: 0 },
    reason: null,
    startedAtEpochSeconds: nowEpochSecondsOf(ports),
    endedAtEpochSeconds: null,
  };
  // Before the row: a batch that is there has its list, and can be resumed.
  if (list !== null) await ports.manifests.write(manifest.key, list);
  const present = await ports.batches.add(batch);
  if (present !== null) {
    if (present.requestSha256 === batch.requestSha256) return present;
    throw new StepkeyError('Request.KeyReused');
  }
  await runBatch(ports, context, caller, batch);
  return batch;
};

/** Each subject once, a line for each. */
const listOf = (subjects: readonly string[]): string =>
  `${[...new Set(subjects)].map((subject) => JSON.stringify({ subject })).join('\n')}\n`;

/** Seals the warrant and starts the run. What cannot be started is marked as failed, so that it can be resumed. */
export const runBatch = async (
  ports: BatchPorts,
  context: BatchContext,
  caller: Caller,
  batch: Batch,
): Promise<void> => {
  const { batchId, run, client, grant, manifest } = batch;
  const now = nowEpochSecondsOf(ports);
  try {
    const warrant = warrantOf(caller, batch, now + context.warrantSeconds);
    const sealedWarrant = await ports.sealer.seal('warrant', '-', JSON.stringify(warrant));
    await ports.machine.start({ batchId, run, client, grant, sealedWarrant, manifest });
  } catch (error) {
    const reason = error instanceof StepkeyError ? error.name : 'Config.Invalid';
    await ports.batches.end(batch, {
      status: 'FAILED',
      reason,
      endedAtEpochSeconds: now,
      counts: null,
    });
    throw error;
  }
};
