import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { nodeDigest } from '../../../adapters/digest.ts';
import { createChain } from '../../../core/ledger/append.ts';
import type { ChainStore } from '../../../core/ledger/chain-store.ts';
import { recordOfLink } from '../../../core/ledger/link.ts';
import { keyOfRecord, shardOf, type LedgerRecord } from '../../../core/ledger/record.ts';
import { fakeChainStore } from '../../support/fakes/fake-chain-store.ts';
import { firstFault, issuanceRecord } from '../../support/ledger.ts';
import { inSoak } from '../../support/soak.ts';

/** Few subjects, so that consumers meet on one chain; few records, because two that meet once show what hundreds do. */
const records: fc.Arbitrary<readonly LedgerRecord[]> = fc
  .uniqueArray(fc.tuple(fc.nat(30), fc.nat(1)), {
    minLength: 1,
    maxLength: 4,
    selector: ([id]) => id,
  })
  .map((pairs) =>
    pairs.map(([id, subject]) =>
      issuanceRecord(`issuance-${String(id)}`, { subject: `users:${String(subject)}` }),
    ),
  );

/** Each call waits for the scheduler, before and after; of some writes the answer is lost. */
const scheduledStore = (
  store: ChainStore,
  scheduler: fc.Scheduler,
  losesAnswer: () => boolean,
): ChainStore => {
  const at = async <T>(name: string, call: () => Promise<T>, mayLose: boolean): Promise<T> => {
    await scheduler.schedule(Promise.resolve(), name);
    const answer = await call();
    await scheduler.schedule(Promise.resolve(), `${name} answered`);
    if (mayLose && losesAnswer()) throw new Error('the answer was lost');
    return answer;
  };
  return {
    readHead: (shard) => at('head', () => store.readHead(shard), false),
    readAfter: (...input) => at('read', () => store.readAfter(...input), false),
    claim: (...input) => at('claim', () => store.claim(...input), true),
    put: (link) => at('put', () => store.put(link), true),
  };
};

/** Pieces in which a consumer is given records, by their index, before it is given all of them. */
const deliveries = fc.array(fc.uniqueArray(fc.nat(3), { minLength: 1, maxLength: 4 }), {
  maxLength: 3,
});

describe('a chain that several consumers append to', () => {
  it('holds each record once, without fork or gap, however deliveries repeat and interleave [SEC-40]', async () => {
    await fc.assert(
      fc.asyncProperty(
        records,
        fc.scheduler(),
        fc.array(fc.boolean(), { maxLength: 12 }),
        fc.array(deliveries, { minLength: 2, maxLength: 3 }),
        fc.boolean(),
        async (all, scheduler, losses, consumers, isOneProcess) => {
          const store = fakeChainStore((name) => scheduler.schedule(Promise.resolve(), name));
          const lost = [...losses];
          const wire = scheduledStore(store, scheduler, () => lost.shift() ?? false);
          const oneChain = createChain(wire, nodeDigest);
          const consume = async (pieces: readonly (readonly number[])[]): Promise<void> => {
            const chain = isOneProcess ? oneChain : createChain(wire, nodeDigest);
            for (const piece of [...pieces, [...all.keys()]]) {
              const batch = piece.flatMap((index) => all[index] ?? []);
              // A failed delivery comes again, to a consumer that remembers what it had seen: more often than answers are lost.
              let isDone = false;
              for (let delivery = 1; delivery <= 20 && !isDone; delivery += 1) {
                const { links, failures } = await chain.append(batch);
                isDone = failures.length === 0;
                expect(links.size === batch.length || !isDone).toBe(true);
              }
              expect(isDone).toBe(true);
            }
          };
          const running = Promise.all(consumers.map(consume));
          await scheduler.waitFor(running);

          const chained = [...store.links.values()].flat();
          const idOf = (record: LedgerRecord) => keyOfRecord(record, nodeDigest).fingerprint;
          expect(chained.map((link) => idOf(recordOfLink(link))).sort()).toEqual(
            all.map(idOf).sort(),
          );
          for (const [shard, links] of store.links) {
            expect(links.map(({ sequence }) => sequence)).toEqual(
              links.map((_, index) => index + 1),
            );
            expect(firstFault(shard, links)).toBeNull();
            expect(links.every((link) => shardOf(recordOfLink(link), nodeDigest) === shard)).toBe(
              true,
            );
          }
        },
      ),
      { numRuns: inSoak ? 5000 : 300 },
    );
  });

  it('keeps the order in which one consumer is given the records of a subject', async () => {
    await fc.assert(
      fc.asyncProperty(records, fc.integer({ min: 1, max: 4 }), async (all, batchSize) => {
        const store = fakeChainStore();
        const chain = createChain(store, nodeDigest);
        for (let start = 0; start < all.length; start += batchSize) {
          await chain.append(all.slice(start, start + batchSize));
        }
        for (const subject of new Set(all.map((record) => record.subject))) {
          const given = all.filter((record) => record.subject === subject);
          const links = [...store.links.values()].flat();
          const kept = links.map(recordOfLink).filter((record) => record.subject === subject);
          expect(kept.map(({ id }) => id)).toEqual(given.map(({ id }) => id));
        }
      }),
    );
  });
});
