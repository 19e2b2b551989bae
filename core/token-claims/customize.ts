import type { ClaimValue, TokenClaims, TokenClaimsRule } from './token-claims.ts';

/** Whose tokens are about to be made. */
export interface TokenHolder {
  /** The groups that the user pool knows, not those that a rule replaces them with. */
  readonly groups: readonly string[];
  readonly attributes: Readonly<Record<string, string>>;
}

interface ClaimChanges {
  readonly add: Readonly<Record<string, ClaimValue>>;
  readonly suppress: readonly string[];
}

/** What all matching rules together change. A claim or scope is never both added and suppressed. */
export interface TokenCustomization {
  readonly idToken: ClaimChanges;
  readonly accessToken: ClaimChanges;
  readonly scopes: { readonly add: readonly string[]; readonly suppress: readonly string[] };
  /** Null leaves the groups as they are. */
  readonly groups: TokenClaimsRule['replaceGroups'] | null;
}

/** What a person's tokens are to say: every matching rule, later ones over earlier, suppressing over adding. */
export const customizeTokens = (config: TokenClaims, holder: TokenHolder): TokenCustomization => {
  const rules = config.rules.filter((rule) => applies(rule, holder));
  const suppressed = union(rules.map(({ accessToken }) => accessToken?.suppressScopes));
  const added = union(rules.map(({ accessToken }) => accessToken?.addScopes));
  return {
    idToken: claimChanges(
      rules.map(({ idToken }) => idToken),
      holder,
    ),
    accessToken: claimChanges(
      rules.map(({ accessToken }) => accessToken),
      holder,
    ),
    scopes: { add: added.filter((scope) => !suppressed.includes(scope)), suppress: suppressed },
    groups: rules.findLast(({ replaceGroups }) => replaceGroups)?.replaceGroups ?? null,
  };
};

const applies = ({ when }: TokenClaimsRule, holder: TokenHolder): boolean => {
  const isMember = (group: string) => holder.groups.includes(group);
  const { anyOf, allOf, noneOf } = when?.groups ?? {};
  if (anyOf && !anyOf.some(isMember)) return false;
  if (allOf && !allOf.every(isMember)) return false;
  if (noneOf?.some(isMember)) return false;
  return Object.entries(when?.attributes ?? {}).every(([name, wanted]) => {
    const value = attributeOf(holder, name);
    return value !== undefined && wanted.anyOf.includes(value);
  });
};

const claimChanges = (
  changes: readonly TokenClaimsRule['idToken'][],
  holder: TokenHolder,
): ClaimChanges => {
  const suppress = union(changes.map((each) => each?.suppressClaims));
  const added = changes.flatMap((each) =>
    Object.entries(each?.addClaims ?? {}).flatMap(([name, { constant, attribute }]) => {
      const value = attribute === undefined ? constant : attributeOf(holder, attribute);
      return value === undefined || suppress.includes(name) ? [] : [[name, value] as const];
    }),
  );
  return { add: Object.fromEntries(added), suppress };
};

const attributeOf = ({ attributes }: TokenHolder, name: string): string | undefined =>
  Object.hasOwn(attributes, name) ? attributes[name] : undefined;

const union = (lists: readonly (readonly string[] | undefined)[]): readonly string[] => [
  ...new Set(lists.flatMap((list) => list ?? [])),
];
