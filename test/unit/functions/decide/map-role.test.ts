import { describe, expect, it } from '@jest/globals';

import { decide } from '../../../../core/grants/decide.ts';
import { mapRole, type MapRoleInput } from '../../../../functions/decide/map-role.ts';
import { callerOf, redRole } from '../../../support/callers.ts';
import { decisionContextOf } from '../../../support/grants.ts';
import { refusalOf } from '../../../support/refusal.ts';

const context = decisionContextOf();
const run = (changes: Partial<MapRoleInput> = {}) =>
  mapRole(context, {
    kind: 'credentials',
    caller: callerOf(),
    grant: 'own-files',
    roleArn: null,
    ...changes,
  });

describe('[SEC-02] the machine’s own choice of grant and role', () => {
  it('is the front’s, made again', () => {
    expect(run()).toEqual(decide(callerOf(), { grant: null, roleArn: null }, context));
  });

  it.each<[string, Partial<MapRoleInput>, string]>([
    ['a grant that refuses', { grant: 'team-read' }, 'Grant.Refused'],
    ['an unknown grant', { grant: 'payroll' }, 'Grant.Refused'],
    ['the grant of identities', { grant: '-' }, 'Grant.Refused'],
    ['a role that the grant does not give', { roleArn: redRole }, 'Role.NotMapped'],
    ['a caller without groups', { caller: callerOf({ groups: [] }) }, 'Grant.Refused'],
    [
      'a caller with a value that no session may carry',
      { caller: callerOf({ subject: 'users:a#b' }) },
      'Session.ValueRefused',
    ],
  ])('refuses %s', (_, changes, name) => {
    expect(refusalOf(() => run(changes)).name).toBe(name);
  });

  it('needs no grant for the identity alone, and names none that could exist', () => {
    expect(run({ kind: 'identity', grant: null, caller: callerOf({ groups: [] }) })).toEqual({
      grant: '-',
      cacheKey: '-',
    });
  });

  it('gives no decision to a request for the identity alone, whatever it names', () => {
    expect(run({ kind: 'identity' })).toEqual({ grant: '-', cacheKey: '-' });
  });
});
