import { describe, expect, it } from '@jest/globals';
import { segmentOf } from '../../../../core/ledger/segment.ts';
import { chainOf, issuanceRecord } from '../../../support/ledger.ts';

describe('a segment of a chain', () => {
  it('is named by its chain and its first and last number, and has one link a line', () => {
    const links = chainOf(5, [issuanceRecord('a'), issuanceRecord('b'), issuanceRecord('c')]);
    const segment = segmentOf(links.slice(1));
    expect(segment).toMatchObject({
      key: 'ledger/5/000000000002-000000000003.jsonl',
      lastSequence: 3,
    });
    const lines = segment?.text.split('\n') ?? [];
    expect(lines.pop()).toBe('');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(links.slice(1));
  });

  it('is none of no links', () => {
    expect(segmentOf([])).toBeNull();
  });
});
