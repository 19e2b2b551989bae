import { describe, expect, it } from '@jest/globals';
import { refusalBasisOf } from '../../../../core/grants/refusal.ts';
import type { Grant } from '../../../../core/grants/grant.ts';
import { callerOf } from '../../../support/callers.ts';
import { grantOf } from '../../../support/grants.ts';

const forWriters = { when: { groups: { anyOf: ['writers'] } } };
const forReaders = { when: { groups: { anyOf: ['readers'] } } };
const notRed = { effect: 'refuse', when: { claims: { 'custom:tenant': { anyOf: ['red'] } } } };

const named = (name: string, rules: readonly object[], client = 'app'): Grant => ({
  ...grantOf({ rules }),
  name,
  clients: [client],
});

describe('what a refusal rests on', () => {
  it('is each rule that was tried, with the name of the condition that did not hold', () => {
    const grant = named('files', [forWriters, notRed]);
    const caller = callerOf({ claims: { 'custom:tenant': 'SECRET-TENANT' } });
    const basis = refusalBasisOf(caller, 'files', [grant]);
    expect(basis).toEqual({
      rule: null,
      evidence: null,
      tried: [
        {
          grant: 'files',
          clientListed: true,
          useFits: true,
          rules: [
            { rule: 0, effect: 'allow', matched: false, failedCondition: 'groups.anyOf' },
            {
              rule: 1,
              effect: 'refuse',
              matched: false,
              failedCondition: 'claims.custom:tenant',
            },
          ],
          allowedBy: null,
        },
      ],
      triedLeftOut: 0,
    });
    // A value that no rule holds of is nobody's business.
    expect(JSON.stringify(basis)).not.toContain('SECRET-TENANT');
  });

  it('is the rule that refused, with what it rested on', () => {
    const grant = named('files', [notRed, forReaders]);
    const caller = callerOf({ claims: { 'custom:tenant': 'red', 'custom:other': 'x' } });
    expect(refusalBasisOf(caller, 'files', [grant])).toMatchObject({
      rule: 0,
      evidence: { 'claims.custom:tenant': 'red' },
    });
  });

  it('is the rule that allowed, as in the record of a hand-out, where something after it refused', () => {
    const grants = [named('others', [forWriters]), named('files', [forWriters, forReaders])];
    expect(refusalBasisOf(callerOf(), null, grants)).toMatchObject({
      rule: 1,
      evidence: { groups: ['readers'] },
    });
  });

  it('has no one rule where several grants allow', () => {
    const grants = ['a', 'b'].map((name) => named(name, [forReaders]));
    const { rule, evidence, tried } = refusalBasisOf(callerOf(), null, grants);
    expect([rule, evidence, tried.map(({ allowedBy }) => allowedBy)]).toEqual([null, null, [0, 0]]);
  });

  it('says of a grant that there is none of that name', () => {
    expect(refusalBasisOf(callerOf(), 'nothing', [named('files', [forReaders])])).toEqual({
      rule: null,
      evidence: null,
      tried: [],
      triedLeftOut: 0,
    });
  });

  it('stays small, however many grants there are, and has first what the client could have had', () => {
    const grants = Array.from({ length: 500 }, (_, at) =>
      named(`grant-${String(at)}`, [forWriters, forWriters], at === 499 ? 'app' : 'another'),
    );
    const { tried, triedLeftOut } = refusalBasisOf(callerOf(), null, grants);
    expect(tried[0]).toMatchObject({ grant: 'grant-499', clientListed: true });
    expect(JSON.stringify(tried).length).toBeLessThanOrEqual(2048);
    expect(tried.length + triedLeftOut).toBe(500);
  });
});
