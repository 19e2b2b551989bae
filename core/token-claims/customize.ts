import { isForMachines } from './holder-faults.ts';
import type { ClaimValue, TokenClaims, TokenClaimsRule } from './token-claims.ts';

/** Whose tokens are about to be made. */
export interface TokenHolder {
  /** The groups that the user pool knows, not those that a rule replaces them with. */
  readonly groups: readonly string[];
  readonly attributes: Readonly<Record<string, string>>;
}

/** Which client asks for a token of its own. */
export interface Machine {
  readonly clientId: string;
  /** Those that the token has without this file. */
  readonly scopes: readonly string[];
}

interface ClaimChanges {
  readonly add: Readonly<Record<string, ClaimValue>>;
  readonly suppress: readonly string[];
}

/** What all matching rules together change. A claim or scope is never both added and suppressed. */
export interface AccessTokenCustomization {
  readonly accessToken: ClaimChanges;
  readonly scopes: { readonly add: readonly string[]; readonly suppress: readonly string[] };
}

export interface TokenCustomization extends AccessTokenCustomization {
  readonly idToken: ClaimChanges;
  /** Null leaves the groups as they are. */
  readonly groups: TokenClaimsRule['replaceGroups'] | null;
}

/** What a person's tokens are to say: every matching rule, later ones over earlier, suppressing over adding. */
export const customizeTokens = (config: TokenClaims, holder: TokenHolder): TokenCustomization => {
  const rules = config.rules.filter(
    (rule) => !isForMachines(rule) && appliesToPerson(rule, holder),
  );
  return {
    idToken: claimChanges(
      rules.map(({ idToken }) => idToken),
      holder.attributes,
    ),
    ...accessTokenChanges(rules, holder.attributes),
    groups: rules.findLast(({ replaceGroups }) => replaceGroups)?.replaceGroups ?? null,
  };
};

/** What a machine's token is to say, by the same precedence; the rules for people say nothing of it. */
export const customizeMachineToken = (
  config: TokenClaims,
  machine: Machine,
): AccessTokenCustomization =>
  accessTokenChanges(
    config.rules.filter((rule) => isForMachines(rule) && appliesToMachine(rule, machine)),
    {},
  );

/** Whether a trigger has anything to say about machines. */
export const changesMachineTokens = ({ rules }: TokenClaims): boolean => rules.some(isForMachines);

const accessTokenChanges = (
  rules: readonly TokenClaimsRule[],
  attributes: TokenHolder['attributes'],
): AccessTokenCustomization => {
  const suppressed = union(rules.map(({ accessToken }) => accessToken?.suppressScopes));
  const added = union(rules.map(({ accessToken }) => accessToken?.addScopes));
  return {
    accessToken: claimChanges(
      rules.map(({ accessToken }) => accessToken),
      attributes,
    ),
    scopes: { add: added.filter((scope) => !suppressed.includes(scope)), suppress: suppressed },
  };
};

type SetCondition = NonNullable<TokenClaimsRule['when']>['groups'];

const holds = (condition: SetCondition, having: readonly string[]): boolean => {
  const isThere = (name: string) => having.includes(name);
  const { anyOf, allOf, noneOf } = condition ?? {};
  if (anyOf && !anyOf.some(isThere)) return false;
  if (allOf && !allOf.every(isThere)) return false;
  return !noneOf?.some(isThere);
};

const appliesToPerson = ({ when }: TokenClaimsRule, { groups, attributes }: TokenHolder): boolean =>
  holds(when?.groups, groups) &&
  Object.entries(when?.attributes ?? {}).every(([name, wanted]) => {
    const value = attributeOf(attributes, name);
    return value !== undefined && wanted.anyOf.includes(value);
  });

const appliesToMachine = ({ when }: TokenClaimsRule, { clientId, scopes }: Machine): boolean =>
  holds(when?.scopes, scopes) && (when?.clients?.anyOf.includes(clientId) ?? true);

const claimChanges = (
  changes: readonly TokenClaimsRule['idToken'][],
  attributes: TokenHolder['attributes'],
): ClaimChanges => {
  const suppress = union(changes.map((each) => each?.suppressClaims));
  const added = changes.flatMap((each) =>
    Object.entries(each?.addClaims ?? {}).flatMap(([name, { constant, attribute }]) => {
      const value = attribute === undefined ? constant : attributeOf(attributes, attribute);
      return value === undefined || suppress.includes(name) ? [] : [[name, value] as const];
    }),
  );
  return { add: Object.fromEntries(added), suppress };
};

const attributeOf = (attributes: TokenHolder['attributes'], name: string): string | undefined =>
  Object.hasOwn(attributes, name) ? attributes[name] : undefined;

const union = (lists: readonly (readonly string[] | undefined)[]): readonly string[] => [
  ...new Set(lists.flatMap((list) => list ?? [])),
];
