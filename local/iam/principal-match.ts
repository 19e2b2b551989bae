/** Whom a resource policy or a trust policy speaks of. */
import { asList } from './policy.ts';
import type { PolicyStatement } from './policy.ts';

/**
 * How closely a statement names the caller. IAM gives each a different reach: `exact` (the user or the
 * session itself) passes by boundaries and session policies, `role` and `everyone` do not, and `account`
 * only lets the account's own identity policies decide.
 */
export type Closeness = 'exact' | 'role' | 'everyone' | 'account';

export interface NamedPrincipal {
  /** The caller's own ARN; null for a caller without one, such as a web identity. */
  readonly arn: string | null;
  /** The role behind a session; `aws:PrincipalArn`. */
  readonly roleArn: string | null;
  readonly accountId: string | null;
  readonly service: string | null;
  readonly federated: string | null;
}

const closenessOfAws = (named: string, principal: NamedPrincipal): Closeness | null => {
  if (named === '*') return 'everyone';
  const account = /^(?:arn:[\w-]+:iam::)?(\d{12})(?::root)?$/u.exec(named)?.[1];
  if (account !== undefined && account === principal.accountId) return 'account';
  if (named === principal.arn) return 'exact';
  return named === principal.roleArn ? 'role' : null;
};

const order: readonly Closeness[] = ['exact', 'role', 'everyone', 'account'];

/** The closest way in which this element names the caller; null where it does not. */
const closenessOf = (
  element: PolicyStatement['Principal'],
  principal: NamedPrincipal,
): Closeness | null => {
  if (element === undefined) return null;
  if (element === '*') return 'everyone';
  const found: (Closeness | null)[] = [];
  for (const [type, names] of Object.entries(element))
    for (const named of asList(names)) {
      if (type === 'AWS') found.push(closenessOfAws(named, principal));
      if (type === 'Service' && named === principal.service) found.push('exact');
      if (type === 'Federated' && named === principal.federated) found.push('exact');
    }
  return order.find((closeness) => found.includes(closeness)) ?? null;
};

/** `NotPrincipal` speaks of everyone whom its list does not name in any way. */
export const statementNames = (
  statement: PolicyStatement,
  principal: NamedPrincipal,
): Closeness | null => {
  if (statement.NotPrincipal === undefined) return closenessOf(statement.Principal, principal);
  return closenessOf(statement.NotPrincipal, principal) === null ? 'everyone' : null;
};
