import { describe, expect, it } from '@jest/globals';
import { callerOfWarrant } from '../../../../core/batches/caller-of-warrant.ts';
import { warrantOf } from '../../../../core/batches/warrant.ts';
import { callerOf } from '../../../support/callers.ts';
import { errorNameOf } from './error-name.ts';

const machine = callerOf({
  client: 'batch',
  kind: 'machine',
  tokenUse: 'access',
  scopes: ['stepkey/act-as'],
});
const expiresAt = 1_800_000_000;
const warrant = warrantOf(machine, { batchId: 'batch-1', grant: 'reports' }, expiresAt);
const open = (changes: object = {}, grant: string | null = 'reports', now = expiresAt - 1) =>
  callerOfWarrant(JSON.stringify({ ...warrant, ...changes }), grant, now);

describe('[SEC-13] a warrant', () => {
  it('speaks for the machine as its token did, and says nothing of a person', () => {
    expect(open()).toEqual({
      ...machine,
      username: null,
      expiresAtEpochSeconds: expiresAt,
      groups: [],
      roles: [],
      preferredRole: null,
      claims: {},
    });
  });

  it('ends at its time', () => {
    expect(errorNameOf(() => open({}, 'reports', expiresAt))).toBe('Token.Expired');
  });

  it.each(['own-files', '', null])('is good for no other grant: %j', (grant) => {
    expect(errorNameOf(() => open({}, grant))).toBe('Token.Invalid');
  });

  it.each([
    { format: 2 },
    { client: '' },
    { scopes: 'stepkey/act-as' },
    { authTimeEpochSeconds: 0 },
    { more: true },
  ])('of another shape is none: %j', (changes) => {
    expect(errorNameOf(() => open(changes))).toBe('Token.Invalid');
  });

  it('that is no JSON is none', () => {
    expect(errorNameOf(() => callerOfWarrant('warrant', 'reports', 1))).toBe('Token.Invalid');
  });
});
