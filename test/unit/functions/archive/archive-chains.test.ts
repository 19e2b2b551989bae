import { beforeEach, describe, expect, it } from '@jest/globals';
import { StepkeyError } from '../../../../core/errors.ts';
import type { Link } from '../../../../core/ledger/link.ts';
import type { Segment } from '../../../../core/ledger/segment.ts';
import { archiveChains, type ArchivePorts } from '../../../../functions/archive/archive-chains.ts';
import { fakeChainStore } from '../../../support/fakes/fake-chain-store.ts';
import { chainOf, firstFault, issuanceRecord } from '../../../support/ledger.ts';

let store: ReturnType<typeof fakeChainStore>;
let kept: Segment[];
let places: Map<number, number>;
let refusesPut: (segment: Segment) => boolean;
let refusesNote: (shard: number) => boolean;
let ports: ArchivePorts;

const grow = (shard: number, count: number): void => {
  const records = Array.from({ length: count }, (_, index) => issuanceRecord(`i-${String(index)}`));
  store.links.set(shard, chainOf(shard, records));
};
const linksOf = (shard: number): Link[] => [
  ...new Map(
    kept
      .flatMap(({ text }) => text.trim().split('\n'))
      .map((line) => JSON.parse(line) as Link)
      .filter((link) => link.shard === shard)
      .map((link) => [link.sequence, link]),
  ).values(),
];

beforeEach(() => {
  store = fakeChainStore();
  kept = [];
  places = new Map();
  refusesPut = () => false;
  refusesNote = () => false;
  const down = () => Promise.reject(new StepkeyError('Upstream.Unavailable'));
  ports = {
    chain: store,
    archive: {
      put: (segment) => {
        if (refusesPut(segment)) return down();
        kept.push(segment);
        return Promise.resolve();
      },
    },
    places: {
      recall: (shard) => Promise.resolve(places.get(shard) ?? 0),
      note: (shard, sequence) => {
        if (refusesNote(shard)) return down();
        places.set(shard, sequence);
        return Promise.resolve();
      },
    },
  };
});

describe('copying the ledger', () => {
  it('keeps every link of every chain, in segments named by what is in them', async () => {
    grow(0, 3);
    grow(5, 501);
    expect(await archiveChains(ports)).toEqual({ links: 504 });
    expect(kept.map(({ key }) => key)).toEqual([
      'ledger/0/000000000001-000000000003.jsonl',
      'ledger/5/000000000001-000000000500.jsonl',
      'ledger/5/000000000501-000000000501.jsonl',
    ]);
    expect(linksOf(5)).toEqual(store.links.get(5));
    expect(firstFault(5, linksOf(5))).toBeNull();
  });

  it('goes on where it ended, and writes nothing where nothing grew', async () => {
    grow(0, 3);
    await archiveChains(ports);
    expect(await archiveChains(ports)).toEqual({ links: 0 });
    grow(0, 4);
    expect(await archiveChains(ports)).toEqual({ links: 1 });
    expect(kept.map(({ key }) => key)).toEqual([
      'ledger/0/000000000001-000000000003.jsonl',
      'ledger/0/000000000004-000000000004.jsonl',
    ]);
  });

  it('leaves no gap when it ends between a segment and its note: it is written again', async () => {
    grow(0, 3);
    refusesNote = () => true;
    await expect(archiveChains(ports)).rejects.toMatchObject({ name: 'Upstream.Unavailable' });
    refusesNote = () => false;
    grow(0, 5);
    await archiveChains(ports);
    expect(linksOf(0)).toEqual(store.links.get(0));
  });

  it('notes no place of what was not kept', async () => {
    grow(0, 3);
    refusesPut = () => true;
    await expect(archiveChains(ports)).rejects.toMatchObject({ name: 'Upstream.Unavailable' });
    expect(places.size).toBe(0);
  });

  it('gives the other chains their turn when one fails, and says so', async () => {
    grow(1, 2);
    grow(2, 2);
    refusesPut = ({ key }) => key.startsWith('ledger/1/');
    await expect(archiveChains(ports)).rejects.toMatchObject({ name: 'Upstream.Unavailable' });
    expect(linksOf(2)).toHaveLength(2);
  });
});
