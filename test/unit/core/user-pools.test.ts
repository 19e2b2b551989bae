import { describe, expect, it } from '@jest/globals';
import { ambiguousNamesOf } from '../../../core/user-pools.ts';

describe('[SEC-10] the names of user pools and their clients', () => {
  const staff = { alias: 'staff', clients: { app: 'id-1', job: 'id-2' } };

  it('may be any that mean one thing each', () => {
    const partners = { alias: 'partners', clients: { portal: 'id-3' } };
    expect(ambiguousNamesOf([staff, partners])).toEqual([]);
  });

  it.each([
    [
      'a client of one pool and of another',
      { alias: 'partners', clients: { app: 'id-3' } },
      'client app',
    ],
    ['a pool of the same alias', { alias: 'staff', clients: { portal: 'id-3' } }, 'alias staff'],
    [
      'one client under two names',
      { alias: 'partners', clients: { portal: 'id-1' } },
      'client id id-1',
    ],
  ])('are refused for %s', (_, other, fault) => {
    expect(ambiguousNamesOf([staff, other])).toEqual([fault]);
  });
});
