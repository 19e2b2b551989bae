import { expect } from '@jest/globals';
import { isPartial } from '../../../core/batches/batch.ts';
import type { InProcessBatches } from './in-process-batches.ts';
import type { InProcessBroker } from './in-process-broker.ts';

/** Longer than a run takes with every attempt of every subject. */
const runMillis = 15 * 60_000;
const mostResumptions = 3;
const stranger = 'users:00000000-0000-4000-8000-000000000000';

export interface BatchCase {
  readonly batchId: string;
  readonly people: readonly string[];
  readonly minted: () => number;
}

/** Batches of two people who were never here, and one who is in no user directory. */
export const batchCases = (broker: InProcessBroker, batches: InProcessBatches) => ({
  /** @param prepare what goes wrong from its start on */
  run: async (format: 'csv' | 'jsonl', prepare: () => void): Promise<BatchCase> => {
    const people = [broker.newCase(), broker.newCase()].map(({ subject }) => subject);
    const before = broker.keys.length;
    prepare();
    const { batchId } = await batches.start([...people, stranger], format);
    await broker.time.advance(runMillis);
    return { batchId, people, minted: () => broker.keys.length - before };
  },
  /** As its owner does, as long as it is not said to be done. */
  resume: async ({ batchId }: BatchCase): Promise<void> => {
    for (let attempt = 0; attempt < mostResumptions; attempt += 1) {
      if (!isPartial(await batches.read(batchId))) return;
      await batches.resume(batchId);
      await broker.time.advance(runMillis);
    }
  },
  expectDone: async ({ batchId, people, minted }: BatchCase, what: string): Promise<void> => {
    const told = (await batches.outcomesOf(batchId)).map(({ subject, outcome }) => [
      subject,
      outcome === 'cached' ? 'minted' : outcome,
    ]);
    const wanted = [...people.map((subject) => [subject, 'minted']), [stranger, 'denied']];
    expect({ what, told: told.sort() }).toEqual({ what, told: wanted.sort() });
    // What a dead run had minted lies in the cache, and is taken from there.
    expect({ what, minted: minted() }).toEqual({ what, minted: people.length });
    expect(broker.keys.every(({ hadRecord }) => hadRecord)).toBe(true);
    const { status, counts, total } = await batches.read(batchId);
    expect({ what, status, total }).toEqual({ what, status: 'SUCCEEDED', total: 3 });
    expect({ what, failed: counts.failed, denied: counts.denied }).toEqual({
      what,
      failed: 0,
      denied: 1,
    });
  },
});
