import type { Grant, GrantRole } from './grant.ts';

/** A role that the deployment makes for a grant. */
export interface MappedRole {
  readonly grant: string;
  /** The role's key within a `fromToken` grant; null for a grant with one role. */
  readonly key: string | null;
  readonly role: GrantRole;
}

/** Every role that a grant can lead to, in the order of its file. */
export const mappedRolesOf = (grant: Grant): readonly MappedRole[] =>
  grant.role.fromToken === undefined
    ? [{ grant: grant.name, key: null, role: grant.role }]
    : Object.entries(grant.role.fromToken).map(([key, role]) => ({ grant: grant.name, key, role }));

/**
 * The name of a role that the deployment makes; ≤ 64 characters for a deployment name of ≤ 20.
 * It is computed, not looked up, so that grants need no list of ARNs and groups can name roles of a later stack.
 */
export const mappedRoleName = (deployment: string, role: MappedRole): string =>
  [deployment, role.grant, ...(role.key === null ? [] : [role.key])].join('-');

/** The ARN behind a mapped role. `arnPrefix` is `arn:<partition>:iam::<account>:role/stepkey/<deployment>-`. */
export const mappedRoleArn = (arnPrefix: string, role: MappedRole): string =>
  role.role.arn ?? arnPrefix + [role.grant, ...(role.key === null ? [] : [role.key])].join('-');
