import type { Caller, ClaimValue } from '../contracts/caller.ts';
import type { GrantRule } from './grant.ts';

/** What of a caller a rule rested on: `groups`, and `claims.<name>` for each claim that the rule names. */
export type Evidence = Readonly<Record<string, ClaimValue>>;

/**
 * The groups and claims of the caller that a matched rule referred to, for the record: of a list only the elements that
 * the rule names, and nothing else of the token.
 */
export const evidenceOf = ({ when }: GrantRule, caller: Caller): Evidence => {
  const namedGroups = [...(when.groups?.anyOf ?? []), ...(when.groups?.allOf ?? [])];
  const groups = caller.groups.filter((group) => namedGroups.includes(group));
  const claims = Object.entries(when.claims ?? {}).flatMap(([name, { anyOf }]) => {
    const value = caller.claims[name];
    if (value === undefined) return [];
    return [[`claims.${name}`, namedPartOf(value, anyOf)] as const];
  });
  return { ...(groups.length > 0 ? { groups } : {}), ...Object.fromEntries(claims) };
};

const namedPartOf = (
  value: ClaimValue,
  named: readonly (string | number | boolean)[],
): ClaimValue =>
  typeof value === 'object' ? value.filter((element) => named.includes(element)) : value;
