import { describe, expect, it } from '@jest/globals';
import {
  isSpread,
  listedAttributes,
  listIndexes,
  listPartition,
  listSortAttribute,
} from '../../../../core/ledger/list-indexes.ts';
import { listedFrom, listFilters, listingOf, outcomes } from '../../../../core/ledger/listing.ts';
import type { LedgerRecord } from '../../../../core/ledger/record.ts';
import { issuanceRecord } from '../../../support/ledger.ts';

const recordOf = (kind: LedgerRecord['kind'], data: LedgerRecord['data']): LedgerRecord => ({
  ...issuanceRecord('id-1', { kind }),
  data,
});

describe('where a record is listed', () => {
  it('is by its second and id, and by what a list may be narrowed to', () => {
    const record = issuanceRecord('id-1', {
      atEpochSeconds: 1_795_262_400,
      data: { actor: 'batch', client: 'app', source: 'minted' },
    });
    expect(listingOf(record)).toEqual({
      listedAt: '001795262400#id-1/issuance',
      outcome: 'minted',
      terms: {
        accessKeyId: 'ASIAEXAMPLE00000001',
        identityId: 'us-east-1:aaaa',
        subject: 'users:alice',
        actor: 'batch',
        grant: 'own-files',
        client: 'app',
      },
    });
  });

  it('is under nothing that it does not say', () => {
    const record = { ...recordOf('denial', { client: null, grant: 'own-files' }), subject: null };
    expect(listingOf(record)?.terms).toEqual({ grant: 'own-files' });
  });

  it.each<[LedgerRecord['kind'], LedgerRecord['data'], string | null]>([
    ['issuance', { source: 'minted' }, 'minted'],
    ['issuance', { source: 'cache' }, 'cache'],
    ['denial', {}, 'denied'],
    ['denial', { source: 'minted' }, 'denied'],
    ['session', { status: 'WITHDRAWN' }, 'withdrawn'],
    ['session', { status: 'FAILED' }, 'failed'],
    // Under its subject only.
    ['session', { status: 'ACTIVE' }, null],
  ])('a record of the kind %s with %j has the outcome %s', (kind, data, outcome) => {
    expect(listingOf(recordOf(kind, data))).toMatchObject({ outcome });
  });

  it.each<[LedgerRecord['kind'], LedgerRecord['data']]>([
    ['session', { status: 'MINTING' }],
    ['identity', { status: 'FAILED' }],
    ['revocation', { status: 'WITHDRAWN' }],
    ['batch', { status: 'ACTIVE' }],
    ['removal', {}],
    ['restoration', { source: 'minted' }],
  ])('is nowhere for a record of the kind %s with %j', (kind, data) => {
    expect(listingOf(recordOf(kind, data))).toBeNull();
  });

  it('begins for a second before everything of that second, and behind every earlier one', () => {
    const at = (atEpochSeconds: number) =>
      listingOf(issuanceRecord('', { atEpochSeconds }))?.listedAt ?? '';
    expect(listedFrom(7)).toBe('000000000007');
    expect(listedFrom(1_000_000_000) <= at(1_000_000_000)).toBe(true);
    expect(listedFrom(1_000_000_000) > at(999_999_999)).toBe(true);
  });
});

// The templates and the rows that are there already have these names: another one is another table.
describe('the lists', () => {
  it('lie in these indexes', () => {
    expect(listIndexes).toEqual({
      time: { index: 'by-time', attribute: 'byTime' },
      refusal: { index: 'by-refusal', attribute: 'byRefusal' },
      accessKeyId: { index: 'by-access-key-id', attribute: 'byAccessKeyId' },
      identityId: { index: 'by-identity-id', attribute: 'byIdentityId' },
      subject: { index: 'by-subject', attribute: 'bySubject' },
      actor: { index: 'by-actor', attribute: 'byActor' },
      grant: { index: 'by-grant', attribute: 'byGrant' },
      client: { index: 'by-client', attribute: 'byClient' },
    });
    expect(listSortAttribute).toBe('listedAt');
    expect(listPartition.spread('own-files', 3)).toBe('own-files#3');
    expect(listPartition.sessionsOf('users:alice')).toBe('SESSIONS#users:alice');
  });

  it('can be narrowed by these terms, each kept with every entry, and by outcome', () => {
    const terms = ['accessKeyId', 'identityId', 'subject', 'actor', 'grant', 'client'];
    expect(listFilters).toEqual(terms);
    expect(listedAttributes).toEqual([...terms, 'outcome']);
    expect(outcomes).toEqual(['minted', 'cache', 'denied', 'withdrawn', 'failed']);
  });

  it('are spread where few values occur', () => {
    expect(listFilters.filter(isSpread)).toEqual(['actor', 'grant', 'client']);
  });
});
