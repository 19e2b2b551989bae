import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';

import type { Caller } from '../../../core/contracts/caller.ts';
import { candidatesAmong } from '../../../core/grants/candidates.ts';
import type { Grant, GrantRule } from '../../../core/grants/grant.ts';
import { matchGrant } from '../../../core/grants/match.ts';
import { callerOf } from '../../support/callers.ts';
import { ownFiles } from '../../support/grants.ts';

const group = fc.constantFrom('a', 'b', 'c', 'd');
const groups = fc.uniqueArray(group, { minLength: 1 });
const rule: fc.Arbitrary<GrantRule> = fc
  .record({
    effect: fc.constantFrom('allow' as const, 'refuse' as const),
    anyOf: fc.option(groups, { nil: undefined }),
    allOf: fc.option(groups, { nil: undefined }),
    noneOf: fc.option(groups, { nil: undefined }),
  })
  .map(({ effect, ...lists }) => {
    const given = Object.entries(lists).filter(([, list]) => list !== undefined);
    return {
      effect,
      when: given.length === 0 ? { kind: 'person' } : { groups: Object.fromEntries(given) },
    };
  });
const grants: fc.Arbitrary<readonly Grant[]> = fc
  .array(fc.array(rule, { minLength: 1, maxLength: 3 }), { maxLength: 8 })
  .map((each) => each.map((rules, index) => ({ ...ownFiles, name: `g${String(index)}`, rules })));
const caller: fc.Arbitrary<Caller> = fc
  .uniqueArray(group)
  .map((members) => callerOf({ groups: members }));

describe('[SEC-02] the candidates of a decision', () => {
  it('leave out no grant that allows, and keep the order of all', () => {
    fc.assert(
      fc.property(grants, caller, (all, asking) => {
        const candidates = candidatesAmong(all, null, asking);
        const allowing = all.filter((grant) => matchGrant(grant, asking).allowedBy !== null);
        expect(allowing.filter((grant) => !candidates.includes(grant))).toEqual([]);
        expect(all.filter((grant) => candidates.includes(grant))).toEqual(candidates);
      }),
      { numRuns: 300 },
    );
  });

  it('are the named grant alone where one is named', () => {
    fc.assert(
      fc.property(grants, caller, fc.integer({ min: 0, max: 9 }), (all, asking, index) => {
        const named = `g${String(index)}`;
        expect(candidatesAmong(all, named, asking)).toEqual(
          all.filter(({ name }) => name === named),
        );
      }),
    );
  });

  it('of somebody in one group are few among many', () => {
    const all = Array.from({ length: 1000 }, (_, index) => ({
      ...ownFiles,
      name: `g${String(index)}`,
      rules: [{ effect: 'allow' as const, when: { groups: { anyOf: [`team-${String(index)}`] } } }],
    }));
    const found = candidatesAmong(all, null, callerOf({ groups: ['team-7'] }));
    expect(found.map(({ name }) => name)).toEqual(['g7']);
  });
});
