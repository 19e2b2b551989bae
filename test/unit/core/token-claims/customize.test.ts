import { describe, expect, it } from '@jest/globals';
import {
  changesMachineTokens,
  customizeMachineToken,
  customizeTokens,
  type TokenHolder,
} from '../../../../core/token-claims/customize.ts';
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
    [{ groups: { noneOf: ['auditors', 'readers'] } }, false],
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

describe('a rule for machines', () => {
  const batch = { clientId: 'batch-id', scopes: ['stepkey/act-as', 'stepkey/credentials'] };
  const accessToken = { addClaims: { kind: { constant: 'job' } }, addScopes: ['x'] };
  const ruleWith = (when?: object) =>
    tokenClaims({ for: 'machines', ...(when === undefined ? {} : { when }), accessToken });

  it.each([
    [undefined, true],
    [{ scopes: { anyOf: ['stepkey/act-as', 'other'] } }, true],
    [{ scopes: { anyOf: ['other'] } }, false],
    [{ scopes: { allOf: ['stepkey/act-as', 'stepkey/credentials'] } }, true],
    [{ scopes: { allOf: ['stepkey/act-as', 'other'] } }, false],
    [{ scopes: { noneOf: ['stepkey/act-as'] } }, false],
    [{ clients: { anyOf: ['other-id', 'batch-id'] } }, true],
    [{ clients: { anyOf: ['other-id'] } }, false],
    [{ scopes: { anyOf: ['stepkey/act-as'] }, clients: { anyOf: ['other-id'] } }, false],
  ])('applies only where all of %j holds', (when, applies) => {
    const { scopes, accessToken: claims } = customizeMachineToken(ruleWith(when), batch);
    expect([scopes.add, claims.add]).toEqual(applies ? [['x'], { kind: 'job' }] : [[], {}]);
  });

  it('says nothing of people, and theirs nothing of machines', () => {
    expect(customizeTokens(ruleWith(), alice).scopes.add).toEqual([]);
    for (const rule of [{ accessToken }, { for: 'people', accessToken }]) {
      expect(customizeMachineToken(tokenClaims(rule), batch).scopes.add).toEqual([]);
      expect(customizeTokens(tokenClaims(rule), alice).scopes.add).toEqual(['x']);
    }
  });

  it('is what makes machines wait for the trigger', () => {
    expect(changesMachineTokens(ruleWith())).toBe(true);
    expect(changesMachineTokens(tokenClaims({ for: 'people', accessToken }))).toBe(false);
    expect(
      changesMachineTokens(tokenClaims({ accessToken }, { for: 'machines', accessToken })),
    ).toBe(true);
  });

  it('loses to one that suppresses, in whichever order', () => {
    const suppress = {
      for: 'machines',
      accessToken: { suppressClaims: ['kind'], suppressScopes: ['x', 'stepkey/act-as'] },
    };
    const add = { for: 'machines', accessToken };
    for (const rules of [
      [add, suppress],
      [suppress, add],
    ])
      expect(customizeMachineToken(tokenClaims(...rules), batch)).toEqual({
        accessToken: { add: {}, suppress: ['kind'] },
        scopes: { add: [], suppress: ['x', 'stepkey/act-as'] },
      });
  });
});
