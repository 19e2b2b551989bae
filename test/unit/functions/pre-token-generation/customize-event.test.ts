import { describe, expect, it } from '@jest/globals';
import {
  customizeEvent,
  type PreTokenGenerationEvent,
} from '../../../../functions/pre-token-generation/customize-event.ts';
import { tokenClaims } from '../../../support/token-claims.ts';

const config = tokenClaims(
  {
    idToken: {
      addClaims: {
        tenant: { constant: { id: 7 } },
        level: { constant: 3 },
        mail: { attribute: 'email' },
      },
      suppressClaims: ['phone_number'],
    },
    accessToken: {
      addClaims: { level: { constant: 3 } },
      suppressClaims: ['cognito:groups'],
      addScopes: ['stepkey/credentials'],
      suppressScopes: ['aws.cognito.signin.user.admin'],
    },
  },
  { when: { groups: { anyOf: ['auditors'] } }, accessToken: { addScopes: ['stepkey/audit'] } },
);
const role = 'arn:aws:iam::123456789012:role/red';

const event = (version: string, overrides: Partial<PreTokenGenerationEvent> = {}) => ({
  version,
  triggerSource: 'TokenGeneration_Authentication',
  userName: 'audrey',
  request: {
    userAttributes: { sub: 'a', email: 'audrey@example.com' },
    groupConfiguration: {
      groupsToOverride: ['auditors'],
      iamRolesToOverride: [],
      preferredRole: null,
    },
  },
  response: {},
  ...overrides,
});

describe.each(['2', '3'])('an event of version %s', (version) => {
  it('is answered for both tokens, values as they are, and otherwise as it came', () => {
    const given = event(version);
    expect(customizeEvent(config, given)).toEqual({
      ...given,
      response: {
        claimsAndScopeOverrideDetails: {
          idTokenGeneration: {
            claimsToAddOrOverride: { tenant: { id: 7 }, level: 3, mail: 'audrey@example.com' },
            claimsToSuppress: ['phone_number'],
          },
          accessTokenGeneration: {
            claimsToAddOrOverride: { level: 3 },
            claimsToSuppress: ['cognito:groups'],
            scopesToAdd: ['stepkey/credentials', 'stepkey/audit'],
            scopesToSuppress: ['aws.cognito.signin.user.admin'],
          },
          groupOverrideDetails: given.request.groupConfiguration,
        },
      },
    });
  });
});

describe('a machine’s event', () => {
  const machines = tokenClaims(
    { accessToken: { addScopes: ['of/people'] } },
    {
      for: 'machines',
      when: { scopes: { anyOf: ['stepkey/act-as'] } },
      accessToken: {
        addClaims: { tenant: { constant: { id: 7 } } },
        suppressClaims: ['version_hint'],
        addScopes: ['stepkey/credentials'],
        suppressScopes: ['stepkey/act-as'],
      },
    },
  );
  const machineEvent = (overrides: object = {}) =>
    event('3', {
      triggerSource: 'TokenGeneration_ClientCredentials',
      callerContext: { clientId: 'batch' },
      request: { scopes: ['stepkey/act-as'] },
      ...overrides,
    });
  const none = { claimsToAddOrOverride: {}, claimsToSuppress: [] };

  it('is answered by the rules for machines, for the access token alone', () => {
    expect(customizeEvent(machines, machineEvent()).response).toEqual({
      claimsAndScopeOverrideDetails: {
        accessTokenGeneration: {
          claimsToAddOrOverride: { tenant: { id: 7 } },
          claimsToSuppress: ['version_hint'],
          scopesToAdd: ['stepkey/credentials'],
          scopesToSuppress: ['stepkey/act-as'],
        },
      },
    });
  });

  it('is answered with nothing where only rules for people would match', () => {
    expect(customizeEvent(config, machineEvent()).response).toEqual({
      claimsAndScopeOverrideDetails: {
        accessTokenGeneration: { ...none, scopesToAdd: [], scopesToSuppress: [] },
      },
    });
  });

  it.each([
    ['the client', { callerContext: {} }],
    ['the scopes', { request: { scopes: null } }],
    ['the version of machines', { version: '2' }],
  ])('is refused without %s', (_what, overrides) => {
    expect(() => customizeEvent(machines, machineEvent(overrides))).toThrow(TypeError);
  });
});

describe('an event of version 1', () => {
  it('is answered for the ID token, in texts', () => {
    expect(customizeEvent(config, event('1')).response).toEqual({
      claimsOverrideDetails: {
        claimsToAddOrOverride: { tenant: '{"id":7}', level: '3', mail: 'audrey@example.com' },
        claimsToSuppress: ['phone_number'],
        groupOverrideDetails: event('1').request.groupConfiguration,
      },
    });
  });
});

describe('every version', () => {
  const detailsOf = (version: string, replaceGroups: object) =>
    Object.values(customizeEvent(tokenClaims({ replaceGroups }), event(version)).response)[0] as {
      groupOverrideDetails?: unknown;
    };

  it.each(['1', '2', '3'])('%s replaces the groups, by an empty object for none', (version) => {
    expect(detailsOf(version, { groups: [] }).groupOverrideDetails).toEqual({});
    expect(detailsOf(version, { groups: ['b'] }).groupOverrideDetails).toEqual({
      groupsToOverride: ['b'],
      iamRolesToOverride: [],
    });
    expect(
      detailsOf(version, { groups: ['b'], roles: [role], preferredRole: role })
        .groupOverrideDetails,
    ).toEqual({ groupsToOverride: ['b'], iamRolesToOverride: [role], preferredRole: role });
  });

  it.each(['1', '2', '3'])('%s hands back groups that no rule replaces', (version) => {
    const configuration = {
      groupsToOverride: ['a'],
      iamRolesToOverride: [role],
      preferredRole: role,
    };
    const given = event(version, { request: { groupConfiguration: configuration } });
    expect(Object.values(customizeEvent(config, given).response)).toEqual([
      expect.objectContaining({ groupOverrideDetails: configuration }),
    ]);
  });

  it.each([undefined, null])(
    'is answered without groups where it came with %s',
    (configuration) => {
      const request = configuration === undefined ? {} : { groupConfiguration: configuration };
      const { response } = customizeEvent(config, event('2', { request }));
      expect(JSON.stringify(response)).not.toContain('groupOverrideDetails');
    },
  );

  it.each([
    'TokenGeneration_HostedAuth',
    'TokenGeneration_NewPasswordChallenge',
    'TokenGeneration_AuthenticateDevice',
    'TokenGeneration_RefreshTokens',
  ])('is answered alike on %s', (triggerSource) => {
    expect(customizeEvent(config, event('2', { triggerSource })).response).toEqual(
      customizeEvent(config, event('2')).response,
    );
  });

  it('takes a person without groups and attributes', () => {
    const request = { userAttributes: null, groupConfiguration: { groupsToOverride: null } };
    expect(customizeEvent(config, event('2', { request })).response).toMatchObject({
      claimsAndScopeOverrideDetails: {
        accessTokenGeneration: { scopesToAdd: ['stepkey/credentials'] },
      },
    });
  });

  it.each([
    ['version', event('4')],
    ['trigger', event('2', { triggerSource: 'TokenGeneration_Unheard' })],
  ])('refuses an unknown %s', (_what, unknown) => {
    expect(() => customizeEvent(config, unknown)).toThrow(TypeError);
  });
});
