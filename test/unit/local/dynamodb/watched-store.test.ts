import { describe, expect, it } from '@jest/globals';
import type { DatabaseChange, DynaliteStore } from 'dynalite/db/index.js';
import { createItemsOnTheWay } from '../../../../local/services/dynamodb/items-on-the-way.ts';
import { watchStore } from '../../../../local/services/dynamodb/watched-store.ts';
import { createWriteQueue } from '../../../../local/state/write-queue.ts';

describe('a change that has a record', () => {
  it('goes to the database in one batch with it, so that no kill can part them', async () => {
    const batches: string[][] = [];
    const queue = createWriteQueue<DatabaseChange>((changes) => {
      batches.push(changes.map(({ key }) => key));
      return Promise.resolve();
    });
    const told: string[] = [];
    const store = { getItemDb: () => ({}), db: {} } as unknown as DynaliteStore;
    const put = async (pk: string) => {
      const rests: Promise<unknown>[] = [];
      const { getItemDb } = watchStore(
        {
          store,
          readTable: () => undefined,
          write: queue.write,
          onTheWay: createItemsOnTheWay(),
        },
        {
          isWrite: true,
          observe: ({ newImage }) => ({
            key: `record of ${String(newImage?.item['pk']?.['S'])}`,
            text: '{}',
            written: () => told.push(batches.flat().join()),
          }),
          sawOld: () => undefined,
          restsOn: (written) => rests.push(written),
        },
      );
      getItemDb('t').put(pk, { pk: { S: pk } }, () => undefined);
      await Promise.all(rests);
    };
    await put('a');
    expect(batches).toEqual([['item-t~a', 'record of a']]);
    expect(told).toEqual(['item-t~a,record of a']);
    await Promise.all([put('b'), put('c')]);
    for (const batch of batches)
      for (const pk of ['b', 'c'])
        expect(batch.includes(`item-t~${pk}`)).toBe(batch.includes(`record of ${pk}`));
    expect(batches.flat()).toHaveLength(6);
  });
});
