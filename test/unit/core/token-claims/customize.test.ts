import { describe, expect, it } from '@jest/globals';
import { customizeTokens, type TokenHolder } from '../../../../core/token-claims/customize.ts';
import { tokenClaims } from '../../../support/token-claims.ts';

const alice: TokenHolder = {
  groups: ['readers', 'writers'],
  attributes: { sub: 'a', email: 'alice@example.com', 'custom:plan': 'business' },
};
const scopesOf = (when: object, holder = alice) =>
  customizeTokens(tokenClaims({ when, accessToken: { addScopes: ['x'] } }), holder).scopes.add;

describe('a rule', () => {
  it.each([
    [{ groups: { anyOf: ['auditors', 'readers'] } }, true],
    [{ groups: { anyOf: ['auditors'] } }, false],
    [{ groups: { allOf: ['readers', 'writers'] } }, true],
    [{ groups: { allOf: ['readers', 'auditors'] } }, false],
    [{ groups: { noneOf: ['auditors'] } }, true],
    [{ groups: { anyOf: ['readers'], noneOf: ['writers'] } }, false],
    [{ attributes: { 'custom:plan': { anyOf: ['free', 'business'] } } }, true],
    [{ attributes: { 'custom:plan': { anyOf: ['free'] } } }, false],
    [{ attributes: { 'custom:absent': { anyOf: ['free'] } } }, false],
    [{ attributes: { constructor: { anyOf: ['free'] } } }, false],
    [{ groups: { anyOf: ['readers'] }, attributes: { 'custom:plan': { anyOf: ['free'] } } }, false],
  ])('applies only where all of %j holds', (when, holds) => {
    expect(scopesOf(when)).toEqual(holds ? ['x'] : []);
  });

  it('adds constants of any type and what attributes hold, to each token apart', () => {
    const { idToken, accessToken } = customizeTokens(
      tokenClaims({
        idToken: {
          addClaims: { tenant: { constant: { id: 7 } }, mail: { attribute: 'email' } },
        },
        accessToken: {
          addClaims: { level: { constant: 3 }, none: { attribute: 'custom:absent' } },
        },
      }),
      alice,
    );
    expect(idToken).toEqual({
      add: { tenant: { id: 7 }, mail: 'alice@example.com' },
      suppress: [],
    });
    expect(accessToken).toEqual({ add: { level: 3 }, suppress: [] });
  });
});

describe('several rules', () => {
  it('apply together, each scope once', () => {
    const { scopes } = customizeTokens(
      tokenClaims(
        { accessToken: { addScopes: ['a', 'b'] } },
        { accessToken: { addScopes: ['b', 'c'] } },
      ),
      alice,
    );
    expect(scopes).toEqual({ add: ['a', 'b', 'c'], suppress: [] });
  });

  it('override one another in order', () => {
    const { idToken, groups } = customizeTokens(
      tokenClaims(
        { idToken: { addClaims: { plan: { constant: 1 } } }, replaceGroups: { groups: ['one'] } },
        { idToken: { addClaims: { plan: { constant: 2 } } }, replaceGroups: { groups: ['two'] } },
        { idToken: { addClaims: { plan: { attribute: 'custom:absent' } } } },
      ),
      alice,
    );
    expect(idToken.add).toEqual({ plan: 2 });
    expect(groups).toEqual({ groups: ['two'], roles: [] });
  });

  it('suppress rather than add, in whichever order', () => {
    const add = {
      idToken: { addClaims: { email: { constant: 'x' } } },
      accessToken: { addScopes: ['a', 'b'] },
    };
    const suppress = {
      idToken: { suppressClaims: ['email'] },
      accessToken: { suppressScopes: ['a'] },
    };
    for (const rules of [
      [add, suppress],
      [suppress, add],
    ]) {
      const { idToken, scopes } = customizeTokens(tokenClaims(...rules), alice);
      expect(idToken).toEqual({ add: {}, suppress: ['email'] });
      expect(scopes).toEqual({ add: ['b'], suppress: ['a'] });
    }
  });

  it('look at the groups of the pool, not at those that another rule gives', () => {
    const { scopes } = customizeTokens(
      tokenClaims(
        { replaceGroups: { groups: ['auditors'] } },
        { when: { groups: { anyOf: ['auditors'] } }, accessToken: { addScopes: ['x'] } },
      ),
      alice,
    );
    expect(scopes.add).toEqual([]);
  });

  it('leave the groups alone unless a rule replaces them, which may be by none', () => {
    const groupsOf = (...rules: object[]) => customizeTokens(tokenClaims(...rules), alice).groups;
    expect(groupsOf({ idToken: { suppressClaims: ['email'] } })).toBeNull();
    expect(groupsOf({ replaceGroups: { groups: [] } })).toEqual({ groups: [], roles: [] });
  });
});
