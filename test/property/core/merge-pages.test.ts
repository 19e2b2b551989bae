import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { mergeNewestFirst, type NewestFirst } from '../../../core/ledger/merge-pages.ts';

/** One partition as DynamoDB gives it: a page looks at so many rows, and a filter leaves some of them. */
const sourceOf = (
  keys: readonly string[],
  perPage: number,
  isWanted: (key: string) => boolean,
  reads: { count: number },
): NewestFirst<string> => {
  const newestFirst = [...keys].sort().reverse();
  return {
    read: (before) => {
      reads.count += 1;
      const rest = newestFirst.filter((key) => before === null || key < before);
      const looked = rest.slice(0, perPage);
      return Promise.resolve({
        items: looked.filter(isWanted),
        // DynamoDB may say that there is more where there is nothing.
        lookedTo: looked.length === perPage ? (looked.at(-1) ?? null) : null,
      });
    },
  };
};

const partitions = fc
  .uniqueArray(fc.tuple(fc.integer({ min: 100, max: 199 }), fc.nat(3)), {
    maxLength: 60,
    selector: ([key]) => key,
  })
  .map((pairs) =>
    [0, 1, 2, 3].map((of) => pairs.filter(([, at]) => at === of).map(([key]) => String(key))),
  );

describe('partitions merged into one list', () => {
  it('give everything once and newest first, over pages of whatever length', async () => {
    await fc.assert(
      fc.asyncProperty(
        partitions,
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 7 }),
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 1, max: 3 }),
        async (keys, limit, perPage, every, rounds) => {
          const isWanted = (key: string) => Number(key) % every === 0;
          const found: string[] = [];
          let before: string | null = null;
          for (let pages = 0; ; pages += 1) {
            const reads = { count: 0 };
            const page: { items: readonly string[]; next: string | null } = await mergeNewestFirst(
              keys.map((each) => sourceOf(each, perPage, isWanted, reads)),
              (key) => key,
              before,
              limit,
              rounds,
            );
            expect(page.items.length).toBeLessThanOrEqual(limit);
            expect(reads.count).toBeLessThanOrEqual(keys.length * rounds);
            found.push(...page.items);
            // Each page gets on, even where a filter leaves nothing of it.
            expect(page.next === null || before === null || page.next < before).toBe(true);
            before = page.next;
            if (before === null) break;
            expect(pages).toBeLessThan(70);
          }
          expect(found).toEqual(keys.flat().filter(isWanted).sort().reverse());
        },
      ),
      { numRuns: 200 },
    );
  });
});
