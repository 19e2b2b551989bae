import { describe, expect, it } from '@jest/globals';
import { reachAnswer } from '../../../../core/contracts/reach-answer.ts';
import { reachOf } from '../../../../core/grants/reach.ts';
import {
  byRole,
  grantOf,
  ownFiles,
  reports,
  templateValues,
  teamRead,
} from '../../../support/grants.ts';

const mappedRoleArnPrefix = 'arn:aws:iam::123456789012:role/stepkey/stepkey-';
const only = (grant: Parameters<typeof reachOf>[0][number]) => {
  const [reach] = reachOf([grant], { mappedRoleArnPrefix, templateValues }).grants;
  if (reach === undefined) throw new TypeError('no reach');
  return reach;
};
const whoOf = (rules: readonly object[]) => only(grantOf({ rules })).who;

describe('who', () => {
  it('is a sentence for each rule, in their order', () => {
    expect(
      whoOf([
        { effect: 'refuse', when: { groups: { anyOf: ['suspended', 'left'] } } },
        {
          when: {
            kind: 'person',
            groups: { allOf: ['readers', 'staff'], noneOf: ['guests'] },
            claims: { 'custom:plan': { anyOf: ['business', 'gold plan'] } },
          },
        },
      ]),
    ).toEqual([
      'No one in suspended or left.',
      'Any person in readers and staff, not in guests, with custom:plan business or "gold plan".',
    ]);
  });

  it('has machines, and whoever is no matter what', () => {
    expect(
      whoOf([
        { effect: 'refuse', when: { kind: 'person' } },
        { when: { kind: 'machine' } },
        { when: { groups: { noneOf: ['guests'] } } },
      ]),
    ).toEqual(['No person.', 'Any machine.', 'Anyone not in guests.']);
  });

  it('does not read one group as two, nor a text as a number', () => {
    const [groups] = whoOf([{ when: { groups: { anyOf: ['a or b', 'c'] } } }]);
    expect(groups).toBe('Anyone in "a or b" or c.');
    const [claims] = whoOf([
      { when: { claims: { level: { anyOf: [1, '1', true, 'true', 'or', 'a, with x y'] } } } },
    ]);
    expect(claims).toBe('Anyone with level 1 or "1" or true or "true" or "or" or "a, with x y".');
  });
});

describe('the reach of a grant', () => {
  it('has the deployment’s values filled in, and the caller’s not', () => {
    expect(only(ownFiles)).toMatchObject({
      grant: 'own-files',
      use: 'self',
      clients: ['app', 'cli'],
      who: ['Anyone in readers.'],
      roles: [`${mappedRoleArnPrefix}own-files`],
      actions: expect.arrayContaining([
        's3:GetObject on arn:aws:s3:::stepkey-files/private/${cognito-identity.amazonaws.com:sub}/*',
        's3:ListBucket on arn:aws:s3:::stepkey-files if StringLike s3:prefix private/${cognito-identity.amazonaws.com:sub}/*',
      ]),
      narrowedTo: expect.arrayContaining([
        's3:GetObject on arn:aws:s3:::stepkey-files/private/{{identityId}}/*',
      ]),
    });
  });

  it('has no more than the role where no session policy narrows it', () => {
    expect(only(teamRead).narrowedTo).toBeNull();
  });

  it('has every role that the token may choose, and all that they allow', () => {
    const { roles, actions } = only(byRole);
    expect(roles).toEqual([
      `${mappedRoleArnPrefix}by-role-red`,
      `${mappedRoleArnPrefix}by-role-blue`,
    ]);
    expect(actions).toContain('s3:PutObject on arn:aws:s3:::stepkey-files/colours/red/*');
    expect(actions).toContain('s3:PutObject on arn:aws:s3:::stepkey-files/colours/blue/*');
  });

  it('says whose behalf it is for, and all conditions of it', () => {
    const { use, actions } = only(reports);
    expect(use).toBe('act-as');
    expect(actions.at(-1)).toMatch(
      / if StringLike s3:prefix private\/\S+ and StringEquals aws:PrincipalTag\/stepkey-actor batch$/,
    );
  });

  it('names a denial as one, and a role of elsewhere as unknown', () => {
    const statement = { Action: ['s3:A', 's3:B'], Resource: ['r1', 'r2'] };
    expect(
      only(grantOf({ role: { permissions: [{ Effect: 'Deny', ...statement }] } })).actions,
    ).toEqual(['never s3:A on r1', 'never s3:A on r2', 'never s3:B on r1', 'never s3:B on r2']);
    const arn = 'arn:aws:iam::123456789012:role/elsewhere';
    expect(only(grantOf({ role: { arn } }))).toMatchObject({
      roles: [arn],
      actions: [`whatever ${arn} allows`],
    });
  });

  it('is what the API promises', () => {
    const reach = reachOf([ownFiles, teamRead, byRole, reports], {
      mappedRoleArnPrefix,
      templateValues,
    });
    expect(reachAnswer.parse(reach)).toEqual(reach);
  });
});
