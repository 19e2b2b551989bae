/** IAM's decision: explicit denies first, then what every kind of policy leaves. */
import type { Principal } from '../aws.ts';
import type { KeyRecord } from './condition-keys.ts';
import { firstFinding, ownPolicyFindings } from './findings.ts';
import type { Finding, Policies, Question } from './findings.ts';
import type { AccessRequest, PolicyDocument } from './policy.ts';
import type { NamedPrincipal } from './principal-match.ts';

export interface Verdict {
  readonly allowed: boolean;
  /** Names the statement that decided, or what was missing; no values of the request. */
  readonly reason: string;
  /** The end of AWS's sentence of refusal (`because no identity-based policy allows the … action`); empty when allowed. */
  readonly refusal: string;
}

const allowed = (reason: string): Verdict => ({ allowed: true, reason, refusal: '' });

const denied = (finding: Finding, policyKind: string): Verdict => ({
  allowed: false,
  reason: `denied by ${finding}`,
  refusal: `with an explicit deny in ${policyKind}`,
});

const missing = (policyKind: string, action: string): Verdict => ({
  allowed: false,
  reason: `no ${policyKind} allows ${action}`,
  refusal: `because no ${policyKind} allows the ${action} action`,
});

/**
 * Keys and roles are reached through their own policy only: without its word, or its leave to the
 * account, identity policies alone open nothing.
 */
const decidesByOwnPolicy = (action: string): boolean => /^(?:kms|sts):/iu.test(action);

const namedPrincipalOf = (principal: Principal, keys: KeyRecord): NamedPrincipal => {
  const principalArn = keys['aws:PrincipalArn'];
  const anonymous = principal.kind === 'anonymous';
  return {
    arn: anonymous ? null : principal.arn,
    roleArn:
      principal.kind === 'role-session' && typeof principalArn === 'string' ? principalArn : null,
    accountId: anonymous ? null : principal.accountId,
    service: null,
    federated: null,
  };
};

/**
 * Whether this caller may do this: identity policies, within the boundary, within the session policies,
 * with the resource's own policy; an explicit deny anywhere wins. The twin's own services are allowed.
 * @param extraKeys condition keys of the connection, such as `aws:SourceIp`; keys of the request and of the caller win over them
 */
export const evaluateAccess = (
  principal: Principal,
  request: AccessRequest,
  extraKeys: KeyRecord = {},
): Verdict => {
  if (principal.kind === 'aws-service') return allowed('the caller is the service itself');
  const { action, resource } = request;
  const keys = [extraKeys, request.conditionKeys ?? {}, principal.conditionKeys];
  const question: Question = { action, resource, keys };
  const { identityPolicies, permissionsBoundary, sessionPolicies } = principal;
  const identity: Policies = { kind: 'identity policy', documents: identityPolicies };
  const boundary: Policies = {
    kind: 'permissions boundary',
    documents: permissionsBoundary === null ? [] : [permissionsBoundary],
  };
  const session: Policies = { kind: 'session policy', documents: sessionPolicies };
  const own = ownPolicyFindings(
    request.resourcePolicy,
    // A trust policy names no resource: the role that it belongs to is the resource.
    /^sts:/iu.test(action) ? { ...question, resource: null } : question,
    namedPrincipalOf(principal, principal.conditionKeys),
    'resource policy',
  );

  const denies: readonly (readonly [Finding | undefined, string])[] = [
    [firstFinding(identity, 'Deny', question), 'an identity-based policy'],
    [firstFinding(boundary, 'Deny', question), 'a permissions boundary'],
    [firstFinding(session, 'Deny', question), 'a session policy'],
    [own.deny, 'a resource-based policy'],
  ];
  for (const [finding, kind] of denies) if (finding !== undefined) return denied(finding, kind);

  const exact = own.allow.get('exact');
  if (exact !== undefined) return allowed(`allowed by ${exact}`);
  const byIdentity = firstFinding(identity, 'Allow', question);
  const byOwnPolicy = own.allow.get('role') ?? own.allow.get('everyone');
  const identityCounts =
    request.resourcePolicy === undefined || !decidesByOwnPolicy(action) || own.allow.has('account');
  const base = byOwnPolicy ?? (identityCounts ? byIdentity : undefined);
  if (base === undefined)
    return missing(
      byIdentity !== undefined || principal.kind === 'anonymous'
        ? 'resource-based policy'
        : 'identity-based policy',
      action,
    );
  if (permissionsBoundary !== null && firstFinding(boundary, 'Allow', question) === undefined)
    return missing('permissions boundary', action);
  if (sessionPolicies.length > 0 && firstFinding(session, 'Allow', question) === undefined)
    return missing('session policy', action);
  return allowed(`allowed by ${base}`);
};

/**
 * Whether a role lets this federated, service or AWS principal in. A statement for the whole account is
 * not enough here: then identity policies decide too, which is what `evaluateAccess` with the trust
 * policy as the resource's own policy does.
 */
export const evaluateTrust = (
  trustPolicy: PolicyDocument,
  request: {
    readonly action: string;
    readonly federated?: string;
    readonly service?: string;
    readonly principalArn?: string;
    /** What the policy belongs to, where its statements name it; a trust policy's do not. */
    readonly resource?: string;
    readonly conditionKeys: KeyRecord;
  },
): Verdict => {
  const { action, resource = null } = request;
  const own = ownPolicyFindings(
    trustPolicy,
    { action, resource, keys: [request.conditionKeys] },
    {
      arn: request.principalArn ?? null,
      roleArn: request.principalArn ?? null,
      accountId: null,
      service: request.service ?? null,
      federated: request.federated ?? null,
    },
    'trust policy',
  );
  if (own.deny !== undefined) return denied(own.deny, 'a resource-based policy');
  const allow = own.allow.get('exact') ?? own.allow.get('role') ?? own.allow.get('everyone');
  return allow === undefined ? missing('trust policy', action) : allowed(`allowed by ${allow}`);
};
