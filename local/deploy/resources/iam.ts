import { randomBytes } from 'node:crypto';
import * as z from 'zod';
import type { IamStore, StoredRole } from '../../iam/roles.ts';
import { twinAccountId, twinPartition } from '../../identity.ts';
import { generatedName } from '../naming.ts';
import { defineHandler } from '../resource-handler.ts';
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

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const newRoleId = (): string =>
  `AROA${Array.from(randomBytes(17), (byte) => alphabet.charAt(byte % alphabet.length)).join('')}`;

export const iamHandlers = (iam: IamStore): Record<string, ResourceHandler> => ({
  'AWS::IAM::Role': defineHandler(
    role,
    async ({ properties, ...request }) => {
      const name = properties.RoleName ?? generatedName(request);
      const arn = iamArn(`role${properties.Path}${name}`);
      const stored: StoredRole = {
        arn,
        name,
        path: properties.Path,
        roleId: iam.getRole(arn)?.roleId ?? newRoleId(),
        trustPolicy: properties.AssumeRolePolicyDocument,
        // Those that separate policy resources add come back when these are deployed.
        inlinePolicies: Object.fromEntries(
          (properties.Policies ?? []).map((each) => [each.PolicyName, each.PolicyDocument]),
        ),
        managedPolicyArns: properties.ManagedPolicyArns,
        permissionsBoundaryArn: properties.PermissionsBoundary,
        maxSessionDurationSeconds: properties.MaxSessionDuration,
        tags: tagRecord(properties.Tags),
      };
      await iam.putRole(stored);
      return { id: name, attributes: { Arn: arn, RoleId: stored.roleId } };
    },
    ({ attributes }) => iam.deleteRole(attributes['Arn'] ?? ''),
  ),
  // A policy that is gone needs no removal: its roles were put without it.
  'AWS::IAM::Policy': defineHandler(policy, async ({ properties }) => {
    for (const name of properties.Roles) {
      await iam.putRolePolicy(name, properties.PolicyName, properties.PolicyDocument);
    }
    return { id: properties.PolicyName, attributes: {} };
  }),
  'AWS::IAM::ManagedPolicy': defineHandler(
    managedPolicy,
    async ({ properties, ...request }) => {
      const name = properties.ManagedPolicyName ?? generatedName(request);
      const arn = iamArn(`policy${properties.Path}${name}`);
      await iam.putManagedPolicy({ arn, document: properties.PolicyDocument });
      for (const roleName of properties.Roles) await iam.attachManagedPolicy(roleName, arn);
      return { id: arn, attributes: { PolicyArn: arn } };
    },
    ({ id }) => iam.deleteManagedPolicy(id),
  ),
});
