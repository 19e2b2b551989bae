import { describe, expect, it } from '@jest/globals';
import { evidenceOf } from '../../../../core/grants/evidence.ts';
import type { GrantRule } from '../../../../core/grants/grant.ts';
import { callerOf } from '../../../support/callers.ts';

const ruleOf = (when: GrantRule['when']): GrantRule => ({ effect: 'allow', when });
const caller = callerOf({
  groups: ['readers', 'writers', 'board'],
  claims: { 'custom:tenant': 'red', 'custom:level': 3, 'custom:teams': ['a', 'b'] },
});

describe('the evidence of a rule', () => {
  it('names the groups that the rule named and the caller is in, and no other', () => {
    const rule = ruleOf({ groups: { anyOf: ['readers', 'guests'], allOf: ['writers'] } });
    expect(evidenceOf(rule, caller)).toEqual({ groups: ['readers', 'writers'] });
  });

  it('has the claims that the rule named, and no other', () => {
    const rule = ruleOf({ claims: { 'custom:tenant': { anyOf: ['red', 'blue'] } } });
    expect(evidenceOf(rule, caller)).toEqual({ 'claims.custom:tenant': 'red' });
  });

  it('has of a list only what the rule named', () => {
    const rule = ruleOf({ claims: { 'custom:teams': { anyOf: ['b', 'c'] } } });
    expect(evidenceOf(rule, caller)).toEqual({ 'claims.custom:teams': ['b'] });
  });

  it('is empty where a rule rests on an absence alone', () => {
    expect(evidenceOf(ruleOf({ groups: { noneOf: ['suspended'] } }), caller)).toEqual({});
  });
});
