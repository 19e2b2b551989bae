/** What a user's groups say about roles. */
import type { StoredGroup } from './model.ts';

export interface GroupConfiguration {
  readonly groups: readonly string[];
  readonly roles: readonly string[];
  /** Null on a tie between different roles, and where no group has one. */
  readonly preferredRole: string | null;
}

const rank = (group: StoredGroup): number => group.precedence ?? Number.POSITIVE_INFINITY;

/**
 * The groups' names and roles, best precedence first, and the preferred role: the best group's.
 * A tie at the best precedence counts only if all of its groups name the same role.
 */
export const groupConfigurationOf = (memberships: readonly StoredGroup[]): GroupConfiguration => {
  const ordered = [...memberships].sort(
    (one, other) =>
      (rank(one) === rank(other) ? 0 : rank(one) - rank(other)) || (one.name < other.name ? -1 : 1),
  );
  const rolesOf = (groups: readonly StoredGroup[]): readonly string[] => [
    ...new Set(groups.flatMap((group) => (group.roleArn === null ? [] : [group.roleArn]))),
  ];
  const roles = rolesOf(ordered);
  const [best] = ordered;
  const tied = rolesOf(ordered.filter((group) => best !== undefined && rank(group) === rank(best)));
  const candidates = roles.length === 1 ? roles : tied;
  return {
    groups: ordered.map((group) => group.name),
    roles,
    preferredRole: candidates.length === 1 ? (candidates[0] ?? null) : null,
  };
};
