import { isThereACaller } from './every-caller.ts';
import type { Grant, GrantRule } from './grant.ts';
import { reachOf, type ReachContext } from './reach.ts';
import { whoSentences } from './words.ts';

/**
 * Who a grant is for: members of a group, whoever a rule without groups takes (`anyone`, `any person`, `any machine`), or
 * the app clients through which it is asked for.
 */
export interface Who {
  readonly kind: 'group' | 'anyone' | 'client';
  readonly name: string;
}

/** What one of them can get of one grant. */
export interface Pair extends Who {
  readonly grant: string;
  readonly use: Grant['use'];
  /** The rules that decide for members of that group, as sentences, in order; empty for a client. */
  readonly rules: readonly string[];
  readonly roles: readonly string[];
  /** What the roles allow, in the words of `GET /v1/grants`. */
  readonly permissions: readonly string[];
  /** The session policy likewise; null where there is none. */
  readonly narrowedTo: readonly string[] | null;
  /** `name=value`, with placeholders. */
  readonly tags: readonly string[];
  readonly durationSeconds: number;
  readonly minTtlSeconds: number;
}

const groupsOf = ({ when }: GrantRule): readonly string[] => [
  ...(when.groups?.anyOf ?? []),
  ...(when.groups?.allOf ?? []),
];

const anyoneOf = ({ when }: GrantRule): string =>
  when.kind === undefined ? 'anyone' : `any ${when.kind}`;

const isNamedBy = (rule: GrantRule, { kind, name }: Who): boolean =>
  kind === 'group'
    ? groupsOf(rule).includes(name)
    : groupsOf(rule).length === 0 && anyoneOf(rule) === name;

/** The rule as it is for a member of the group: which other group would do as well is another pair's matter. */
const ruleFor = (rule: GrantRule, { kind, name }: Who): GrantRule => {
  const { groups, ...others } = rule.when;
  if (kind !== 'group' || groups?.anyOf?.includes(name) !== true) return rule;
  return { ...rule, when: { ...others, groups: { ...groups, anyOf: [name] } } };
};

/** The rules that decide for them: those that refuse, and those that allow because of them. */
export const rulesFor = ({ rules }: Grant, who: Who): readonly GrantRule[] => {
  const kept = rules.flatMap((rule) => {
    if (rule.effect === 'refuse') return [rule];
    return isNamedBy(rule, who) ? [ruleFor(rule, who)] : [];
  });
  // What only refuses after the last rule that allows decides nothing.
  return kept.slice(0, kept.findLastIndex(({ effect }) => effect === 'allow') + 1);
};

export const groupOf = ({ kind, name }: Who): string | null => (kind === 'group' ? name : null);

/** Also where there are too many cases to try. */
const mayAllow = (grant: Grant, group: string | null, rules: readonly GrantRule[]): boolean =>
  isThereACaller(grant.use, group, [rules], ([by]) => by?.effect === 'allow') !== false;

const whoOf = (grant: Grant): readonly Who[] => {
  const named = grant.rules
    .filter(({ effect }) => effect === 'allow')
    .flatMap((rule): readonly Who[] => {
      const groups = groupsOf(rule).map((name) => ({ kind: 'group', name }) as const);
      return groups.length > 0 ? groups : [{ kind: 'anyone', name: anyoneOf(rule) }];
    })
    .filter(
      ({ kind, name }, index, all) =>
        all.findIndex((other) => other.kind === kind && other.name === name) === index,
    )
    .filter((who) => mayAllow(grant, groupOf(who), rulesFor(grant, who)));
  if (!mayAllow(grant, null, grant.rules)) return [];
  return [...named, ...new Set(grant.clients)].map((who) =>
    typeof who === 'string' ? { kind: 'client', name: who } : who,
  );
};

export const tagLines = ({ tags }: Grant): readonly string[] =>
  Object.entries(tags).map(([name, value]) => `${name}=${value}`);

const pairsOfGrant = (grant: Grant, context: ReachContext): readonly Pair[] => {
  const [reach] = reachOf([grant], context).grants;
  return whoOf(grant).map((who) => ({
    ...who,
    grant: grant.name,
    use: grant.use,
    rules: who.kind === 'client' ? [] : whoSentences({ rules: [...rulesFor(grant, who)] }),
    roles: reach?.roles ?? [],
    permissions: reach?.actions ?? [],
    narrowedTo: reach?.narrowedTo ?? null,
    tags: tagLines(grant),
    durationSeconds: grant.session.durationSeconds,
    minTtlSeconds: grant.session.minTtlSeconds,
  }));
};

/**
 * The matrix of who can get what: a pair for each group or client and each grant that leads somewhere for them. Whom no
 * rule can allow is left out.
 */
export const pairsOf = (grants: readonly Grant[], context: ReachContext): readonly Pair[] =>
  grants.flatMap((grant) => pairsOfGrant(grant, context));
