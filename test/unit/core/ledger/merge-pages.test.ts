import { describe, expect, it } from '@jest/globals';
import { mergeNewestFirst } from '../../../../core/ledger/merge-pages.ts';

/** A partition that is read so many keys at a time; what is not wanted is looked at and left out. */
const partition = (keys: string, perPage: number, unwanted = '') => {
  const reads: (string | null)[] = [];
  return {
    reads,
    read: (before: string | null) => {
      reads.push(before);
      const looked = keys
        .split('')
        .filter((key) => before === null || key < before)
        .slice(0, perPage);
      const isEnd = looked.at(-1) === keys.at(-1) || looked.length === 0;
      return Promise.resolve({
        items: looked.filter((key) => !unwanted.includes(key)),
        lookedTo: isEnd ? null : (looked.at(-1) ?? null),
      });
    },
  };
};
const merge = (
  sources: readonly ReturnType<typeof partition>[],
  limit: number,
  { before = null, rounds }: { before?: string | null; rounds?: number } = {},
) =>
  mergeNewestFirst(
    sources,
    (key) => key,
    before,
    limit,
    ...(rounds === undefined ? [] : ([rounds] as const)),
  );

describe('a page of several partitions', () => {
  it('has the newest of all, and ends where something else might come between', async () => {
    const [one, other] = [partition('9753', 2), partition('8642', 3)];
    expect(await merge([one, other], 3)).toEqual({ items: ['9', '8', '7'], next: '7' });
    expect([one.reads, other.reads]).toEqual([[null], [null]]);
  });

  it('reads on only where the others have been looked further down', async () => {
    const [one, other] = [partition('9753', 1), partition('8642', 4)];
    expect(await merge([one, other], 4)).toEqual({ items: ['9', '8', '7', '6'], next: '6' });
    expect([one.reads, other.reads]).toEqual([[null, '9', '7'], [null]]);
  });

  it('is the last where all are at their end and nothing is left', async () => {
    expect(await merge([partition('31', 2), partition('2', 2)], 3)).toEqual({
      items: ['3', '2', '1'],
      next: null,
    });
    expect(await merge([partition('31', 2), partition('2', 2)], 9)).toEqual({
      items: ['3', '2', '1'],
      next: null,
    });
    expect(await merge([], 3)).toEqual({ items: [], next: null });
  });

  it('is not the last where something found is left, or something is not looked at', async () => {
    expect(await merge([partition('321', 3)], 2)).toEqual({ items: ['3', '2'], next: '2' });
    expect(await merge([partition('4321', 2)], 2)).toEqual({ items: ['4', '3'], next: '3' });
  });

  it('begins before a place', async () => {
    const one = partition('4321', 4);
    expect(await merge([one], 2, { before: '3' })).toEqual({ items: ['2', '1'], next: null });
    expect(one.reads).toEqual(['3']);
  });

  it('comes after so many rounds, however little was found, with the place to go on from', async () => {
    const one = partition('987654321', 1, '98765432');
    expect(await merge([one], 1, { rounds: 3 })).toEqual({ items: [], next: '7' });
    expect(one.reads).toEqual([null, '9', '8']);
    const ten = partition('zyxwvutsrqponmlkjihg', 1, 'zyxwvutsrqponmlkjihg');
    expect(await merge([ten], 1)).toEqual({ items: [], next: 'q' });
    expect(ten.reads).toHaveLength(10);
  });

  it('has what was found before the place, where rounds end early', async () => {
    const [one, other] = [partition('987', 1, '8'), partition('5', 1)];
    expect(await merge([one, other], 3, { rounds: 2 })).toEqual({ items: ['9'], next: '8' });
  });
});
