import type { Grant } from '../grants/grant.ts';
import type { DirectoryUser } from '../ports.ts';
import { isActive } from '../subject/resolve-subject.ts';
import type { LiveSession } from './live-session.ts';

/** Why a live session must end. `unknown`: deleted, or never there. `groups`: the rule that it rests on does not hold. */
export type Contradiction = 'unknown' | 'inactive' | 'groups';

/**
 * Compares a live session with what the user directory says of its subject now. Of the rule that it rests on only the
 * groups are weighed: what a token claimed is not in the directory. A rule that is gone contradicts nothing, as who
 * takes a grant away revokes it; roles that came with a token are not compared either.
 * @returns null where nothing speaks against the session
 */
export const contradictionOf = (
  session: Pick<LiveSession, 'grant' | 'rule' | 'evidence'>,
  user: DirectoryUser | null,
  {
    grants,
    comparesGroups,
  }: { readonly grants: readonly Grant[]; readonly comparesGroups: boolean },
): Contradiction | null => {
  // control SEC-35
  if (user === null) return 'unknown';
  if (!isActive(user)) return 'inactive';
  const wanted = grants.find(({ name }) => name === session.grant)?.rules[session.rule]?.when
    .groups;
  if (!comparesGroups || wanted === undefined) return null;
  const { groups: rested } = session.evidence;
  // Of the groups that the session rested on, those that are left.
  const left = user.groups.filter((group) => Array.isArray(rested) && rested.includes(group));
  const lacksOne =
    wanted.anyOf !== undefined && !wanted.anyOf.some((group) => left.includes(group));
  const lacksAny = wanted.allOf?.some((group) => !left.includes(group)) ?? false;
  const isExcluded = wanted.noneOf?.some((group) => user.groups.includes(group)) ?? false;
  return lacksOne || lacksAny || isExcluded ? 'groups' : null;
};
