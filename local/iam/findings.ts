/** Which statements of policies speak of a request, and the words by which a reason names them. */
import type { ConditionKeys } from './condition-keys.ts';
import type { PolicyDocument, PolicyStatement } from './policy.ts';
import { statementNames } from './principal-match.ts';
import type { Closeness, NamedPrincipal } from './principal-match.ts';
import { statementsOn } from './read-policy.ts';

export interface Question {
  readonly action: string;
  /** Null where the policy is the resource's own and its statements need not name it. */
  readonly resource: string | null;
  readonly keys: ConditionKeys;
}

/** What is attached in one way: `identity policy`, `session policy`, … */
export interface Policies {
  readonly kind: string;
  readonly documents: readonly PolicyDocument[];
}

/** Names a statement: `statement "Read" of the identity policy 2`. */
export type Finding = string;

/** The first statement of this effect, in the order of the documents. */
export const firstFinding = (
  { kind, documents }: Policies,
  effect: PolicyStatement['Effect'],
  { action, resource, keys }: Question,
): Finding | undefined => {
  for (const [index, document] of documents.entries())
    for (const { statement, name, holds } of statementsOn(document, action)) {
      if (statement.Effect !== effect || !holds(resource, keys)) continue;
      const which = documents.length === 1 ? kind : `${kind} ${String(index + 1)}`;
      return `statement ${name} of the ${which}`;
    }
  return undefined;
};

export interface OwnPolicyFindings {
  readonly deny: Finding | undefined;
  readonly allow: ReadonlyMap<Closeness, Finding>;
}

const nothingFound: OwnPolicyFindings = { deny: undefined, allow: new Map() };

/** What a resource's own policy says of this principal; the first statement of each closeness. */
export const ownPolicyFindings = (
  document: PolicyDocument | undefined,
  { action, resource, keys }: Question,
  principal: NamedPrincipal,
  kind: string,
): OwnPolicyFindings => {
  if (document === undefined) return nothingFound;
  const allow = new Map<Closeness, Finding>();
  let deny: Finding | undefined;
  for (const { statement, name, holds } of statementsOn(document, action)) {
    const closeness = statementNames(statement, principal);
    if (closeness === null || !holds(resource, keys)) continue;
    const finding = `statement ${name} of the ${kind}`;
    if (statement.Effect === 'Deny') deny ??= finding;
    else if (!allow.has(closeness)) allow.set(closeness, finding);
  }
  return { deny, allow };
};
