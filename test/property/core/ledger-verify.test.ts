import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { nodeDigest } from '../../../adapters/digest.ts';
import { hashOfLink, type Link } from '../../../core/ledger/link.ts';
import { chainOf, firstFault, issuanceRecord } from '../../support/ledger.ts';

const shard = 3;
const links = chainOf(
  shard,
  Array.from({ length: 12 }, (_, index) => issuanceRecord(`issuance-${String(index + 1)}`)),
);
const place = fc.integer({ min: 0, max: links.length - 1 });
const at = (index: number): Link => {
  const link = links[index];
  if (link === undefined) throw new RangeError('no such link');
  return link;
};
const withLink = (index: number, changed: Link): Link[] =>
  links.map((link, other) => (other === index ? changed : link));
const head = at(links.length - 1);

describe('[SEC-40] verifying a chain', () => {
  it('finds nothing in one that is as it was written', () => {
    expect(firstFault(shard, links, [head])).toBeNull();
    expect(firstFault(shard, links.slice(5), [], at(4))).toBeNull();
  });

  it('finds any change of any character of any record, and names it', () => {
    fc.assert(
      fc.property(
        place,
        fc.nat(),
        fc.string({ minLength: 1, maxLength: 1 }),
        (index, where, by) => {
          const link = at(index);
          const position = where % link.record.length;
          fc.pre(link.record[position] !== by);
          const record = link.record.slice(0, position) + by + link.record.slice(position + 1);
          expect(firstFault(shard, withLink(index, { ...link, record }))).toEqual({
            shard,
            sequence: index + 1,
            fault: 'changed',
          });
        },
      ),
    );
  });

  it('finds a record that was changed with its own hash made anew, and names it', () => {
    fc.assert(
      fc.property(place, (index) => {
        fc.pre(index < links.length - 1);
        const changed = { ...at(index), record: at(index).record.replace('alice', 'mallo') };
        const forged = { ...changed, hash: hashOfLink(changed, nodeDigest) };
        expect(firstFault(shard, withLink(index, forged))).toEqual({
          shard,
          sequence: index + 1,
          fault: 'changed',
        });
      }),
    );
  });

  it('finds the first record that is missing', () => {
    fc.assert(
      fc.property(place, fc.integer({ min: 1, max: 3 }), (index, length) => {
        fc.pre(index + length < links.length);
        const left = links.filter((_, other) => other < index || other >= index + length);
        expect(firstFault(shard, left)).toEqual({ shard, sequence: index + 1, fault: 'missing' });
      }),
    );
  });

  it('finds records that changed places, with their numbers or without', () => {
    fc.assert(
      fc.property(place, place, (one, other) => {
        fc.pre(one < other);
        const moved = withLink(one, at(other)).map((link, index) =>
          index === other ? at(one) : link,
        );
        expect(firstFault(shard, moved)).toMatchObject({ sequence: one + 1, fault: 'missing' });
        const renumbered = moved.map((link, index) => ({ ...link, sequence: index + 1 }));
        expect(firstFault(shard, renumbered)).toMatchObject({
          sequence: one + 1,
          fault: 'changed',
        });
      }),
    );
  });

  it('finds a record that is there twice, or comes from another chain', () => {
    fc.assert(
      fc.property(place, (index) => {
        const doubled = [...links.slice(0, index + 1), at(index), ...links.slice(index + 1)];
        expect(firstFault(shard, doubled)).toMatchObject({
          sequence: index + 1,
          fault: 'disordered',
        });
        const [foreign] = chainOf(shard + 1, [issuanceRecord('issuance-1')]);
        if (foreign === undefined) throw new TypeError('no link');
        expect(firstFault(shard, withLink(0, foreign))).toMatchObject({ sequence: 1 });
      }),
    );
  });

  it('finds a chain that was cut off behind what was noted of it', () => {
    fc.assert(
      fc.property(place, (length) => {
        expect(firstFault(shard, links.slice(0, length), [head])).toEqual({
          shard,
          sequence: length + 1,
          fault: 'missing',
        });
      }),
    );
  });

  it('finds a chain that was written anew from some record on, against what was noted', () => {
    fc.assert(
      fc.property(place, (index) => {
        const records = links.map((_, other) =>
          issuanceRecord(other === index ? 'another' : `issuance-${String(other + 1)}`),
        );
        const anew = chainOf(shard, records);
        expect(firstFault(shard, anew)).toBeNull();
        expect(firstFault(shard, anew, [head])).toEqual({
          shard,
          sequence: head.sequence,
          fault: 'changed',
        });
      }),
    );
  });
});
