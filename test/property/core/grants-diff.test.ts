import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';

import type { Caller } from '../../../core/contracts/caller.ts';
import { diffGrants, type GrantsDiff } from '../../../core/grants/diff.ts';
import { isThereACaller } from '../../../core/grants/every-caller.ts';
import type { Grant, GrantRule, GrantStatement } from '../../../core/grants/grant.ts';
import { matchGrant } from '../../../core/grants/match.ts';
import { pairsOf } from '../../../core/grants/pairs.ts';
import { isPatternWithin, mayOverlap } from '../../../core/grants/policy-within.ts';
import { callerOf } from '../../support/callers.ts';
import { grantOf } from '../../support/grants.ts';

// One file, though long: what is drawn, and what must hold of it, are read together.

const context = { mappedRoleArnPrefix: 'stepkey-', templateValues: {} };
const groups = ['a', 'b', 'c'];
const subsetOf = <T>(values: readonly T[], minLength = 1) =>
  fc.subarray([...values], { minLength });

const when = fc
  .record(
    {
      groups: fc
        .record(
          { anyOf: subsetOf(groups), allOf: subsetOf(groups), noneOf: subsetOf(groups) },
          { requiredKeys: [] },
        )
        .filter((value) => Object.keys(value).length > 0),
      claims: fc.record({ plan: fc.record({ anyOf: subsetOf(['x', 'y', 1] as const) }) }),
      kind: fc.constantFrom('person', 'machine'),
    },
    { requiredKeys: [] },
  )
  .filter((value) => Object.keys(value).length > 0);
const rules = fc.array(fc.record({ effect: fc.constantFrom('allow', 'refuse'), when }), {
  minLength: 1,
  maxLength: 4,
}) as fc.Arbitrary<GrantRule[]>;

/** One of each pattern is named nowhere, so that a pattern is never the sum of what it matches here. */
const actions = ['s:A', 's:B', 's:C', 't:D'];
const resources = ['r/1', 'r/2', 'r/3', 'q/1'];
const statements = fc.array(
  fc.record({
    Effect: fc.constantFrom('Allow', 'Allow', 'Deny'),
    Action: subsetOf(['*', 's:*', 's:A', 's:B']),
    Resource: subsetOf(['*', 'r/*', 'r/1', 'r/2']),
  }),
  { minLength: 1, maxLength: 3 },
) as fc.Arbitrary<GrantStatement[]>;

const grant = fc
  .record({
    name: fc.constantFrom('one', 'two'),
    clients: subsetOf(['app', 'cli']),
    rules,
    permissions: statements,
    sessionPolicy: fc.option(statements, { nil: undefined }),
    durationSeconds: fc.constantFrom(3600, 7200),
  })
  .map(({ name, permissions, sessionPolicy, durationSeconds, ...others }): Grant => ({
    ...grantOf({}, name),
    ...others,
    role: { permissions },
    ...(sessionPolicy === undefined ? {} : { sessionPolicy }),
    session: { durationSeconds, minTtlSeconds: 1200 },
  }));
const grants = fc.uniqueArray(grant, { maxLength: 2, selector: ({ name }) => name });
/** Two sets that share most, as before and after a reviewed change; sometimes they have nothing in common. */
const part = fc.constantFrom('rules', 'clients', 'role', 'sessionPolicy', 'session');
const twoSets = fc.oneof(
  fc.tuple(grants, grants),
  ...[0, 1, 2].map(() =>
    fc
      .tuple(grant, grant, fc.uniqueArray(part, { minLength: 1, maxLength: 2 }))
      .map(([before, donor, changed]): [Grant[], Grant[]] => [
        [before],
        [
          changed.reduce<Grant>((one, name) => {
            const others = Object.fromEntries(Object.entries(one).filter(([key]) => key !== name));
            return {
              ...others,
              ...(donor[name] === undefined ? {} : { [name]: donor[name] }),
            } as Grant;
          }, before),
        ],
      ]),
  ),
);

const powerSet = (of: readonly string[]): string[][] =>
  of.reduce<string[][]>((sets, one) => [...sets, ...sets.map((set) => [...set, one])], [[]]);

/** Every caller that these rules can tell apart. */
const callers: readonly Caller[] = powerSet(groups).flatMap((memberOf) =>
  [undefined, 'x', 'y', 'z', 1, ['x', 'y']].flatMap((plan) =>
    (['person', 'machine'] as const).flatMap((kind) =>
      (['id', 'access'] as const).flatMap((tokenUse) =>
        ['app', 'cli'].map((client) =>
          callerOf({
            groups: memberOf,
            claims: plan === undefined ? {} : { plan },
            kind,
            tokenUse,
            client,
          }),
        ),
      ),
    ),
  ),
);

const fits = (text: string, pattern: string) =>
  pattern === '*' ||
  (pattern.endsWith('*') ? text.startsWith(pattern.slice(0, -1)) : text === pattern);
const policyAllows = (policy: readonly GrantStatement[], action: string, resource: string) => {
  const effects = policy
    .filter(
      ({ Action, Resource }) =>
        [Action].flat().some((one) => fits(action, one)) &&
        [Resource].flat().some((one) => fits(resource, one)),
    )
    .map(({ Effect }) => Effect);
  return effects.includes('Allow') && !effects.includes('Deny');
};

/** Everything that a session of a grant may do, and how long. */
const powersOf = (one: Grant): ReadonlySet<string> =>
  new Set(
    actions.flatMap((action) =>
      resources
        .filter((resource) =>
          [one.role.permissions ?? [], ...(one.sessionPolicy ? [one.sessionPolicy] : [])].every(
            (policy) => policyAllows(policy, action, resource),
          ),
        )
        .map((resource) => `${action} ${resource}`),
    ),
  );

const doesSomebodyGainIt = (before: readonly Grant[], after: readonly Grant[]): boolean =>
  after.some((now) => {
    const was = before.find(({ name }) => name === now.name);
    const old = was === undefined ? new Set<string>() : powersOf(was);
    const isStronger =
      was === undefined ||
      now.session.durationSeconds > was.session.durationSeconds ||
      [...powersOf(now)].some((power) => !old.has(power));
    return callers.some(
      (caller) =>
        matchGrant(now, caller).allowedBy !== null &&
        (isStronger || matchGrant(was, caller).allowedBy === null),
    );
  });

const numRuns = 50;

describe('the difference between two sets of grants', () => {
  it('is none between a set and itself, in whatever order it says the same', () => {
    const reversed = (one: Grant): Grant => ({
      ...one,
      clients: [...one.clients].reverse(),
      rules: one.rules.map((rule) => structuredClone(rule)),
      role: { permissions: [...(one.role.permissions ?? [])].reverse() },
    });
    fc.assert(
      fc.property(grants, (set) => {
        expect(diffGrants(set, set, context)).toEqual({ widened: false, pairs: [] });
        expect(diffGrants(set, [...set].reverse().map(reversed), context).pairs).toEqual([]);
      }),
      { numRuns },
    );
  });

  it('is the mirror of the difference the other way round', () => {
    const mirrored = { appears: 'vanishes', vanishes: 'appears', changes: 'changes' };
    const plain = ({ pairs }: GrantsDiff) => pairs.map((pair) => ({ ...pair, widened: null }));
    fc.assert(
      fc.property(twoSets, ([before, after]) => {
        expect(plain(diffGrants(after, before, context))).toEqual(
          plain(diffGrants(before, after, context)).map((pair) => ({
            ...pair,
            change: mirrored[pair.change],
            before: pair.after,
            after: pair.before,
          })),
        );
      }),
      { numRuns },
    );
  });

  it('is widened exactly if somebody may do something more', () => {
    fc.assert(
      fc.property(twoSets, ([before, after]) => {
        expect(diffGrants(before, after, context).widened).toBe(doesSomebodyGainIt(before, after));
      }),
      { numRuns: 200 },
    );
  });

  it('has a pair for whoever is let in by no more than one group or by none, and for no one else', () => {
    fc.assert(
      fc.property(grant, (one) => {
        const isAllowed = (caller: Caller) => matchGrant(one, caller).allowedBy !== null;
        const pairs = pairsOf([one], context);
        const clients = pairs.filter(({ kind }) => kind === 'client').map(({ name }) => name);
        expect([...clients].sort()).toEqual(
          one.clients
            .filter((client) => callers.some((c) => c.client === client && isAllowed(c)))
            .sort(),
        );
        for (const { kind, name } of pairs) {
          if (kind !== 'group') continue;
          expect(callers.some((c) => c.groups.includes(name) && isAllowed(c))).toBe(true);
        }
        for (const caller of callers.filter(isAllowed)) {
          const named = pairs.some(
            ({ kind, name }) =>
              kind === 'anyone' || (kind === 'group' && caller.groups.includes(name)),
          );
          expect(named).toBe(true);
        }
      }),
      { numRuns },
    );
  });
});

describe('the search for a caller', () => {
  it('finds one exactly where there is one', () => {
    fc.assert(
      fc.property(rules, rules, fc.constantFrom(null, ...groups), (one, other, group) => {
        const allows = (list: GrantRule[], caller: Caller) =>
          matchGrant({ ...grantOf(), rules: list }, caller).allowedBy !== null;
        expect(
          isThereACaller(
            'self',
            group,
            [one, other],
            ([was, is]) => was?.effect !== 'allow' && is?.effect === 'allow',
          ),
        ).toBe(
          callers.some(
            (caller) =>
              caller.client === 'app' &&
              (group === null || caller.groups.includes(group)) &&
              !allows(one, caller) &&
              allows(other, caller),
          ),
        );
      }),
      { numRuns },
    );
  });

  it('gives up instead of going on for ever', () => {
    const many = Array.from({ length: 40 }, (_, index) => ({
      effect: 'allow' as const,
      when: { groups: { allOf: [`g${String(index)}`, `h${String(index)}`] } },
    }));
    expect(isThereACaller('self', null, [many], () => false)).toBeNull();
  });
});

describe('patterns', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 4 });
  const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 4 });
  const matches = (value: string, of: string) =>
    new RegExp(`^${of.replaceAll('*', '.*').replaceAll('?', '.')}$`).test(value);

  it('within another match nothing that it does not', () => {
    fc.assert(
      fc.property(pattern, pattern, text, (narrow, wide, value) => {
        const isBoth = matches(value, narrow) && matches(value, wide);
        if (isPatternWithin(narrow, wide) && matches(value, narrow)) expect(isBoth).toBe(true);
        if (isBoth) expect(mayOverlap(narrow, wide)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['r/{{sub}}/x', 'r/{{sub}}/*', true],
    ['r/{{sub}}/x', 'r/*/x', true],
    ['r/{{sub}}/x', 'r/{{subject}}/x', false],
    ['r/{{sub}}', 'r/?', false],
    ['r/*', 'r/{{sub}}', false],
    ['r/${*}', 'r/*', true],
    ['r/*', 'r/${*}', false],
    ['*', '**', true],
    ['**', '*', true],
    ['', '*', true],
    ['*', '', false],
  ])('%s within %s: %s', (narrow, wide, is) => {
    expect(isPatternWithin(narrow, wide)).toBe(is);
  });

  it('with placeholders may meet whatever the placeholder stands for', () => {
    expect(mayOverlap('r/{{sub}}/x', 'r/1/x')).toBe(true);
    expect(mayOverlap('r/{{sub}}/x', 'r/1/y')).toBe(false);
  });
});
