/** IAM's decision: explicit denies first, then what every kind of policy leaves. */
import type { Principal } from '../aws.ts';
import { conditionKeysOf } from './condition-keys.ts';
import type { KeyRecord } from './condition-keys.ts';
import type { AccessRequest, PolicyDocument } from './policy.ts';
import { statementNames } from './principal-match.ts';
import type { Closeness, NamedPrincipal } from './principal-match.ts';
import { findings, withEffect } from './statement.ts';
import type { Finding, Question } from './statement.ts';

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
  reason: `denied by ${finding.label}`,
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

interface OwnPolicyFindings {
  readonly deny: Finding | undefined;
  readonly allow: ReadonlyMap<Closeness, Finding>;
}

const resourcePolicyFindings = (
  document: PolicyDocument | undefined,
  question: Question,
  principal: NamedPrincipal,
  kind: string,
): OwnPolicyFindings => {
  const allow = new Map<Closeness, Finding>();
  let deny: Finding | undefined;
  for (const finding of document === undefined ? [] : findings([document], kind, question)) {
    const closeness = statementNames(finding.statement, principal);
    if (closeness === null) continue;
    if (finding.statement.Effect === 'Deny') deny ??= finding;
    else if (!allow.has(closeness)) allow.set(closeness, finding);
  }
  return { deny, allow };
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
  const keys = conditionKeysOf(extraKeys, request.conditionKeys ?? {}, principal.conditionKeys);
  const { action } = request;
  const question: Question = { action, resource: request.resource, keys };
  const boundaries = principal.permissionsBoundary === null ? [] : [principal.permissionsBoundary];
  const identity = findings(principal.identityPolicies, 'identity policy', question);
  const boundary = findings(boundaries, 'permissions boundary', question);
  const session = findings(principal.sessionPolicies, 'session policy', question);
  const own = resourcePolicyFindings(
    request.resourcePolicy,
    // A trust policy names no resource: the role that it belongs to is the resource.
    { ...question, resource: /^sts:/iu.test(action) ? null : request.resource },
    namedPrincipalOf(principal, principal.conditionKeys),
    'resource policy',
  );

  const denies: readonly (readonly [Finding | undefined, string])[] = [
    [withEffect(identity, 'Deny'), 'an identity-based policy'],
    [withEffect(boundary, 'Deny'), 'a permissions boundary'],
    [withEffect(session, 'Deny'), 'a session policy'],
    [own.deny, 'a resource-based policy'],
  ];
  for (const [finding, kind] of denies) if (finding !== undefined) return denied(finding, kind);

  const exact = own.allow.get('exact');
  if (exact !== undefined) return allowed(`allowed by ${exact.label}`);
  const byIdentity = withEffect(identity, 'Allow');
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
  if (principal.permissionsBoundary !== null && withEffect(boundary, 'Allow') === undefined)
    return missing('permissions boundary', action);
  if (principal.sessionPolicies.length > 0 && withEffect(session, 'Allow') === undefined)
    return missing('session policy', action);
  return allowed(`allowed by ${base.label}`);
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
  const own = resourcePolicyFindings(
    trustPolicy,
    { action, resource, keys: conditionKeysOf(request.conditionKeys) },
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
  return allow === undefined
    ? missing('trust policy', action)
    : allowed(`allowed by ${allow.label}`);
};
