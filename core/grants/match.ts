import type { Caller, ClaimValue } from '../contracts/caller.ts';
import type { Grant, GrantRule } from './grant.ts';

/** What became of one rule, for the trace that auditors may see. */
interface RuleTrace {
  readonly rule: number;
  readonly effect: 'allow' | 'refuse';
  readonly matched: boolean;
  /** The first condition that did not hold, as `groups.anyOf` or `claims.custom:tenant`; null when all held. */
  readonly failedCondition: string | null;
}

/** How a grant answers one caller. */
export interface GrantMatch {
  readonly grant: string;
  readonly clientListed: boolean;
  /** Whether the grant is for this use: for oneself, or on a subject's behalf. */
  readonly useFits: boolean;
  /** Rules in order, up to the one that decided. */
  readonly rules: readonly RuleTrace[];
  /** The rule that allows; null when the grant refuses. */
  readonly allowedBy: number | null;
}

/**
 * Tries a grant's rules in order: the first that matches decides, none refuses. With an actor, the rules are about the
 * subject and the client list about the actor, and both must hold.
 */
export const matchGrant = (grant: Grant, caller: Caller): GrantMatch => {
  // control SEC-02
  const clientListed = grant.clients.includes(caller.client);
  // control SEC-09
  const useFits = (grant.use === 'act-as') === (caller.actor !== null);
  const rules: RuleTrace[] = [];
  for (const [index, rule] of grant.rules.entries()) {
    const failedCondition = firstFailure(rule, caller);
    rules.push({
      rule: index,
      effect: rule.effect,
      matched: failedCondition === null,
      failedCondition,
    });
    if (failedCondition === null) break;
  }
  const decided = rules.at(-1);
  const allowed =
    clientListed && useFits && decided?.matched === true && decided.effect === 'allow';
  return {
    grant: grant.name,
    clientListed,
    useFits,
    rules,
    allowedBy: allowed ? decided.rule : null,
  };
};

/** How every grant answers the caller, for the trace; only the named one where one is named. */
export const matchGrants = (
  caller: Caller,
  named: string | null,
  grants: readonly Grant[],
): readonly GrantMatch[] =>
  grants
    .filter(({ name }) => named === null || name === named)
    .map((grant) => matchGrant(grant, caller));

/**
 * A person's access token repeats no attributes, so that a claim missing there says nothing. A rule that refuses takes
 * it as held: else whom it refuses at the ID door would come in by the other.
 */
const isUntold = ({ tokenUse, kind, actor, claims }: Caller, name: string): boolean =>
  tokenUse === 'access' && kind === 'person' && actor === null && claims[name] === undefined;

const firstFailure = ({ effect, when }: GrantRule, caller: Caller): string | null => {
  const isMember = (group: string) => caller.groups.includes(group);
  if (when.groups?.anyOf && !when.groups.anyOf.some(isMember)) return 'groups.anyOf';
  if (when.groups?.allOf && !when.groups.allOf.every(isMember)) return 'groups.allOf';
  if (when.groups?.noneOf?.some(isMember)) return 'groups.noneOf';
  for (const [name, { anyOf }] of Object.entries(when.claims ?? {})) {
    if (effect === 'refuse' && isUntold(caller, name)) continue;
    if (!anyOf.some((wanted) => holds(caller.claims[name], wanted))) return `claims.${name}`;
  }
  if (when.kind !== undefined && when.kind !== caller.kind) return 'kind';
  return null;
};

/** Equality of value and type; a list holds what it contains. */
const holds = (value: ClaimValue | undefined, wanted: string | number | boolean): boolean =>
  typeof value === 'object'
    ? typeof wanted === 'string' && value.includes(wanted)
    : value === wanted;
