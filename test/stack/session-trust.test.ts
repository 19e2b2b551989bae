import { describe, expect, it } from '@jest/globals';
import { evaluateTrust } from '../../local/iam/evaluate.ts';
import type { PolicyDocument } from '../../local/iam/policy.ts';
import { sessionTrustPolicy } from '../../stacks/session-trust.ts';

const trust = {
  identityPoolId: 'us-east-1:99999999-8888-4777-8666-555555555555',
  developerProvider: 'login.stepkey',
  grant: 'own-files',
  stsEndpointIds: ['vpce-sts'],
};
const keys: Readonly<Record<string, string | readonly string[]>> = {
  'cognito-identity.amazonaws.com:aud': trust.identityPoolId,
  'cognito-identity.amazonaws.com:amr': ['authenticated', 'login.stepkey', 'login.stepkey:a'],
  'aws:RequestTag/stepkey-grant': trust.grant,
  'aws:SourceVpce': 'vpce-sts',
};
const opens = (
  changes: Readonly<Record<string, string | readonly string[] | null>> = {},
  stsEndpointIds = trust.stsEndpointIds,
): boolean =>
  ['sts:AssumeRoleWithWebIdentity', 'sts:TagSession'].every(
    (action) =>
      evaluateTrust(sessionTrustPolicy({ ...trust, stsEndpointIds }) as PolicyDocument, {
        action,
        federated: 'cognito-identity.amazonaws.com',
        conditionKeys: Object.fromEntries(
          Object.entries({ ...keys, ...changes }).flatMap(([key, value]) =>
            value === null ? [] : [[key, value]],
          ),
        ),
      }).allowed,
  );

/** The same text is in the broker's own roles, in spokes and in what adopters paste. */
describe('the trust of a role that sessions of a grant assume', () => {
  it('opens to the broker’s own sessions of that grant', () => {
    expect(opens()).toBe(true);
  });

  it.each<[string, Readonly<Record<string, string | readonly string[] | null>>]>([
    ['another pool', { 'cognito-identity.amazonaws.com:aud': 'us-east-1:other' }],
    ['no pool', { 'cognito-identity.amazonaws.com:aud': null }],
    ['another grant', { 'aws:RequestTag/stepkey-grant': 'own-files-2' }],
    ['no grant', { 'aws:RequestTag/stepkey-grant': null }],
    [
      'a person with the classic flow',
      {
        'cognito-identity.amazonaws.com:amr': [
          'authenticated',
          'cognito-idp.us-east-1.amazonaws.com/us-east-1_a',
        ],
      },
    ],
    ['a guest', { 'cognito-identity.amazonaws.com:amr': ['unauthenticated'] }],
  ])('does not open to %s', (_, changes) => {
    expect(opens(changes)).toBe(false);
    expect(opens(changes, [])).toBe(false);
  });

  it.each<[string, string | null]>([
    ['another endpoint', 'vpce-other'],
    ['the internet', null],
  ])(
    'does not open to what comes through %s, where endpoints are named [SEC-60]',
    (_, endpoint) => {
      expect(opens({ 'aws:SourceVpce': endpoint })).toBe(false);
      expect(opens({ 'aws:SourceVpce': endpoint }, [])).toBe(true);
    },
  );
});
