/** Whether one statement speaks of a request: its actions, resources and conditions. */
import type { ConditionKeys } from './condition-keys.ts';
import { conditionsHold } from './conditions.ts';
import { matchesAction, matchesArn } from './pattern.ts';
import type { MatchResult, PatternRules } from './pattern.ts';
import { asList } from './policy.ts';
import type { OneOrMany, PolicyDocument, PolicyStatement } from './policy.ts';

export interface Question {
  readonly action: string;
  /** Null where the policy is the resource's own and its statements need not name it. */
  readonly resource: string | null;
  readonly keys: ConditionKeys;
}

type Effect = PolicyStatement['Effect'];

/** Looks through a list, or through what a `Not…` element leaves; a variable without a value never opens. */
const elementHolds = (
  wanted: OneOrMany<string> | undefined,
  unwanted: OneOrMany<string> | undefined,
  effect: Effect,
  match: (pattern: string) => MatchResult,
): boolean => {
  if (wanted !== undefined) return asList(wanted).some((pattern) => match(pattern) === true);
  if (unwanted === undefined) return false;
  const results = asList(unwanted).map(match);
  if (effect === 'Allow' && results.includes('unresolved')) return false;
  return !results.includes(true);
};

const applies = (
  document: PolicyDocument,
  statement: PolicyStatement,
  question: Question,
): boolean => {
  const { action, resource, keys } = question;
  // IAM knows variables since this version only; before, and by default, `${…}` is plain text.
  const rules: PatternRules = { keys, variables: document.Version === '2012-10-17' };
  const { Effect: effect } = statement;
  if (
    !elementHolds(statement.Action, statement.NotAction, effect, (pattern) =>
      matchesAction(pattern, action),
    )
  )
    return false;
  const ownPolicy = statement.Resource === undefined && statement.NotResource === undefined;
  if (
    !(resource === null && ownPolicy) &&
    !elementHolds(statement.Resource, statement.NotResource, effect, (pattern) =>
      matchesArn(pattern, resource ?? '', rules),
    )
  )
    return false;
  return conditionsHold(statement.Condition, rules, effect);
};

/** A statement that speaks of the request, with the words by which a reason names it. */
export interface Finding {
  readonly statement: PolicyStatement;
  readonly label: string;
}

export const findings = (
  documents: readonly PolicyDocument[],
  kind: string,
  question: Question,
): readonly Finding[] =>
  documents.flatMap((document, policyIndex) =>
    asList(document.Statement).flatMap((statement, index) => {
      if (!applies(document, statement, question)) return [];
      const name = statement.Sid === undefined ? `#${String(index + 1)}` : `"${statement.Sid}"`;
      const which = documents.length === 1 ? kind : `${kind} ${String(policyIndex + 1)}`;
      return [{ statement, label: `statement ${name} of the ${which}` }];
    }),
  );

export const withEffect = (found: readonly Finding[], effect: Effect): Finding | undefined =>
  found.find(({ statement }) => statement.Effect === effect);
