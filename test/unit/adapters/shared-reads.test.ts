import type { BatchGetItemCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { sharedReads, type RowKey } from '../../../adapters/shared-reads.ts';
import { nameOfFailure } from '../../support/fakes/expect-failure.ts';

const tableName = 'a-table';

interface Asked {
  readonly Keys: readonly RowKey[];
  readonly ConsistentRead?: boolean;
}

/** A client that answers as it is told; `calls` are the requests as they were made. */
const clientThat = (answer: (asked: Asked, call: number) => unknown) => {
  const calls: Asked[] = [];
  const send = (command: BatchGetItemCommand): Promise<unknown> => {
    const asked = command.input.RequestItems?.[tableName] as unknown as Asked;
    const call = calls.push(asked);
    return Promise.resolve().then(() => answer(asked, call));
  };
  return { calls, client: { send } as unknown as DynamoDBClient };
};

const keyOf = (pk: string, sk: string): RowKey => ({ pk: { S: pk }, sk: { S: sk } });
const rowOf = ({ pk, sk }: RowKey) => ({ pk, sk, is: { S: JSON.stringify([pk.S, sk.S]) } });
const place = ({ pk, sk }: RowKey) => JSON.stringify([pk.S, sk.S]);

// Texts that differ little, long and short, some of which run into each other.
const part = fc.oneof(
  fc.constantFrom(
    ...['', 'a', 'A', 'ab', 'b', 'bc', 'c', '"', '","', '\\', 'é', 'e\u0301', '__proto__'],
  ),
  fc.constantFrom('1', '2').map((end) => `${'x'.repeat(160)}${end}`),
);
const key = fc.tuple(part, part).map(([pk, sk]) => keyOf(pk, sk));
const read = fc.uniqueArray(key, { minLength: 1, maxLength: 5, selector: place });
const fate = fc.constantFrom('there', 'absent', 'unread');

// Whether the store that asks makes the right thing of it is in the contract.
describe('shared reads', () => {
  it('are each told exactly of their own keys: what is there, what was left, strongly read', async () => {
    await fc.assert(
      fc.asyncProperty(
        // By itself fast-check makes lists of ten or so, which one call holds.
        fc.array(read, { minLength: 1, maxLength: 60, size: 'max' }),
        fc.array(fate, { minLength: 7, maxLength: 13 }),
        async (reads, fates) => {
          const fateOf = new Map<string, string>();
          const { client, calls } = clientThat(({ Keys }) => {
            for (const one of Keys)
              if (!fateOf.has(place(one)))
                fateOf.set(place(one), fates[fateOf.size % fates.length] ?? '');
            const of = (wanted: string) => Keys.filter((one) => fateOf.get(place(one)) === wanted);
            return {
              Responses: { [tableName]: of('there').map(rowOf).reverse(), other: Keys.map(rowOf) },
              UnprocessedKeys:
                of('unread').length > 0 ? { [tableName]: { Keys: of('unread') } } : {},
            };
          });
          const ask = sharedReads({ client, tableName }, 5);
          const told = await Promise.all(reads.map((keys) => ask(keys)));
          const of = (keys: readonly RowKey[], wanted: string) =>
            keys.filter((one) => fateOf.get(place(one)) === wanted);
          expect(told).toEqual(
            reads.map((keys) => ({
              rows: of(keys, 'there').map(rowOf),
              unread: of(keys, 'unread'),
            })),
          );
          expect(calls).toHaveLength(Math.ceil(reads.length / 20));
          for (const { Keys, ConsistentRead } of calls) {
            expect([ConsistentRead, Keys.length <= 100, new Set(Keys.map(place)).size]).toEqual([
              true,
              true,
              Keys.length,
            ]);
          }
        },
      ),
      { numRuns: 200 },
    );
  });

  it('name up to a hundred keys in one call, all of them', async () => {
    const { client, calls } = clientThat(({ Keys }) => ({
      Responses: { [tableName]: Keys.map(rowOf) },
    }));
    const ask = sharedReads({ client, tableName }, 5);
    const reads = Array.from({ length: 41 }, (_, one) =>
      [1, 2, 3, 4, 5].map((at) => keyOf(String(one), String(at))),
    );
    const told = await Promise.all(reads.map((keys) => ask(keys)));
    expect(told.map(({ rows }) => rows)).toEqual(reads.map((keys) => keys.map(rowOf)));
    expect(calls.map(({ Keys }) => Keys.length)).toEqual([100, 100, 5]);
  });

  it('know nothing of an earlier answer', async () => {
    const { client } = clientThat(({ Keys }, call) => ({
      Responses: { [tableName]: call === 1 ? Keys.map(rowOf) : [] },
    }));
    const ask = sharedReads({ client, tableName }, 5);
    const keys = [keyOf('a', 'b')];
    expect([await ask(keys), await ask(keys)].map(({ rows }) => rows.length)).toEqual([1, 0]);
  });

  it('ask again for all where nothing was read', async () => {
    const asked = keyOf('a', 'b');
    const { client } = clientThat(() => ({ UnprocessedKeys: { [tableName]: { Keys: [asked] } } }));
    expect(await sharedReads({ client, tableName }, 5)([asked])).toEqual({
      rows: [],
      unread: [asked],
    });
  });

  it.each([
    ['that nobody asked for', { [tableName]: { Keys: [keyOf('a', 'c')] } }],
    [
      'of no table that was asked',
      { 'arn:aws:dynamodb:us-east-1:123456789012:table/a-table': { Keys: [keyOf('a', 'c')] } },
    ],
    ['that is not named', { [tableName]: {} }],
    ['without a part', { [tableName]: { Keys: [{ pk: { S: 'a' } }] } }],
    ['of another type', { [tableName]: { Keys: [{ pk: { N: '1' }, sk: { S: 'b' } }] } }],
  ])('fail where a key is left unread %s', async (_, UnprocessedKeys) => {
    const { client } = clientThat(() => ({ Responses: { [tableName]: [] }, UnprocessedKeys }));
    const ask = sharedReads({ client, tableName }, 5);
    expect(await nameOfFailure(ask([keyOf('a', 'b')]))).toBe('Upstream.Unavailable');
  });

  it('fail together, as many as they are, and where the answer has no list of the table', async () => {
    for (const answer of [
      () => {
        throw Object.assign(new Error('no'), { name: 'ThrottlingException' });
      },
      () => ({ Responses: {} }),
      () => ({ Responses: { other: [] } }),
    ]) {
      const { client } = clientThat(answer);
      const ask = sharedReads({ client, tableName }, 5);
      const failed = await Promise.allSettled(
        Array.from({ length: 25 }, (_, one) => ask([keyOf('a', String(one))])),
      );
      expect(failed.every(({ status }) => status === 'rejected')).toBe(true);
    }
  });

  it('of two tables never share', async () => {
    const one = clientThat(({ Keys }) => ({ Responses: { [tableName]: Keys.map(rowOf) } }));
    const two = clientThat(() => ({ Responses: { [tableName]: [] } }));
    const [first, second] = [one, two].map(({ client }) => sharedReads({ client, tableName }, 5));
    const keys = [keyOf('a', 'b')];
    const told = await Promise.all([first?.(keys), second?.(keys)]);
    expect(told.map((each) => each?.rows.length)).toEqual([1, 0]);
  });

  it('wait for no timer, and for a turn of the event loop at most', async () => {
    const { client, calls } = clientThat(({ Keys }) => ({
      Responses: { [tableName]: Keys.map(rowOf) },
    }));
    const ask = sharedReads({ client, tableName }, 5);
    const asked = ask([keyOf('a', 'b')]);
    // Nobody is asked before what came at the same time was looked at; everybody right after.
    await new Promise<void>((resolve) => {
      process.nextTick(resolve);
    });
    await Promise.resolve();
    const before = calls.length;
    await new Promise(setImmediate);
    expect([before, calls.length]).toEqual([0, 1]);
    await asked;
  });
});
