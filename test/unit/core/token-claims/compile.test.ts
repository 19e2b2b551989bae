import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { compileTokenClaims } from '../../../../core/token-claims/compile.ts';
import { TokenClaimsFileError } from '../../../../core/token-claims/fault.ts';
import { tokenClaimsText } from '../../../support/token-claims.ts';

const faultsOf = (text: string): readonly string[] => {
  try {
    compileTokenClaims('token-claims.json', text);
    return [];
  } catch (error) {
    if (!(error instanceof TokenClaimsFileError)) throw error;
    expect(error.faults.every(({ file }) => file === 'token-claims.json')).toBe(true);
    return error.faults.map(({ path, reason }) => `${path}: ${reason}`);
  }
};
const faultsOfRule = (rule: unknown) => faultsOf(tokenClaimsText(rule));

const addition = 'Cognito lets no trigger override this claim';
const suppression = 'Cognito lets no trigger suppress this claim';
const scopes = 'scopes are changed with addScopes and suppressScopes';
const reserved = (
  'acr amr at_hash aud auth_time azp client_id cognito:username cognito:groups cognito:roles ' +
  'cognito:preferred_role device_key event_id exp iat identities iss jti nbf nonce origin_jti sub ' +
  'token_use username version'
).split(' ');

describe('compileTokenClaims', () => {
  it('takes the deployment’s own file', () => {
    expect(faultsOf(readFileSync('identity/token-claims.json', 'utf8'))).toEqual([]);
  });

  it.each(reserved)('refuses to add %s to either token', (claim) => {
    for (const token of ['idToken', 'accessToken']) {
      expect(faultsOfRule({ [token]: { addClaims: { [claim]: { constant: 'x' } } } })).toEqual([
        `rules.0.${token}.addClaims.${claim}: ${addition}`,
      ]);
    }
  });

  it.each(reserved.filter((claim) => claim !== 'cognito:groups'))(
    'refuses to suppress %s in either token',
    (claim) => {
      for (const token of ['idToken', 'accessToken']) {
        expect(faultsOfRule({ [token]: { suppressClaims: ['email', claim] } })).toEqual([
          `rules.0.${token}.suppressClaims.1: ${suppression}`,
        ]);
      }
    },
  );

  it('refuses to suppress all scopes as if they were a claim', () => {
    for (const token of ['idToken', 'accessToken']) {
      expect(faultsOfRule({ [token]: { suppressClaims: ['scope'] } })).toEqual([
        `rules.0.${token}.suppressClaims.0: ${scopes}`,
      ]);
    }
  });

  it.each(['null', '7', '[]', '{}', '{"rules":7}', '{"rules":null}', '{"rules":{}}'])(
    'refuses a file that is no list of rules: %s',
    (text) => {
      expect(faultsOf(text).at(-1)).toMatch(/Invalid input/);
    },
  );

  it('says what is at fault, all of it', () => {
    const error = new TokenClaimsFileError([{ file: 'f', path: 'a', reason: 'is b' }]);
    expect(error.name).toBe('TokenClaimsFileError');
    expect(error.message).toBe('The token claims have 1 fault:\n  f: a: is b');
    expect(faultsOfRule({ idToken: { suppressClaims: [''] } })).toEqual([
      'rules.0.idToken.suppressClaims.0: must be 1–131 visible characters',
    ]);
  });

  it('lets the groups and the claims of developers be suppressed, and not added', () => {
    const claims = ['cognito:groups', 'dev:tenant'];
    expect(faultsOfRule({ idToken: { suppressClaims: claims } })).toEqual([]);
    expect(faultsOfRule({ idToken: { addClaims: { 'dev:tenant': { constant: 'x' } } } })).toEqual([
      'rules.0.idToken.addClaims.dev:tenant: Cognito lets this claim only be suppressed',
    ]);
  });

  it.each([
    ['no JSON', '{', ': is not JSON, or repeats a key'],
    [
      'a repeated key',
      '{"description":"a","description":"b","rules":[{"idToken":{"suppressClaims":["email"]}}]}',
      ': is not JSON, or repeats a key',
    ],
  ])('refuses %s', (_case, text, fault) => {
    expect(faultsOf(text)).toEqual([fault]);
  });

  it.each([
    [
      'scope among the claims',
      { accessToken: { addClaims: { scope: { constant: 'a' } } } },
      `accessToken.addClaims.scope: ${scopes}`,
    ],
    [
      'a scope with a blank',
      { accessToken: { addScopes: ['a b'] } },
      'accessToken.addScopes.0: must be a scope: no blank, quote or backslash',
    ],
    [
      'a claim added and suppressed by one rule',
      { idToken: { addClaims: { email: { constant: 'a' } }, suppressClaims: ['email'] } },
      'idToken.suppressClaims.0: the same rule adds it',
    ],
    [
      'a scope added and suppressed by one rule',
      { accessToken: { addScopes: ['a'], suppressScopes: ['a'] } },
      'accessToken.suppressScopes.0: the same rule adds it',
    ],
    [
      'a value of two kinds',
      { idToken: { addClaims: { plan: { constant: 'a', attribute: 'b' } } } },
      'idToken.addClaims.plan: must have exactly one of constant and attribute',
    ],
    [
      'a value of no kind',
      { idToken: { addClaims: { plan: {} } } },
      'idToken.addClaims.plan: must have exactly one of constant and attribute',
    ],
    [
      'a null',
      { idToken: { addClaims: { plan: { constant: null } } } },
      'idToken.addClaims.plan.constant: must not be null',
    ],
    [
      'a preferred role that is none of the roles',
      { replaceGroups: { groups: ['a'], preferredRole: 'arn:aws:iam::123456789012:role/a' } },
      'replaceGroups.preferredRole: must be one of the roles',
    ],
    [
      'scopes of an ID token',
      { idToken: { suppressClaims: ['email'], addScopes: ['a'] } },
      /^rules\.0\.idToken: Unrecognized/,
    ],
    [
      'an ID token of a machine',
      { for: 'machines', idToken: { suppressClaims: ['email'] } },
      'idToken: a machine gets no ID token',
    ],
    [
      'groups of a machine',
      { for: 'machines', replaceGroups: { groups: ['a'] } },
      'replaceGroups: a machine is in no group',
    ],
    [
      'a machine by its groups',
      {
        for: 'machines',
        when: { groups: { noneOf: ['a'] } },
        accessToken: { addScopes: ['a'] },
      },
      'when.groups: a machine is in no group',
    ],
    [
      'a machine by its attributes',
      {
        for: 'machines',
        when: { attributes: { email: { anyOf: ['a'] } } },
        accessToken: { addScopes: ['a'] },
      },
      'when.attributes: a machine has no attributes',
    ],
    [
      'a claim of a machine from an attribute',
      { for: 'machines', accessToken: { addClaims: { a: { attribute: 'email' } } } },
      'accessToken.addClaims.a.attribute: a machine has no attributes',
    ],
    [
      'a person by scopes',
      { when: { scopes: { anyOf: ['a'] } }, accessToken: { addScopes: ['b'] } },
      'when.scopes: only rules for machines look at this',
    ],
    [
      'a person by a client',
      { for: 'people', when: { clients: { anyOf: ['a'] } }, accessToken: { addScopes: ['b'] } },
      'when.clients: only rules for machines look at this',
    ],
    [
      'what Cognito vouches for, in a machine’s token',
      { for: 'machines', accessToken: { addClaims: { client_id: { constant: 'x' } } } },
      `accessToken.addClaims.client_id: ${addition}`,
    ],
    ['an empty condition', { when: {}, replaceGroups: { groups: [] } }, 'when: must not be empty'],
  ])('refuses %s, and says where', (_case, rule, fault) => {
    const [first, ...others] = faultsOfRule(rule);
    expect(others).toEqual([]);
    if (typeof fault === 'string') expect(first).toBe(`rules.0.${fault}`);
    else expect(first).toMatch(fault);
  });

  it('refuses a rule that changes nothing', () => {
    expect(faultsOfRule({ when: { groups: { anyOf: ['a'] } } })).toEqual([
      'rules.0: must change a token or the groups',
    ]);
  });

  it('names the faults of every rule together, whatever kind they are', () => {
    expect(
      faultsOf(
        tokenClaimsText(
          { accessToken: { addScopes: ['a b'] } },
          { idToken: { addClaims: { sub: { constant: 'x' } } } },
        ),
      ),
    ).toEqual([
      'rules.0.accessToken.addScopes.0: must be a scope: no blank, quote or backslash',
      `rules.1.idToken.addClaims.sub: ${addition}`,
    ]);
  });
});
