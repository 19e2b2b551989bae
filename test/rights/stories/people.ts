import type { Owner, Stage, Stories } from '../story.ts';

/** Who may look people up in the user pool. */
const finders = [
  'function stepkey-api',
  'function stepkey-decide',
  'function stepkey-revoke',
] as const;
const others = [
  'function stepkey-exchange',
  'function stepkey-revocations',
  'machine stepkey-issue-credentials',
  'machine stepkey-revoke',
] as const;

const lookUps = ({ as, twin }: Stage, owner: Owner): readonly (() => Promise<unknown>)[] => {
  const { userPoolId: UserPoolId } = twin.endpoints;
  const user = { UserPoolId, Username: 'alice' };
  return [
    () => as(owner)('cognito-idp', 'AdminGetUser', user),
    () => as(owner)('cognito-idp', 'AdminListGroupsForUser', user),
    () => as(owner)('cognito-idp', 'ListUsers', { UserPoolId }),
  ];
};

const developerIdentity = ({ admin, as, twin }: Stage, owner: Owner) => {
  const { identityPoolId: IdentityPoolId, developerProvider } = twin.endpoints;
  return async (): Promise<unknown> => {
    await admin('cognito-identity', 'GetOpenIdTokenForDeveloperIdentity', {
      IdentityPoolId,
      Logins: { [developerProvider]: 'users:story' },
    });
    return as(owner)('cognito-identity', 'LookupDeveloperIdentity', {
      IdentityPoolId,
      DeveloperUserIdentifier: 'users:story',
    });
  };
};

export const people: Stories = [
  ...finders.map((owner) => ({
    title: `${owner} finds people in the user pool`,
    tell: async (stage: Stage) => {
      for (const lookUp of lookUps(stage, owner)) await lookUp();
      await stage.refused(developerIdentity(stage, owner)());
    },
  })),
  ...others.map((owner) => ({
    title: `${owner} finds nobody`,
    tell: async (stage: Stage) => {
      for (const lookUp of lookUps(stage, owner)) await stage.refused(lookUp());
      await stage.refused(developerIdentity(stage, owner)());
    },
  })),
  {
    title: 'the identity function finds an identity whose registration it did not finish',
    tell: async (stage) => {
      await developerIdentity(stage, 'function stepkey-identity')();
    },
  },
];
