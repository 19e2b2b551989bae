import { describe, expect, it } from '@jest/globals';

import type { ClaimValue } from '../../../../core/contracts/caller.ts';
import { matchGrant } from '../../../../core/grants/match.ts';
import { callerOf } from '../../../support/callers.ts';
import { grantOf } from '../../../support/grants.ts';

const allow = (when: object) => ({ when });
const refuse = (when: object) => ({ effect: 'refuse', when });
const ruleFor = (caller: Parameters<typeof callerOf>[0], ...rules: object[]) =>
  matchGrant(grantOf({ rules }), callerOf(caller)).allowedBy;

describe('[SEC-02] a grant', () => {
  it('allows by the first rule that matches, and tries none after it', () => {
    const match = matchGrant(
      grantOf({
        rules: [
          allow({ groups: { anyOf: ['writers'] } }),
          allow({ groups: { anyOf: ['readers'] } }),
          allow({ groups: { noneOf: ['writers'] } }),
        ],
      }),
      callerOf(),
    );
    expect(match).toEqual({
      grant: 'shared',
      clientListed: true,
      useFits: true,
      rules: [
        { rule: 0, effect: 'allow', matched: false, failedCondition: 'groups.anyOf' },
        { rule: 1, effect: 'allow', matched: true, failedCondition: null },
      ],
      allowedBy: 1,
    });
  });

  it('refuses when a refusing rule matches first, though a later one would allow', () => {
    const match = matchGrant(
      grantOf({
        rules: [
          refuse({ groups: { anyOf: ['readers'] } }),
          allow({ groups: { anyOf: ['readers'] } }),
        ],
      }),
      callerOf(),
    );
    expect(match.allowedBy).toBeNull();
    expect(match.rules).toEqual([
      { rule: 0, effect: 'refuse', matched: true, failedCondition: null },
    ]);
  });

  it('refuses at the access door whom a claim refuses at the other, where no token tells it', () => {
    const rules = [
      refuse({ claims: { 'custom:blocked': { anyOf: ['yes'] } } }),
      allow({ groups: { anyOf: ['readers'] } }),
    ];
    const person = { tokenUse: 'access' } as const;
    expect(ruleFor({ claims: { 'custom:blocked': 'yes' } }, ...rules)).toBeNull();
    expect(ruleFor({}, ...rules)).toBe(1);
    expect(ruleFor(person, ...rules)).toBeNull();
    expect(ruleFor({ ...person, claims: { 'custom:blocked': 'no' } }, ...rules)).toBe(1);
    // A machine has no attributes; those of whom it acts for were read from the pool.
    expect(ruleFor({ ...person, kind: 'machine' }, ...rules)).toBe(1);
    const elsewhere = refuse({
      claims: { 'custom:blocked': { anyOf: ['yes'] } },
      groups: { anyOf: ['suspended'] },
    });
    expect(ruleFor(person, elsewhere, ...rules.slice(1))).toBe(1);
  });

  it('allows nobody at the access door by a claim that no token tells', () => {
    const rule = allow({ claims: { 'custom:plan': { anyOf: ['gold'] } } });
    expect(ruleFor({ tokenUse: 'access' }, rule)).toBeNull();
    expect(ruleFor({ tokenUse: 'access', claims: { 'custom:plan': 'gold' } }, rule)).toBe(0);
  });

  it('refuses whom a machine acts for by what the pool stores, not by what it does not', () => {
    const grant = grantOf({
      use: 'act-as',
      clients: ['batch'],
      rules: [
        refuse({ claims: { 'custom:blocked': { anyOf: ['yes'] } } }),
        allow({ groups: { anyOf: ['readers'] } }),
      ],
    });
    const asked = { client: 'batch', actor: 'batch', tokenUse: 'access' } as const;
    expect(matchGrant(grant, callerOf(asked)).allowedBy).toBe(1);
    const blocked = { ...asked, claims: { 'custom:blocked': 'yes' } };
    expect(matchGrant(grant, callerOf(blocked)).allowedBy).toBeNull();
  });

  it.each<[string, object]>([
    ['groups.anyOf', { groups: { anyOf: ['a'] } }],
    ['groups.allOf', { groups: { allOf: ['readers', 'a'] } }],
    ['groups.noneOf', { groups: { noneOf: ['a', 'readers'] } }],
    ['claims.custom:plan', { claims: { 'custom:plan': { anyOf: ['gold'] } } }],
    ['kind', { kind: 'machine' }],
  ])('tells that %s did not hold', (failedCondition, when) => {
    const { rules } = matchGrant(grantOf({ rules: [allow(when)] }), callerOf());
    expect(rules).toEqual([{ rule: 0, effect: 'allow', matched: false, failedCondition }]);
  });

  it('is not refused by a rule that comes after the one that allows', () => {
    const when = { groups: { anyOf: ['readers'] } };
    expect(ruleFor({}, allow(when), refuse(when))).toBe(0);
  });

  it('refuses when no rule matches', () => {
    expect(ruleFor({ groups: [] }, allow({ groups: { anyOf: ['readers'] } }))).toBeNull();
  });

  it.each(['cli', 'app2', 'ap', 'App', ''])(
    'refuses the client %j, which it does not list, and still tells which rule matched',
    (client) => {
      const match = matchGrant(grantOf({ clients: ['app'] }), callerOf({ client }));
      expect(match).toMatchObject({ clientListed: false, allowedBy: null });
      expect(match.rules).toMatchObject([{ matched: true }]);
    },
  );
});

describe('[SEC-02] a condition on groups', () => {
  it.each<[string, object, readonly string[], boolean]>([
    ['anyOf holds for one of them', { anyOf: ['a', 'b'] }, ['b'], true],
    ['anyOf fails for none of them', { anyOf: ['a', 'b'] }, ['c'], false],
    ['anyOf fails without groups', { anyOf: ['a'] }, [], false],
    ['allOf holds for all of them', { allOf: ['a', 'b'] }, ['b', 'c', 'a'], true],
    ['allOf fails for one of them', { allOf: ['a', 'b'] }, ['a'], false],
    ['noneOf holds without groups', { noneOf: ['a'] }, [], true],
    ['noneOf holds for another group', { noneOf: ['a'] }, ['b'], true],
    ['noneOf fails for one of them', { noneOf: ['a', 'b'] }, ['c', 'b'], false],
    ['all kinds must hold', { anyOf: ['a'], noneOf: ['b'] }, ['a', 'b'], false],
    ['names are compared whole', { anyOf: ['read'] }, ['readers'], false],
    ['names are compared by case', { anyOf: ['readers'] }, ['Readers'], false],
    ['a comma joins nothing', { anyOf: ['a'] }, ['a,b'], false],
    ['a star is a star', { anyOf: ['*'] }, ['a'], false],
  ])('%s', (_, groups, ofCaller, isAllowed) => {
    expect(ruleFor({ groups: ofCaller }, allow({ groups }))).toBe(isAllowed ? 0 : null);
  });
});

describe('[SEC-02] a condition on claims', () => {
  it.each<[string, readonly (string | number | boolean)[], ClaimValue | undefined, boolean]>([
    ['holds for an equal text', ['a'], 'a', true],
    ['holds for one of several', ['a', 'b'], 'b', true],
    ['fails for another text', ['a'], 'b', false],
    ['fails for a longer text', ['a'], 'ab', false],
    ['fails for other case', ['a'], 'A', false],
    ['never holds for an absent claim', ['a'], undefined, false],
    ['never holds for an absent claim, not even empty', [''], undefined, false],
    ['never holds for an absent claim, not even "undefined"', ['undefined'], undefined, false],
    ['never holds for an absent flag', [false], undefined, false],
    ['holds for an equal number', [1], 1, true],
    ['tells a number from its text', [1], '1', false],
    ['tells a text from its number', ['1'], 1, false],
    ['holds for an equal flag', [true], true, true],
    ['tells a flag from its text', [true], 'true', false],
    ['tells a flag from a number', [true], 1, false],
    ['holds for a list that contains it', ['a'], ['b', 'a'], true],
    ['fails for a list that does not', ['a'], ['b'], false],
    ['fails for a list of longer texts', ['a'], ['ab'], false],
    ['fails for an empty list', ['a'], [], false],
    ['never finds a number in a list', [1], ['1'], false],
    ['finds no list in its own text', ['a,b'], ['a', 'b'], false],
  ])('%s', (_, anyOf, value, isAllowed) => {
    const claims = value === undefined ? {} : { team: value };
    expect(ruleFor({ claims }, allow({ claims: { team: { anyOf } } }))).toBe(isAllowed ? 0 : null);
  });

  it('fails when one of several claims fails, and says which', () => {
    const rules = [allow({ claims: { team: { anyOf: ['a'] }, 'custom:site': { anyOf: ['x'] } } })];
    const match = matchGrant(
      grantOf({ rules }),
      callerOf({ claims: { team: 'a', 'custom:site': 'y' } }),
    );
    expect(match.rules).toMatchObject([{ failedCondition: 'claims.custom:site' }]);
  });

  it('must hold beside the groups', () => {
    const when = { groups: { anyOf: ['readers'] }, claims: { team: { anyOf: ['a'] } } };
    expect(ruleFor({ claims: { team: 'a' } }, allow(when))).toBe(0);
    expect(ruleFor({ claims: { team: 'a' }, groups: [] }, allow(when))).toBeNull();
    expect(ruleFor({}, allow(when))).toBeNull();
  });

  it.each(['constructor', 'toString', 'hasOwnProperty'])(
    'never holds by the prototype: %s',
    (name) => {
      expect(ruleFor({}, allow({ claims: { [name]: { anyOf: ['a', true, 1] } } }))).toBeNull();
    },
  );
});

describe('[SEC-09] a grant for acting on a subject’s behalf', () => {
  const actAs = grantOf({ use: 'act-as', clients: ['batch'] });
  const acting = { actor: 'batch', client: 'batch' };

  it.each([
    ['allows when the client is listed and the rules hold for the subject', acting, 0],
    ['refuses the subject itself', { client: 'batch' }, null],
    ['refuses a client that is not listed', { actor: 'service', client: 'service' }, null],
    ['refuses a subject for whom no rule holds', { ...acting, groups: ['writers'] }, null],
  ])('%s', (_, changes, allowedBy) => {
    expect(matchGrant(actAs, callerOf(changes)).allowedBy).toBe(allowedBy);
  });

  it('is not replaced by a grant for oneself of which everything else would hold', () => {
    const self = grantOf({ clients: ['batch'] });
    expect(matchGrant(self, callerOf(acting))).toMatchObject({ useFits: false, allowedBy: null });
  });
});

describe('[SEC-02] a rule on what the subject is', () => {
  it.each([
    ['person', 'person', 0],
    ['person', 'machine', null],
    ['machine', 'machine', 0],
    ['machine', 'person', null],
  ] as const)('that wants a %s answers a %s with %s', (wanted, kind, allowedBy) => {
    expect(ruleFor({ kind, groups: [] }, allow({ kind: wanted }))).toBe(allowedBy);
  });
});
