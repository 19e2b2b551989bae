import { describe, expect, it } from '@jest/globals';
import type { Manifest } from '../../../../core/batches/batch.ts';
import { closeBatch } from '../../../../functions/batches/close-batch.ts';
import { countSubjects } from '../../../../functions/batches/count-subjects.ts';
import { batchesAtNoon } from '../../../support/callers-batches.ts';
import { nameOfFailure } from '../../../support/fakes/expect-failure.ts';

const key = 'batches/batch/today.csv';
const csv: Manifest = { key, format: 'csv' };

const report = 'batches/batch/results/1/manifest.json';
const reportOf = (files: object) =>
  JSON.stringify({ ResultFiles: { SUCCEEDED: [], FAILED: [], PENDING: [], ...files } });

const started = async () => {
  const world = batchesAtNoon();
  world.manifests.texts.set(report, reportOf({}));
  const { body } = await world.start({ grant: 'reports', manifest: { key } });
  return { ...world, batchId: body.batchId };
};

describe('counting the subjects', () => {
  it('notes how many there are', async () => {
    const { ports, manifests, batches, batchId } = await started();
    manifests.texts.set(key, 'name,subject\nx,alice\ny,bob\n');
    await countSubjects(ports, { batchId, client: 'batch', manifest: csv });
    expect(await batches.read(batchId)).toMatchObject({ total: 2 });
  });

  it.each(['batches/service/today.csv', 'batches/batch/../service/today.csv', 'ledger/today.csv'])(
    'looks at the key itself, whoever started the machine: %s [SEC-12]',
    async (other) => {
      const { ports, manifests, batchId } = await started();
      manifests.texts.set(other, 'subject\nalice\n');
      const input = { batchId, client: 'batch', manifest: { ...csv, key: other } };
      expect(await nameOfFailure(countSubjects(ports, input))).toBe('Batch.ManifestRefused');
      expect(manifests.reads).toEqual([]);
    },
  );

  it.each([
    ['is not there', null, 'Batch.ManifestMissing'],
    ['has no column subject', 'name\nalice\n', 'Batch.ManifestInvalid'],
  ])('fails where the list %s, and notes nothing', async (_, text, name) => {
    const { ports, manifests, batches, batchId } = await started();
    if (text !== null) manifests.texts.set(key, text);
    const input = { batchId, client: 'batch', manifest: csv };
    expect(await nameOfFailure(countSubjects(ports, input))).toBe(name);
    expect(await batches.read(batchId)).toMatchObject({ total: null });
  });
});

describe('closing a batch', () => {
  it('counts the outcomes themselves', async () => {
    const { ports, batches, batchId } = await started();
    const outcome = { outcome: 'minted', reason: null, sessionId: 's' } as const;
    for (const subject of ['a', 'b', 'c']) batches.putOutcome(batchId, { subject, ...outcome });
    expect(await closeBatch(ports, { batchId, run: 1, report, error: '-' })).toEqual({
      done: 3,
      error: '-',
    });
    expect(await batches.read(batchId)).toMatchObject({
      status: 'SUCCEEDED',
      total: 3,
      counts: { minted: 3, cached: 0, denied: 0, failed: 0 },
    });
  });

  it.each(['FAILED', 'PENDING'])(
    'is no success where the Map has executions that are %s: their subjects have no outcome',
    async (status) => {
      const { ports, batches, batchId, manifests } = await started();
      manifests.texts.set(report, reportOf({ [status]: [{ Key: 'k', Size: 1 }] }));
      expect(await closeBatch(ports, { batchId, run: 1, report, error: '-' })).toMatchObject({
        error: 'Upstream.Unavailable',
      });
      expect(await batches.read(batchId)).toMatchObject({
        status: 'FAILED',
        reason: 'Upstream.Unavailable',
      });
    },
  );

  it('ends nothing where the Map’s report is not there', async () => {
    const { ports, batches, batchId } = await started();
    const closed = closeBatch(ports, { batchId, run: 1, report: 'elsewhere', error: '-' });
    expect(await nameOfFailure(closed)).toBe('Batch.ManifestMissing');
    expect(await batches.read(batchId)).toMatchObject({ status: 'RUNNING' });
  });

  it.each([
    ['Batch.ManifestMissing', 'Batch.ManifestMissing'],
    ['States.ItemReaderFailed', 'Batch.ManifestInvalid'],
    ['States.Timeout', 'Upstream.Unavailable'],
    ['a-secret', 'Upstream.Unavailable'],
  ])('after %s names %s, of the catalogue', async (error, reason) => {
    const { ports, batches, batchId } = await started();
    await closeBatch(ports, { batchId, run: 1, report: '-', error });
    expect(await batches.read(batchId)).toMatchObject({ status: 'FAILED', reason });
  });

  it('of a run before the present one says nothing', async () => {
    const { ports, batches, batchId } = await started();
    await closeBatch(ports, { batchId, run: 1, report: '-', error: 'States.Timeout' });
    const batch = await batches.read(batchId);
    if (batch !== null) await batches.restart(batch, 1);
    await closeBatch(ports, { batchId, run: 1, report, error: '-' });
    expect(await batches.read(batchId)).toMatchObject({ status: 'RUNNING', run: 2 });
  });
});
