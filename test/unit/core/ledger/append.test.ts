import { beforeEach, describe, expect, it } from '@jest/globals';
import { nodeDigest } from '../../../../adapters/digest.ts';
import { StepkeyError } from '../../../../core/errors.ts';
import { createChain } from '../../../../core/ledger/append.ts';
import type { ChainStore } from '../../../../core/ledger/chain-store.ts';
import {
  genesis,
  hashOfLink,
  linkAfter,
  recordOfLink,
  type Link,
} from '../../../../core/ledger/link.ts';
import {
  keyOfRecord,
  recordKinds,
  shardCount,
  shardOf,
  textOfRecord,
} from '../../../../core/ledger/record.ts';
import { nameOfFailure } from '../../../support/fakes/expect-failure.ts';
import { fakeChainStore } from '../../../support/fakes/fake-chain-store.ts';
import { appendOne, chainOf, firstFault, issuanceRecord } from '../../../support/ledger.ts';

const shard = shardOf(issuanceRecord('any'), nodeDigest);
const recordOf = (id: string) => issuanceRecord(id);
let store: ReturnType<typeof fakeChainStore>;
let calls: string[];
const chainWith = (changes: Partial<ChainStore> = {}) => {
  const whole = { ...store, ...changes };
  return createChain(
    {
      readHead: (of) => {
        calls.push('head');
        return whole.readHead(of);
      },
      readAfter: (of, after, limit) => {
        calls.push(`after ${String(after)}`);
        return whole.readAfter(of, after, limit);
      },
      claim: (...input) => whole.claim(...input),
      put: (link) => {
        calls.push(`put ${String(link.sequence)}`);
        return whole.put(link);
      },
    },
    nodeDigest,
  );
};
/** As other consumers wrote them. */
const written = (count: number): Link[] => {
  const links = chainOf(
    shard,
    Array.from({ length: count }, (_, index) => recordOf(`i-${String(index + 1)}`)),
  );
  store.links.set(shard, links);
  return links;
};
const noted = (id: string, afterSequence: number): Promise<unknown> =>
  store.claim([keyOfRecord(recordOf(id), nodeDigest)], { shard, afterSequence });

beforeEach(() => {
  store = fakeChainStore();
  calls = [];
});

describe('[SEC-40] appending a record', () => {
  it('links it to the last one, and remembers the place', async () => {
    written(3);
    const chain = chainWith();
    const link = await appendOne(chain, recordOf('new'));
    expect(link.sequence).toBe(4);
    expect((await appendOne(chain, recordOf('next'))).sequence).toBe(5);
    expect(calls).toEqual(['head', 'put 4', 'put 5']);
    expect(firstFault(shard, store.links.get(shard) ?? [])).toBeNull();
  });

  it('begins an empty chain', async () => {
    const link = await appendOne(chainWith(), recordOf('first'));
    expect(link).toEqual(linkAfter(genesis, shard, textOfRecord(recordOf('first')), nodeDigest));
  });

  it('takes the next number where another was faster, and loses neither record', async () => {
    const others = ['i-1', 'i-2'].map(recordOf);
    let isFirst = true;
    const chain = chainWith({
      put: (link) => {
        if (isFirst) store.links.set(shard, chainOf(shard, others));
        isFirst = false;
        return store.put(link);
      },
    });
    const link = await appendOne(chain, recordOf('mine'));
    expect(link.sequence).toBe(3);
    expect(calls).toEqual(['head', 'put 1', 'after 0', 'put 3']);
    const links = store.links.get(shard) ?? [];
    expect(links.map(({ record }) => record)).toEqual(
      [...others, recordOf('mine')].map(textOfRecord),
    );
    expect(firstFault(shard, links)).toBeNull();
  });

  it('finds that it was itself faster, where the answer was lost', async () => {
    const chain = chainWith({ put: (link) => store.put(link).then(() => false) });
    expect((await appendOne(chain, recordOf('mine'))).sequence).toBe(1);
    expect(store.links.get(shard)).toHaveLength(1);
  });

  it('does not go on where a write is refused and nothing is there', async () => {
    const chain = chainWith({ put: () => Promise.resolve(false) });
    expect(await nameOfFailure(appendOne(chain, recordOf('mine')))).toBe('Upstream.Unavailable');
  });
});

describe('[SEC-40] appending a record again', () => {
  it('finds it where it is, pages away from where it was noted, and writes nothing', async () => {
    const links = written(350);
    await noted('i-340', 0);
    expect(await appendOne(chainWith(), recordOf('i-340'))).toEqual(links[339]);
    expect(calls).toEqual(['head', 'after 0', 'after 100', 'after 200', 'after 300']);
  });

  it('looks from the place that was noted on, not from the beginning', async () => {
    const links = written(150);
    await noted('i-149', 120);
    expect(await appendOne(chainWith(), recordOf('i-149'))).toEqual(links[148]);
    expect(calls).toEqual(['head', 'after 119', 'after 120']);
  });

  it('writes it behind the last where it is not there yet', async () => {
    written(200);
    await noted('late', 150);
    expect((await appendOne(chainWith(), recordOf('late'))).sequence).toBe(201);
    expect(calls).toEqual(['head', 'after 149', 'after 150', 'put 201']);
    expect(firstFault(shard, store.links.get(shard) ?? [])).toBeNull();
  });

  it('asks once more where a page was full', async () => {
    written(100);
    await noted('late', 0);
    expect((await appendOne(chainWith(), recordOf('late'))).sequence).toBe(101);
    expect(calls).toEqual(['head', 'after 0', 'after 100', 'put 101']);
  });

  it.each([
    ['some of it', 4],
    ['all of it', 0],
  ])('goes on from what is left of a chain that lost %s', async (_, left) => {
    written(10);
    await noted('late', 9);
    store.links.set(shard, written(10).slice(0, left));
    expect((await appendOne(chainWith(), recordOf('late'))).sequence).toBe(left + 1);
  });

  it('does not go on over a hole at the place that was noted', async () => {
    const links = written(10);
    await noted('late', 5);
    store.links.set(
      shard,
      links.filter(({ sequence }) => sequence !== 5),
    );
    await expect(appendOne(chainWith(), recordOf('late'))).rejects.toMatchObject({
      name: 'Config.Invalid',
      cause: new Error(`chain ${String(shard)} lacks record 5`),
    });
    store.links.set(shard, [...links.slice(0, 4), ...links.slice(9)]);
    expect(await nameOfFailure(appendOne(chainWith(), recordOf('late')))).toBe('Config.Invalid');
  });
});

describe('[SEC-40] appending several records', () => {
  const [early, late] = [recordOf('early'), recordOf('late')];
  const idsIn = () => (store.links.get(shard) ?? []).map((link) => recordOfLink(link).id);

  it('writes none twice that another wrote between the looks at two of them', async () => {
    let looks = 0;
    let release = (): void => undefined;
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    store = fakeChainStore((name) => {
      looks += name === 'look' ? 1 : 0;
      return name === 'look' && looks === 2 ? gate : Promise.resolve();
    });
    const slow = chainWith().append([early, late]);
    const other = chainWith();
    await other.append([early]);
    await other.append([late]);
    release();
    expect((await slow).links.size).toBe(2);
    expect(idsIn()).toEqual(['early', 'late']);
  });

  it('finds those that are there on whichever page, and writes the others behind the last', async () => {
    written(250);
    await noted('i-20', 10);
    await noted('i-230', 10);
    const wanted = ['new-1', 'i-230', 'i-20', 'new-2'].map(recordOf);
    const { links, failures } = await chainWith().append(wanted);
    expect(failures).toEqual([]);
    expect(wanted.map((record) => links.get(record)?.sequence)).toEqual([251, 230, 20, 252]);
    expect(store.links.get(shard)).toHaveLength(252);
  });

  it('reads no further than to the last that it looks for', async () => {
    written(350);
    await noted('i-20', 10);
    await chainWith().append([recordOf('i-20')]);
    expect(calls).toEqual(['head', 'after 9', 'after 10']);
  });

  it('remembers the furthest place that it has seen', async () => {
    written(350);
    await noted('i-20', 10);
    const chain = chainWith();
    await chain.append([recordOf('new')]);
    await chain.append([recordOf('i-20')]);
    calls = [];
    await chain.append([recordOf('next')]);
    expect(calls).toEqual(['put 352']);
  });

  it('writes a record once that is given twice', async () => {
    const { links } = await chainWith().append([early, { ...early }]);
    expect([...links.values()].map(({ sequence }) => sequence)).toEqual([1, 1]);
    expect(idsIn()).toEqual(['early']);
  });

  it('chains what is before one that cannot be noted, and nothing behind it', async () => {
    const bad = recordOf('bad');
    const { links, failures } = await chainWith({
      claim: (keys, note) =>
        keys.some(({ id }) => id === 'bad')
          ? Promise.reject(new StepkeyError('Config.Invalid'))
          : store.claim(keys, note),
    }).append([early, bad, late]);
    expect(links.get(early)?.sequence).toBe(1);
    expect(failures.map(({ name }) => name)).toEqual(['Config.Invalid']);
    expect(idsIn()).toEqual(['early']);
  });
});

// Records that are there already were hashed, keyed and spread so: another way is another ledger.
describe('[SEC-40] a record’s place and hash', () => {
  it('are of one spelling', () => {
    const record = { ...recordOf('i-1'), data: { source: 'cache' } };
    expect(keyOfRecord(record, nodeDigest)).toEqual({
      kind: 'issuance',
      id: 'i-1',
      fingerprint: nodeDigest.sha256Hex(textOfRecord(record)).slice(0, 32),
    });
    expect(genesis).toEqual({ sequence: 0, hash: '0'.repeat(64) });
    const link = { shard: 2, sequence: 7, previousHash: 'ab', record: '{}' };
    expect(hashOfLink(link, nodeDigest)).toBe(nodeDigest.sha256Hex('ab\n2\n7\n{}'));
    expect(recordKinds).toEqual([
      ...['session', 'issuance', 'denial', 'identity', 'revocation', 'batch', 'removal'],
      'restoration',
    ]);
  });

  it('are those of a subject, or of what is nobody’s, on one of all chains', () => {
    const digestOf = (subject: string | null, id: string) =>
      shardOf(
        { subject, id },
        { ...nodeDigest, sha256Hex: (text) => (text === 'a' ? '0000000d' : '0000000effff') },
      );
    expect([digestOf('a', 'b'), digestOf(null, 'a'), digestOf('b', 'a')]).toEqual([5, 5, 6]);
    const shards = Array.from({ length: 200 }, (_, index) =>
      shardOf({ subject: String(index), id: 'x' }, nodeDigest),
    );
    expect(new Set(shards).size).toBe(shardCount);
  });
});
