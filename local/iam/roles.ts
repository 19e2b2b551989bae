/** The account's roles and managed policies, durable in the twin's store. */
import type { Collection, Store } from '../state/store.ts';
import { defaultVersionOf } from './managed-policies.ts';
import type { ManagedPolicy } from './managed-policies.ts';
import type { PolicyDocument } from './policy.ts';

export interface StoredRole {
  readonly arn: string;
  readonly name: string;
  readonly path: string;
  /** `AROA…`: another one after a role was deleted and made again under its name. */
  readonly roleId: string;
  readonly trustPolicy: PolicyDocument;
  readonly inlinePolicies: Readonly<Record<string, PolicyDocument>>;
  readonly managedPolicyArns: readonly string[];
  readonly permissionsBoundaryArn: string | null;
  readonly maxSessionDurationSeconds: number;
  readonly tags: Readonly<Record<string, string>>;
  readonly createdAtEpochMillis: number;
}

/** What a session of the role is judged by. */
interface RolePolicies {
  readonly identity: readonly PolicyDocument[];
  readonly boundary: PolicyDocument | null;
}

export interface IamStore {
  readonly putRole: (role: StoredRole) => Promise<void>;
  readonly getRole: (arn: string) => StoredRole | undefined;
  readonly roleNamed: (name: string) => StoredRole | undefined;
  readonly roles: () => readonly StoredRole[];
  readonly deleteRole: (arn: string) => Promise<void>;
  /** @throws TypeError when there is no such role */
  readonly putRolePolicy: (
    roleName: string,
    policyName: string,
    document: PolicyDocument,
  ) => Promise<void>;
  readonly deleteRolePolicy: (roleName: string, policyName: string) => Promise<void>;
  /** @throws TypeError when there is no such role */
  readonly attachManagedPolicy: (roleName: string, policyArn: string) => Promise<void>;
  readonly detachManagedPolicy: (roleName: string, policyArn: string) => Promise<void>;
  readonly putManagedPolicy: (policy: ManagedPolicy) => Promise<void>;
  readonly getManagedPolicy: (arn: string) => ManagedPolicy | undefined;
  /** The default version's, which is the one that counts. */
  readonly managedDocument: (arn: string) => PolicyDocument | undefined;
  /** Detaches it from every role, too. */
  readonly deleteManagedPolicy: (arn: string) => Promise<void>;
  /** Names of the roles that it is attached to, and for how many it is the boundary. */
  readonly usesOf: (policyArn: string) => {
    readonly roleNames: readonly string[];
    readonly boundaryOf: number;
  };
  /** Policies as they stand now: IAM looks at the call, not at the time of the session. */
  readonly policiesOf: (role: StoredRole) => RolePolicies;
}

const allowsNothing: PolicyDocument = { Version: '2012-10-17', Statement: [] };

const roleNamed = (roles: Collection<StoredRole>, name: string): StoredRole | undefined => {
  for (const [, role] of roles.entries()) if (role.name === name) return role;
  return undefined;
};

const policiesOf = (
  role: StoredRole,
  managed: (arn: string) => PolicyDocument | undefined,
): RolePolicies => ({
  identity: [
    ...Object.values(role.inlinePolicies),
    ...role.managedPolicyArns.flatMap((arn) => managed(arn) ?? []),
  ],
  boundary:
    role.permissionsBoundaryArn === null
      ? null
      : // A boundary that is gone must not read as "no boundary".
        (managed(role.permissionsBoundaryArn) ?? allowsNothing),
});

export const createIamStore = async (store: Store): Promise<IamStore> => {
  const roles = await store.collection<StoredRole>('iam-roles');
  const managedPolicies = await store.collection<ManagedPolicy>('iam-policies');
  const managedDocument = (arn: string): PolicyDocument | undefined => {
    const managed = managedPolicies.get(arn);
    return managed === undefined ? undefined : defaultVersionOf(managed).document;
  };
  const change = async (name: string, edit: (role: StoredRole) => StoredRole): Promise<void> => {
    const role = roleNamed(roles, name);
    if (role === undefined) throw new TypeError(`There is no role named ${name}`);
    await roles.put(role.arn, edit(role));
  };
  const without = <T>(record: Readonly<Record<string, T>>, key: string): Record<string, T> =>
    Object.fromEntries(Object.entries(record).filter(([name]) => name !== key));
  const rolesWith = (policyArn: string): StoredRole[] =>
    [...roles.entries()]
      .map(([, role]) => role)
      .filter(({ managedPolicyArns }) => managedPolicyArns.includes(policyArn));
  const detachManagedPolicy: IamStore['detachManagedPolicy'] = (roleName, policyArn) =>
    change(roleName, (role) => ({
      ...role,
      managedPolicyArns: role.managedPolicyArns.filter((arn) => arn !== policyArn),
    }));
  return {
    putRole: (role) => roles.put(role.arn, role),
    getRole: (arn) => roles.get(arn),
    roleNamed: (name) => roleNamed(roles, name),
    roles: () => [...roles.entries()].map(([, role]) => role),
    deleteRole: (arn) => roles.delete(arn),
    putRolePolicy: (roleName, policyName, document) =>
      change(roleName, (role) => ({
        ...role,
        inlinePolicies: { ...role.inlinePolicies, [policyName]: document },
      })),
    deleteRolePolicy: (roleName, policyName) =>
      change(roleName, (role) => ({
        ...role,
        inlinePolicies: without(role.inlinePolicies, policyName),
      })),
    attachManagedPolicy: (roleName, policyArn) =>
      change(roleName, (role) => ({
        ...role,
        managedPolicyArns: [...new Set([...role.managedPolicyArns, policyArn])],
      })),
    detachManagedPolicy,
    putManagedPolicy: (policy) => managedPolicies.put(policy.arn, policy),
    getManagedPolicy: (arn) => managedPolicies.get(arn),
    managedDocument,
    deleteManagedPolicy: async (arn) => {
      for (const { name } of rolesWith(arn)) await detachManagedPolicy(name, arn);
      await managedPolicies.delete(arn);
    },
    usesOf: (policyArn) => ({
      roleNames: rolesWith(policyArn).map(({ name }) => name),
      boundaryOf: [...roles.entries()].filter(
        ([, { permissionsBoundaryArn }]) => permissionsBoundaryArn === policyArn,
      ).length,
    }),
    policiesOf: (role) => policiesOf(role, managedDocument),
  };
};
