import type { Manifest } from '../../core/batches/batch.ts';
import { manifestCounter } from '../../core/batches/manifest-lines.ts';
import { manifestOf } from '../../core/batches/manifest-key.ts';
import type { BatchPorts } from './ports.ts';

export interface CountSubjectsInput {
  readonly batchId: string;
  readonly client: string;
  readonly manifest: Manifest;
}

/**
 * Reads the whole manifest once before anything is minted: is it of its shape, and how long?
 * @throws Batch.ManifestInvalid, Batch.ManifestMissing, Batch.ManifestRefused, Upstream.*
 */
export const countSubjects = async (
  ports: Pick<BatchPorts, 'batches' | 'manifests'>,
  { batchId, client, manifest }: CountSubjectsInput,
): Promise<{ readonly total: number }> => {
  const { key, format } = manifestOf(client, manifest.key, manifest.format);
  const counter = manifestCounter(format);
  for await (const line of ports.manifests.lines(key)) counter.take(line);
  const total = counter.total();
  await ports.batches.writeTotal(batchId, total);
  return { total };
};
