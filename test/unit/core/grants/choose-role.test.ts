import { describe, expect, it } from '@jest/globals';

import { chooseRole } from '../../../../core/grants/choose-role.ts';
import type { Grant } from '../../../../core/grants/grant.ts';
import { blueRole, callerOf, redRole } from '../../../support/callers.ts';
import { byRole, decisionContextOf, grantOf } from '../../../support/grants.ts';
import { refusalOf } from '../../../support/refusal.ts';

const { mappedRoleArnPrefix } = decisionContextOf();
const choose = (
  changes: Parameters<typeof callerOf>[0],
  asked: string | null = null,
  grant: Grant = byRole,
) => chooseRole(grant, callerOf(changes), asked, mappedRoleArnPrefix);
const greenRole = 'arn:aws:iam::123456789012:role/stepkey/stepkey-by-role-green';

describe('[SEC-02] the role of a grant with one role', () => {
  const grant = grantOf();
  const role = 'arn:aws:iam::123456789012:role/stepkey/stepkey-shared';

  it('is that role, whatever the token names', () => {
    expect(choose({ roles: [redRole], preferredRole: redRole }, null, grant)).toBe(role);
  });

  it('may be asked for by its name', () => {
    expect(choose({}, role, grant)).toBe(role);
  });

  it('is no other role, even when the token names it', () => {
    const refusal = refusalOf(() => choose({ roles: [redRole] }, redRole, grant));
    expect(refusal.name).toBe('Role.NotMapped');
  });

  it('may be one that is there already', () => {
    const arn = 'arn:aws:iam::210987654321:role/teams/reports';
    expect(choose({}, null, grantOf({ role: { arn } }))).toBe(arn);
  });
});

describe('[SEC-02] the role from the token', () => {
  it.each<[string, Parameters<typeof callerOf>[0], string | null, string]>([
    ['the only one', { roles: [redRole] }, null, redRole],
    ['the preferred one', { roles: [redRole, blueRole], preferredRole: blueRole }, null, blueRole],
    ['the one asked for', { roles: [redRole, blueRole] }, redRole, redRole],
    [
      'the one asked for before the preferred one',
      { roles: [redRole, blueRole], preferredRole: blueRole },
      redRole,
      redRole,
    ],
    ['the only one that the grant allows', { roles: [greenRole, redRole] }, null, redRole],
    [
      'the only one left when the preferred one is not allowed',
      { roles: [greenRole, redRole], preferredRole: greenRole },
      null,
      redRole,
    ],
    ['the only one, though named twice', { roles: [redRole, redRole] }, null, redRole],
  ])('is %s', (_, caller, asked, expected) => {
    expect(choose(caller, asked)).toBe(expected);
  });

  it.each<[string, Parameters<typeof callerOf>[0], string | null]>([
    ['none is in the token', { roles: [] }, null],
    ['none of the token’s is allowed', { roles: [greenRole] }, null],
    ['only the preferred one is named', { roles: [], preferredRole: redRole }, null],
    ['the one asked for is not in the token', { roles: [redRole] }, blueRole],
    ['the one asked for is not allowed', { roles: [redRole, greenRole] }, greenRole],
    ['one is asked for and the token has none', { roles: [] }, redRole],
    ['the one asked for continues one that it has', { roles: [redRole] }, `${redRole}-admin`],
    ['the one asked for begins one that it has', { roles: [redRole] }, redRole.slice(0, -1)],
  ])('is refused when %s', (_, caller, asked) => {
    expect(refusalOf(() => choose(caller, asked)).name).toBe('Role.NotMapped');
  });

  it.each([
    ['a longer cousin', `${redRole}-admin`],
    ['a shorter cousin', redRole.slice(0, -1)],
    ['another case', redRole.toUpperCase()],
    ['a capital in its name', redRole.replace('-red', '-Red')],
    ...['aws-cn', 'aws-us-gov', 'aws-eusc', 'aws-iso', 'aws-iso-b', 'aws-iso-e', 'aws-iso-f'].map(
      (partition): [string, string] => [
        `one of the partition ${partition}`,
        redRole.replace('arn:aws:', `arn:${partition}:`),
      ],
    ),
    ['one of the partition AWS', redRole.replace('arn:aws:', 'arn:AWS:')],
    ['one without a partition', redRole.replace('arn:aws:', 'arn::')],
    ['one with a region', redRole.replace(':iam::', ':iam:us-east-1:')],
    ['one without an account', redRole.replace('123456789012', '')],
    ['another account', redRole.replace('123456789012', '123456789013')],
    ['another path', redRole.replace('/stepkey/', '/other/')],
    ['no path', redRole.replace('/stepkey/', '/')],
    ['a session of it', redRole.replace(':iam:', ':sts:').replace(':role/', ':assumed-role/')],
    ['a blank after it', `${redRole} `],
    ['a wildcard', redRole.replace('-red', '-*')],
    ['an invisible character in it', redRole.replace('-red', '-r\u200bed')],
    ['a look-alike letter', redRole.replace('-red', '-r\u0435d')],
    ['nothing', ''],
  ])('is never %s', (_, cousin) => {
    const caller = { roles: [cousin, blueRole], preferredRole: cousin };
    expect(refusalOf(() => choose(caller, cousin)).name).toBe('Role.NotMapped');
    expect(choose(caller)).toBe(blueRole);
    expect(refusalOf(() => choose({ roles: [cousin], preferredRole: cousin })).name).toBe(
      'Role.NotMapped',
    );
  });

  it('is ambiguous when several are left and none is preferred, and says among which', () => {
    const refusal = refusalOf(() => choose({ roles: [greenRole, blueRole, redRole] }));
    expect(refusal.name).toBe('Role.Ambiguous');
    expect(refusal.choices).toEqual([redRole, blueRole]);
  });

  it('stays ambiguous when the preferred one is not allowed', () => {
    const refusal = refusalOf(() =>
      choose({ roles: [greenRole, blueRole, redRole], preferredRole: greenRole }),
    );
    expect(refusal.name).toBe('Role.Ambiguous');
    expect(refusal.choices).not.toContain(greenRole);
  });
});
