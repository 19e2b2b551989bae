import { describe, expect, it } from '@jest/globals';

import {
  mappedRoleArn,
  mappedRoleName,
  mappedRolesOf,
} from '../../../../core/grants/mapped-role.ts';
import { byRole, decisionContextOf, grantOf, ownFiles } from '../../../support/grants.ts';

const { mappedRoleArnPrefix } = decisionContextOf();

describe('the roles of a grant', () => {
  it('are one, named after deployment and grant', () => {
    const roles = mappedRolesOf(ownFiles);
    expect(roles).toMatchObject([{ grant: 'own-files', key: null }]);
    expect(roles.map((role) => mappedRoleName('stepkey', role))).toEqual(['stepkey-own-files']);
  });

  it('are as many as the token may choose from, in the order of the file', () => {
    const roles = mappedRolesOf(byRole);
    expect(roles.map(({ key }) => key)).toEqual(['red', 'blue']);
    expect(roles.map((role) => mappedRoleName('stepkey', role))).toEqual([
      'stepkey-by-role-red',
      'stepkey-by-role-blue',
    ]);
  });

  it('have the ARN that their name gives under the prefix', () => {
    for (const grant of [ownFiles, byRole]) {
      for (const role of mappedRolesOf(grant)) {
        expect(mappedRoleArn(mappedRoleArnPrefix, role)).toBe(
          `arn:aws:iam::123456789012:role/stepkey/${mappedRoleName('stepkey', role)}`,
        );
      }
    }
  });

  it('keep the ARN of a role that is there already', () => {
    const arn = 'arn:aws:iam::210987654321:role/reports';
    const roles = mappedRolesOf(grantOf({ role: { fromToken: { reports: { arn } } } }));
    expect(roles.map((role) => mappedRoleArn(mappedRoleArnPrefix, role))).toEqual([arn]);
  });
});
