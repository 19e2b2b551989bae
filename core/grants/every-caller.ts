import type { GrantFile, GrantRule } from './grant.ts';

/**
 * Goes through every caller that a set of rules can tell apart, without listing them: it asks only for what a rule needs
 * to be decided (a group, a claim's value, what the subject is), and takes both answers in turn.
 */

type Claim = string | number | boolean;

/** One thing that a caller either has or has not. */
type Trait =
  | { readonly of: 'group'; readonly group: string }
  | { readonly of: 'claim'; readonly claim: string; readonly value: Claim }
  /** The token does not say: a person's access token repeats no attributes. */
  | { readonly of: 'untold'; readonly claim: string }
  | { readonly of: 'machine' };

const keyOf = (trait: Trait): string => JSON.stringify(Object.values(trait));

interface Literal {
  readonly trait: Trait;
  readonly key: string;
  readonly wanted: boolean;
}

/** All must hold; of each, one of its literals. */
type Condition = readonly (readonly Literal[])[];

const literal = (trait: Trait, wanted: boolean): Literal => ({ trait, key: keyOf(trait), wanted });

const groupIs =
  (wanted: boolean) =>
  (group: string): Literal =>
    literal({ of: 'group', group }, wanted);

/** What `matchGrant` asks of a caller before it takes the rule. */
const conditionOf = ({ effect, when }: GrantRule): Condition => [
  ...(when.groups?.anyOf === undefined ? [] : [when.groups.anyOf.map(groupIs(true))]),
  ...(when.groups?.allOf ?? []).map((group) => [groupIs(true)(group)]),
  ...(when.groups?.noneOf ?? []).map((group) => [groupIs(false)(group)]),
  ...Object.entries(when.claims ?? {}).map(([claim, { anyOf }]): Literal[] => [
    ...anyOf.map((value) => literal({ of: 'claim', claim, value }, true)),
    ...(effect === 'refuse' ? [literal({ of: 'untold', claim }, true)] : []),
  ]),
  ...(when.kind === undefined ? [] : [[literal({ of: 'machine' }, when.kind === 'machine')]]),
];

interface Case {
  readonly rule: GrantRule;
  readonly condition: Condition;
}

/** Whether no caller has both. A claim has one value, or is a list of texts. */
const excludeEachOther = (one: Trait, other: Trait): boolean => {
  if (one.of === 'machine' || other.of === 'machine') {
    return one.of === 'untold' || other.of === 'untold';
  }
  if (one.of === 'group' || other.of === 'group' || one.claim !== other.claim) return false;
  if (one.of === 'claim' && other.of === 'claim') {
    return (
      one.value !== other.value &&
      !(typeof one.value === 'string' && typeof other.value === 'string')
    );
  }
  return one.of !== other.of;
};

interface Known {
  readonly trait: Trait;
  readonly has: boolean;
}
type Caller = ReadonlyMap<string, Known>;

const hasTrait = (
  caller: Caller,
  use: GrantFile['use'],
  { trait, key }: Literal,
): boolean | null => {
  // On somebody's behalf: the subject is a person, of whom the user pool tells everything that it stores.
  if (use === 'act-as' && (trait.of === 'machine' || trait.of === 'untold')) return false;
  const known = caller.get(key);
  if (known !== undefined) return known.has;
  if (trait.of === 'group') return null;
  for (const other of caller.values()) {
    if (other.has && excludeEachOther(other.trait, trait)) return false;
  }
  return null;
};

/** The rule that decides, null for none, or what would have to be known to say. */
const decide = (
  cases: readonly Case[],
  caller: Caller,
  use: GrantFile['use'],
): { readonly by: GrantRule | null } | { readonly ask: Literal } => {
  for (const { rule, condition } of cases) {
    let holds = true;
    let ask: Literal | null = null;
    for (const clause of condition) {
      let open: Literal | null = null;
      let isMet = false;
      for (const one of clause) {
        const has = hasTrait(caller, use, one);
        if (has === null) open ??= one;
        isMet ||= has === one.wanted;
      }
      if (isMet) continue;
      if (open === null) {
        holds = false;
        break;
      }
      ask ??= open;
    }
    if (!holds) continue;
    return ask === null ? { by: rule } : { ask };
  }
  return { by: null };
};

/** Beyond so many cases nobody waits for the answer. */
const maximumCases = 5000;

/**
 * @param use of the grant whose rules these are
 * @param group of which every caller is a member; null for any caller
 * @param ruleLists each decides for itself
 * @param accepts told the rule of each list that decides, null where none matches
 * @returns whether there is a caller for whom `accepts` says so; null where there are too many cases to try
 */
export const isThereACaller = (
  use: GrantFile['use'],
  group: string | null,
  ruleLists: readonly (readonly GrantRule[])[],
  accepts: (decidedBy: readonly (GrantRule | null)[]) => boolean,
): boolean | null => {
  const lists = ruleLists.map((rules) =>
    rules.map((rule): Case => ({ rule, condition: conditionOf(rule) })),
  );
  let tried = 0;
  const search = (caller: Caller): boolean | null => {
    tried += 1;
    if (tried > maximumCases) return null;
    const decidedBy: (GrantRule | null)[] = [];
    for (const cases of lists) {
      const decided = decide(cases, caller, use);
      if (!('ask' in decided)) {
        decidedBy.push(decided.by);
        continue;
      }
      const { trait, key } = decided.ask;
      const withIt = search(new Map(caller).set(key, { trait, has: true }));
      return withIt === false ? search(new Map(caller).set(key, { trait, has: false })) : withIt;
    }
    return accepts(decidedBy);
  };
  const start = new Map<string, Known>();
  if (group !== null) {
    const trait: Trait = { of: 'group', group };
    start.set(keyOf(trait), { trait, has: true });
  }
  return search(start);
};
