import { describe, expect, it } from '@jest/globals';
import type { BrokerEvent } from '../../../../core/contracts/events.ts';
import type { LedgerRecord } from '../../../../core/ledger/record.ts';
import { replayRange, type ReplayPlace, type ReplayRange } from '../../../../core/ledger/replay.ts';
import { chainOf, issuanceRecord } from '../../../support/ledger.ts';

const start = 1_795_262_400;
/** One record a second. */
const chain = (length: number, of: (nth: number) => Partial<LedgerRecord> = () => ({})) =>
  chainOf(
    3,
    Array.from({ length }, (_, nth) =>
      issuanceRecord(`i-${String(nth)}`, { atEpochSeconds: start + nth, ...of(nth) }),
    ),
  );
const replayed = async (
  links: ReturnType<typeof chain>,
  range: Partial<ReplayRange> = {},
  {
    place = null,
    refuses = () => false,
  }: { place?: ReplayPlace | null; refuses?: (id: string) => boolean } = {},
) => {
  const told: string[] = [];
  const calls: number[] = [];
  const reads: number[] = [];
  const answer = await replayRange(
    {
      reader: {
        readHeads: () =>
          Promise.resolve([
            { shard: 1, sequence: 0, hash: '' },
            { shard: 3, sequence: links.length, hash: '' },
          ]),
        readChain: (shard, after, limit) => {
          if (limit === 100) reads.push(after);
          return Promise.resolve(shard === 3 ? links.slice(after, after + limit) : []);
        },
      },
      bus: {
        publish: (events: readonly BrokerEvent[]) => {
          calls.push(events.length);
          const taken = events.map(
            ({ detail }) => !refuses(detail.record.slice('issuance/'.length)),
          );
          told.push(
            ...events
              .filter((_, index) => taken[index])
              .map(({ detail }) => detail.record.slice('issuance/'.length)),
          );
          return Promise.resolve(taken);
        },
      },
    },
    {
      shards: [3],
      afterSequence: null,
      fromEpochSeconds: start,
      toEpochSeconds: start + 1_000_000,
      isMeant: () => true,
      ...range,
    },
    place,
  );
  return { ...answer, told, calls, reads };
};

describe('telling a range of a chain again', () => {
  it('gives the bus ten at a time, and counts what it took', async () => {
    const { replayed: count, next, calls, told } = await replayed(chain(20));
    expect({ count, next, calls }).toEqual({ count: 20, next: null, calls: [10, 10] });
    expect(told).toHaveLength(20);
    expect(await replayed([])).toMatchObject({ replayed: 0, next: null, calls: [] });
  });

  it('counts over pages, and over a call of which the bus took a part', async () => {
    expect(await replayed(chain(250))).toMatchObject({ replayed: 250, reads: [0, 100, 200] });
    const part = await replayed(chain(250), {}, { refuses: (id) => id === 'i-112' });
    expect(part).toMatchObject({ replayed: 119, next: { shard: 3, afterSequence: 112 } });
    expect(part.told.slice(-7)).toEqual(
      [113, 114, 115, 116, 117, 118, 119].map((nth) => `i-${String(nth)}`),
    );
  });

  it('tells of a record once it is in the range and meant, and of none that has no event', async () => {
    const links = chain(6, (nth) => (nth === 3 ? { kind: 'denial', data: {} } : {}));
    const { told } = await replayed(links, {
      fromEpochSeconds: start + 1,
      toEpochSeconds: start + 5,
      isMeant: ({ id }) => id !== 'i-2',
    });
    // The fourth lacks what its event promises.
    expect(told).toEqual(['i-1', 'i-4']);
  });

  it('looks on for a quarter of an hour behind the end, because records are chained out of order', async () => {
    const late = (by: number) =>
      replayed(
        chain(300, (nth) => (nth < 100 || nth >= 200 ? {} : { atEpochSeconds: start + 50 + by })),
        { toEpochSeconds: start + 50 },
      );
    expect((await late(900)).reads).toEqual([0, 100]);
    expect((await late(899)).reads).toEqual([0, 100, 200, 300]);
    const oneIsNot = await replayed(
      chain(300, (nth) =>
        nth === 150 ? { atEpochSeconds: start } : { atEpochSeconds: start + 5000 },
      ),
      { toEpochSeconds: start + 50, afterSequence: 100 },
    );
    expect(oneIsNot.reads).toEqual([100, 200]);
    expect(oneIsNot.told).toEqual(['i-150']);
  });

  it('ends with a page that is not full', async () => {
    expect((await replayed(chain(99))).reads).toEqual([0]);
    expect((await replayed(chain(100))).reads).toEqual([0, 100]);
  });

  it('goes on in another answer after 25 pages', async () => {
    const links = chain(2600);
    const first = await replayed(links);
    expect(first).toMatchObject({ replayed: 2500, next: { shard: 3, afterSequence: 2500 } });
    const rest = await replayed(links, {}, { place: first.next });
    expect(rest).toMatchObject({ replayed: 100, next: null, reads: [2500, 2600] });
  });

  it('has done with chains before its place, and begins those after it', async () => {
    const place = { shard: 2, afterSequence: 5 };
    expect(await replayed(chain(10), { shards: [1, 2, 3] }, { place })).toMatchObject({
      replayed: 10,
      reads: [5, 0],
    });
    expect(
      await replayed(chain(10), { shards: [3] }, { place: { shard: 4, afterSequence: 0 } }),
    ).toMatchObject({ replayed: 0, reads: [] });
  });

  it('begins behind a sequence number where one is named', async () => {
    const { told, reads } = await replayed(chain(10), {
      afterSequence: 7,
      fromEpochSeconds: 0,
    });
    expect([told, reads]).toEqual([['i-7', 'i-8', 'i-9'], [7]]);
  });

  it('begins a quarter of an hour and a few records before a time', async () => {
    const links = chain(2000);
    const beginAt = async (fromEpochSeconds: number) =>
      (await replayed(links, { fromEpochSeconds, toEpochSeconds: fromEpochSeconds })).reads[0];
    // The last of 25 that are looked at from a place on is of the first second that counts.
    expect(await beginAt(start + 1900)).toBe(1900 - 900 - 24 - 25);
    expect(await beginAt(start + 900)).toBe(0);
    expect(await beginAt(start + 10_000_000)).toBe(2000 - 25);
  });
});
