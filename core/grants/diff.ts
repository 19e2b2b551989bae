import { isThereACaller } from './every-caller.ts';
import type { Grant } from './grant.ts';
import { mappedRoleArn, mappedRolesOf } from './mapped-role.ts';
import { groupOf, pairsOf, rulesFor, tagLines, type Pair } from './pairs.ts';
import { isWithin, type Narrowing } from './policy-within.ts';
import type { ReachContext } from './reach.ts';

const parts = ['rules', 'use', 'role', 'permissions', 'tags', 'limits'] as const;
type Part = (typeof parts)[number];

/** What becomes of one group or client and one grant. */
export interface PairChange extends Pick<Pair, 'kind' | 'name' | 'grant'> {
  readonly change: 'appears' | 'vanishes' | 'changes';
  /** What is different, where both are there. */
  readonly parts: readonly Part[];
  /** Whether somebody may do more than before; true also where that cannot be ruled out. */
  readonly widened: boolean;
  readonly before: Pair | null;
  readonly after: Pair | null;
}

export interface GrantsDiff {
  readonly widened: boolean;
  /** By grant, then groups before clients, by name. */
  readonly pairs: readonly PairChange[];
}

interface Version {
  readonly grant: Grant;
  readonly pair: Pair;
}

const areSame = (one: readonly string[], other: readonly string[]): boolean =>
  [...new Set(one)].sort().join('\n') === [...new Set(other)].sort().join('\n');

/** Whether the rules decide otherwise for somebody of that pair, not only in other words. */
const decideOtherwise = (before: Version, after: Version): boolean => {
  if (after.pair.kind === 'client') return false;
  const differ = isThereACaller(
    after.grant.use,
    groupOf(after.pair),
    [rulesFor(before.grant, before.pair), rulesFor(after.grant, after.pair)],
    ([was, is]) => (was?.effect === 'allow') !== (is?.effect === 'allow'),
  );
  return differ ?? !areSame(before.pair.rules, after.pair.rules);
};

const changedParts = (before: Version, after: Version): readonly Part[] => {
  const [was, is] = [before.pair, after.pair];
  const changed: Readonly<Record<Part, boolean>> = {
    rules: decideOtherwise(before, after),
    use: was.use !== is.use,
    role: !areSame(was.roles, is.roles),
    permissions:
      !areSame(was.permissions, is.permissions) ||
      (was.narrowedTo === null) !== (is.narrowedTo === null) ||
      !areSame(was.narrowedTo ?? [], is.narrowedTo ?? []),
    tags: !areSame(was.tags, is.tags),
    limits: was.durationSeconds !== is.durationSeconds || was.minTtlSeconds !== is.minTtlSeconds,
  };
  return parts.filter((part) => changed[part]);
};

/** What a session in each role of the grant may do, by the role's ARN. */
const rolesOf = (grant: Grant, { mappedRoleArnPrefix }: ReachContext) =>
  new Map(
    mappedRolesOf(grant).map((role) => {
      const roleArn = mappedRoleArn(mappedRoleArnPrefix, role);
      const narrowing: Narrowing = [
        role.role.permissions ?? { roleArn },
        ...(grant.sessionPolicy === undefined ? [] : [grant.sessionPolicy]),
      ];
      return [roleArn, narrowing] as const;
    }),
  );

/** Whether a session of the grant as it is now may do what none of it as it was might. */
const sessionsGrow = (before: Grant, after: Grant, context: ReachContext): boolean => {
  const roles = rolesOf(before, context);
  return (
    before.use !== after.use ||
    after.session.durationSeconds > before.session.durationSeconds ||
    // Who reads a tag, in policies that are not here, is not known.
    !areSame(tagLines(before), tagLines(after)) ||
    [...rolesOf(after, context)].some(([roleArn, narrowing]) => {
      const was = roles.get(roleArn);
      return was === undefined || !isWithin(narrowing, was);
    })
  );
};

/** Whether somebody is allowed now who was not, through any rule. */
const takesMore = (before: Grant, { grant, pair }: Version): boolean =>
  pair.kind !== 'client' &&
  isThereACaller(
    grant.use,
    groupOf(pair),
    [before.rules, rulesFor(grant, pair)],
    ([was, is]) => is?.effect === 'allow' && was?.effect !== 'allow',
  ) !== false;

const isWidened = (
  was: Grant | undefined,
  before: Version | null,
  after: Version | null,
  context: ReachContext,
): boolean => {
  if (after === null) return false;
  if (was === undefined || sessionsGrow(was, after.grant, context)) return true;
  // A client that appears can be asked through; a group that appears may have been let in by another rule.
  return after.pair.kind === 'client' ? before === null : takesMore(was, after);
};

const keyOf = ({ grant, kind, name }: Pair): string =>
  JSON.stringify([grant, kind === 'client', kind, name]);

const versionsOf = (grants: readonly Grant[], context: ReachContext) =>
  new Map(
    grants.flatMap((grant) =>
      pairsOf([grant], context).map((pair) => [keyOf(pair), { grant, pair }] as const),
    ),
  );

/**
 * The pairs that appear, vanish or change between two sets of grants. Pure; what only reads otherwise (order, wording,
 * descriptions) is no change.
 */
export const diffGrants = (
  before: readonly Grant[],
  after: readonly Grant[],
  context: ReachContext,
): GrantsDiff => {
  const [was, is] = [versionsOf(before, context), versionsOf(after, context)];
  const pairs = [...new Set([...was.keys(), ...is.keys()])].sort().flatMap((key): PairChange[] => {
    const [old, now] = [was.get(key) ?? null, is.get(key) ?? null];
    const either = now ?? old;
    if (either === null) return [];
    const changed = old !== null && now !== null ? changedParts(old, now) : [];
    if (old !== null && now !== null && changed.length === 0) return [];
    const { kind, name, grant } = either.pair;
    const change = old === null ? 'appears' : now === null ? 'vanishes' : 'changes';
    const grantBefore = before.find((each) => each.name === grant);
    return [
      {
        kind,
        name,
        grant,
        change,
        parts: changed,
        widened: isWidened(grantBefore, old, now, context),
        before: old?.pair ?? null,
        after: now?.pair ?? null,
      },
    ];
  });
  return { widened: pairs.some(({ widened }) => widened), pairs };
};
