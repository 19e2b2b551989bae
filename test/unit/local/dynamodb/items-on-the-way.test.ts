import { describe, expect, it } from '@jest/globals';
import { openEngine } from '../../../../local/services/dynamodb/engine.ts';
import { createItemsOnTheWay } from '../../../../local/services/dynamodb/items-on-the-way.ts';
import { storedItem, type Item } from '../../../../local/services/dynamodb/stored-item.ts';
import { watchStore } from '../../../../local/services/dynamodb/watched-store.ts';
import type { DynaliteStore } from 'dynalite/db/index.js';
import { TableName, table } from './stream-table.ts';

const place = { accountId: '123456789012', region: 'us-east-1' };

describe('calls on one item at a time', () => {
  it('see each what the one before left, though no disk has it yet', async () => {
    const engine = await openEngine(null, place);
    await engine.run('CreateTable', table);
    const Key = { pk: { S: 'count' } };
    const answers = await Promise.all(
      Array.from({ length: 60 }, () =>
        engine
          .run('UpdateItem', {
            TableName,
            Key,
            UpdateExpression: 'ADD n :one',
            ConditionExpression: 'attribute_not_exists(n) OR n < :most',
            ExpressionAttributeValues: { ':one': { N: '1' }, ':most': { N: '50' } },
            ReturnValues: 'ALL_NEW',
          })
          .then(
            ({ Attributes }) => Number((Attributes as { n: { N: string } }).n.N),
            (error: unknown) => (error as { code: string }).code,
          ),
      ),
    );
    expect(new Set(answers)).toEqual(
      new Set([...Array.from({ length: 50 }, (_, n) => n + 1), 'ConditionalCheckFailedException']),
    );
    const { Item: item } = await engine.run('GetItem', { TableName, Key });
    expect(item).toMatchObject({ n: { N: '50' } });
    await engine.close();
  });

  const onDisk: Item = { pk: { S: 'a' }, on: { S: 'disk' } };
  const onItsWay: Item = { pk: { S: 'a' }, on: { S: 'its way' } };
  /** A call on a store whose disk takes as long as the test wants. */
  const opened = () => {
    let arrive = (): void => undefined;
    const onTheWay = createItemsOnTheWay();
    const call = (isWrite: boolean) => {
      const rests: Promise<unknown>[] = [];
      const view = watchStore(
        {
          store: {
            getItemDb: () => ({}),
            db: { getSync: () => storedItem(JSON.stringify(onDisk)) },
          } as unknown as DynaliteStore,
          readTable: () => undefined,
          write: () =>
            new Promise((resolve) => {
              arrive = resolve;
            }),
          onTheWay,
        },
        {
          isWrite,
          observe: () => null,
          sawOld: () => undefined,
          restsOn: (written) => rests.push(written),
        },
      );
      return { items: view.getItemDb('t'), rests };
    };
    const read = (items: ReturnType<typeof call>['items']) =>
      new Promise<Item | undefined>((resolve, reject) => {
        items.get('a', (error, item) => {
          if (error === null) resolve(item);
          else reject(new Error('not read', { cause: error }));
        });
      });
    return {
      call,
      read,
      arrive: async () => {
        arrive();
        await Promise.resolve();
      },
    };
  };

  it('are answered, refusals too, when what they found is on disk', async () => {
    const { call, read, arrive } = opened();
    call(true).items.put('a', onItsWay, () => undefined);
    const later = call(true);
    expect(await read(later.items)).toEqual(onItsWay);
    let isAnswered = false;
    const answered = Promise.all(later.rests).then(() => {
      isAnswered = true;
    });
    await new Promise(setImmediate);
    expect(isAnswered).toBe(false);
    await arrive();
    await answered;
    expect(later.rests).toHaveLength(1);
  });

  it('do not change for others what is on its way', async () => {
    const { call, read } = opened();
    const given = structuredClone(onItsWay);
    call(true).items.put('a', given, () => undefined);
    Object.assign(given, { on: { S: 'nobody' } });
    Object.assign((await read(call(true).items)) ?? {}, { on: { S: 'nobody' } });
    expect(await read(call(true).items)).toEqual(onItsWay);
  });

  it('are nothing to who only reads: that gets what is on disk', async () => {
    const { call, read, arrive } = opened();
    call(true).items.put('a', onItsWay, () => undefined);
    const reader = call(false);
    expect(await read(reader.items)).toEqual(onDisk);
    expect(reader.rests).toEqual([]);
    await arrive();
    await new Promise(setImmediate);
    expect(await read(call(true).items)).toEqual(onDisk);
  });
});
