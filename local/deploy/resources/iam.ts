/** Roles and policies. Those of which the template still says the same stay as they are. */
import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod';
import type { Clock } from '../../../core/ports.ts';
import {
  defaultVersionOf,
  managedPolicyLimitCharacters,
  newIamId,
  newManagedPolicy,
  policySize,
  withRoomForVersion,
  withVersion,
} from '../../iam/managed-policies.ts';
import type { PolicyDocument } from '../../iam/policy.ts';
import type { IamStore, StoredRole } from '../../iam/roles.ts';
import { twinAccountId, twinPartition } from '../../identity.ts';
import { DeployError } from '../deploy-error.ts';
import { generatedName } from '../naming.ts';
import { defineHandler, isUnchanged } from '../resource-handler.ts';
import type { ResourceHandler } from '../resource-handler.ts';
import { policyDocument, tagList, tagRecord } from './policy-schema.ts';

const inlinePolicies = z
  .array(z.object({ PolicyName: z.string(), PolicyDocument: policyDocument }))
  .optional();

const role = z.object({
  RoleName: z.string().optional(),
  Path: z.string().default('/'),
  AssumeRolePolicyDocument: policyDocument,
  Policies: inlinePolicies,
  ManagedPolicyArns: z.array(z.string()).default([]),
  PermissionsBoundary: z.string().nullable().default(null),
  MaxSessionDuration: z.coerce.number().default(3600),
  Tags: tagList,
});

const policy = z.object({
  PolicyName: z.string(),
  PolicyDocument: policyDocument,
  Roles: z.array(z.string()).min(1),
});

const managedPolicy = z.object({
  ManagedPolicyName: z.string().optional(),
  Path: z.string().default('/'),
  PolicyDocument: policyDocument,
  Roles: z.array(z.string()).default([]),
});

const iamArn = (resource: string): string =>
  `arn:${twinPartition}:iam::${twinAccountId}:${resource}`;

type RoleProperties = z.infer<typeof role>;

const declaredPolicies = ({ Policies = [] }: RoleProperties): StoredRole['inlinePolicies'] =>
  Object.fromEntries(Policies.map((each) => [each.PolicyName, each.PolicyDocument]));

/** What others gave the role stays; of its own a template replaces what it asked for before. */
const policiesAfter = (
  properties: RoleProperties,
  previous: RoleProperties | undefined,
  existing: StoredRole | undefined,
): Pick<StoredRole, 'inlinePolicies' | 'managedPolicyArns'> => {
  const declared = declaredPolicies(properties);
  const { ManagedPolicyArns: arns } = properties;
  // Without a word on what came from the template, nothing of it may stay behind.
  if (previous === undefined || existing === undefined)
    return { inlinePolicies: declared, managedPolicyArns: arns };
  const before = new Set(Object.keys(declaredPolicies(previous)));
  const others = Object.entries(existing.inlinePolicies).filter(([name]) => !before.has(name));
  const otherArns = existing.managedPolicyArns.filter(
    (arn) => !previous.ManagedPolicyArns.includes(arn),
  );
  return {
    inlinePolicies: { ...Object.fromEntries(others), ...declared },
    managedPolicyArns: [...new Set([...otherArns, ...arns])],
  };
};

const refuseLargeDocument = (name: string, document: PolicyDocument): void => {
  const size = policySize(document);
  if (size <= managedPolicyLimitCharacters) return;
  throw new DeployError(
    `The managed policy ${name} has ${String(size)} characters; IAM allows ${String(managedPolicyLimitCharacters)}.`,
  );
};

const roleHandler = (iam: IamStore, clock: Clock): ResourceHandler =>
  defineHandler(
    role,
    async ({ properties, previousProperties, ...request }) => {
      const name = properties.RoleName ?? generatedName(request);
      const arn = iamArn(`role${properties.Path}${name}`);
      const existing = iam.getRole(arn);
      const roleId = existing?.roleId ?? newIamId('AROA');
      const deployed = { id: name, attributes: { Arn: arn, RoleId: roleId } };
      if (existing !== undefined && isUnchanged({ ...request, properties, previousProperties }))
        return deployed;
      await iam.putRole({
        arn,
        name,
        path: properties.Path,
        roleId,
        trustPolicy: properties.AssumeRolePolicyDocument,
        ...policiesAfter(properties, previousProperties, existing),
        permissionsBoundaryArn: properties.PermissionsBoundary,
        maxSessionDurationSeconds: properties.MaxSessionDuration,
        tags: tagRecord(properties.Tags),
        createdAtEpochMillis: existing?.createdAtEpochMillis ?? clock.nowEpochMillis(),
      });
      return deployed;
    },
    ({ attributes }) => iam.deleteRole(attributes['Arn'] ?? ''),
  );

const inlinePolicyHandler = (iam: IamStore): ResourceHandler => {
  const drop = async (properties: z.infer<typeof policy>): Promise<void> => {
    for (const name of properties.Roles)
      if (iam.roleNamed(name) !== undefined)
        await iam.deleteRolePolicy(name, properties.PolicyName);
  };
  return defineHandler(
    policy,
    async (request) => {
      const { properties, previousProperties } = request;
      const { PolicyName: policyName, Roles: roleNames } = properties;
      const isThere = roleNames.every(
        (name) => iam.roleNamed(name)?.inlinePolicies[policyName] !== undefined,
      );
      if (!isThere || !isUnchanged(request)) {
        if (previousProperties !== undefined) await drop(previousProperties);
        for (const name of roleNames)
          await iam.putRolePolicy(name, policyName, properties.PolicyDocument);
      }
      return { id: policyName, attributes: {} };
    },
    async (_deployed, properties) => {
      if (properties !== undefined) await drop(properties);
    },
  );
};

const managedPolicyHandler = (iam: IamStore, clock: Clock): ResourceHandler =>
  defineHandler(
    managedPolicy,
    async (request) => {
      const { properties, previousProperties } = request;
      const { PolicyDocument: document, Roles: roleNames } = properties;
      const name = properties.ManagedPolicyName ?? generatedName(request, 128);
      const arn = iamArn(`policy${properties.Path}${name}`);
      const deployed = { id: arn, attributes: { PolicyArn: arn } };
      const existing = iam.getManagedPolicy(arn);
      if (existing !== undefined && isUnchanged(request)) return deployed;
      refuseLargeDocument(name, document);
      const atEpochMillis = clock.nowEpochMillis();
      if (existing === undefined)
        await iam.putManagedPolicy(newManagedPolicy(arn, document, atEpochMillis));
      else if (!isDeepStrictEqual(previousProperties?.PolicyDocument, document)) {
        const isWritten = isDeepStrictEqual(defaultVersionOf(existing).document, document);
        const change = { isDefault: true, atEpochMillis };
        // A deployment that was cut off has written it already.
        if (!isWritten)
          await iam.putManagedPolicy(withVersion(withRoomForVersion(existing), document, change));
      }
      for (const roleName of previousProperties?.Roles ?? [])
        if (!roleNames.includes(roleName) && iam.roleNamed(roleName) !== undefined)
          await iam.detachManagedPolicy(roleName, arn);
      for (const roleName of roleNames) await iam.attachManagedPolicy(roleName, arn);
      return deployed;
    },
    ({ id }) => iam.deleteManagedPolicy(id),
  );

export const iamHandlers = (iam: IamStore, clock: Clock): Record<string, ResourceHandler> => ({
  'AWS::IAM::Role': roleHandler(iam, clock),
  'AWS::IAM::Policy': inlinePolicyHandler(iam),
  'AWS::IAM::ManagedPolicy': managedPolicyHandler(iam, clock),
});
