import { describe, expect, it } from '@jest/globals';
import { nodeDigest } from '../../../../adapters/digest.ts';
import { headsIn, linkPageIn } from '../../../../client/cli/issuances/positions.ts';
import { walkChain } from '../../../../client/cli/issuances/walk-chain.ts';
import type { Link, Position } from '../../../../core/ledger/link.ts';
import { chainOf, issuanceRecord } from '../../../support/ledger.ts';

const shard = 3;
const links = chainOf(
  shard,
  Array.from({ length: 7 }, (_, index) => issuanceRecord(`issuance-${String(index + 1)}`)),
);
const head = links.at(-1);
const walk = (stored: readonly Link[], anchors: readonly Position[] = []) =>
  walkChain(shard, nodeDigest, anchors, (_, after) => {
    const rest = stored.filter(({ sequence }) => sequence > after);
    return Promise.resolve({ links: rest.slice(0, 3), isLast: rest.length <= 3 });
  });

describe('[SEC-40] walking a chain page by page', () => {
  it('finds nothing in one that is as it was written', async () => {
    const report = await walk(links, head === undefined ? [] : [head]);
    expect(report).toEqual({ shard, sequence: 7, hash: head?.hash, fault: null });
  });

  it.each([1, 3, 4, 6])('names record %d where it is missing', async (sequence) => {
    const report = await walk(links.filter((link) => link.sequence !== sequence));
    expect(report.fault).toEqual({ shard, sequence, fault: 'missing' });
    expect(report.sequence).toBe(sequence - 1);
  });

  it.each([1, 3, 4, 7])('names record %d where it was changed', async (sequence) => {
    const report = await walk(
      links.map((link) =>
        link.sequence === sequence
          ? { ...link, record: link.record.replace('users:alice', 'users:mallory') }
          : link,
      ),
    );
    expect(report.fault).toEqual({ shard, sequence, fault: 'changed' });
  });

  it('shows what was cut off against a position that was noted', async () => {
    const cut = links.slice(0, 5);
    expect((await walk(cut)).fault).toBeNull();
    const report = await walk(cut, head === undefined ? [] : [head]);
    expect(report.fault).toEqual({ shard, sequence: 6, fault: 'missing' });
  });

  it('takes nothing for a page or for positions that is none', () => {
    expect(linkPageIn({ links, isLast: true })).toEqual({ links, isLast: true });
    expect(linkPageIn({ links: [{ ...head, record: 1 }], isLast: true })).toBeNull();
    expect(linkPageIn({ links })).toBeNull();
    expect(headsIn({ heads: [head] })).toEqual([head]);
    expect(headsIn([head])).toEqual([head]);
    for (const none of [null, {}, 'x', [{ shard: 1 }]]) expect(headsIn(none)).toBeNull();
  });
});
