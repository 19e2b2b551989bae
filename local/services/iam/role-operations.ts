/** Roles and the policies that they have. */
import type { Clock } from '../../../core/ports.ts';
import type { Operation } from '../../aws.ts';
import { newIamId, policySize } from '../../iam/managed-policies.ts';
import type { IamStore, StoredRole } from '../../iam/roles.ts';
import { twinAccountId, twinPartition } from '../../identity.ts';
import { deleteConflict, entityExists, limitExceeded, noSuchEntity } from './errors.ts';
import {
  encodedDocument,
  pageOf,
  policyArn,
  policyDocument,
  policyName,
  roleName,
  trustDocument,
} from './parameters.ts';
import type { Input } from './parameters.ts';
import { optionalText } from '../sts/parameters.ts';

/** Over all inline policies of a role, white space left out. */
const inlineLimitCharacters = 10_240;
const mostAttachedPolicies = 10;

const shownRole = (role: StoredRole): Record<string, unknown> => ({
  Path: role.path,
  RoleName: role.name,
  RoleId: role.roleId,
  Arn: role.arn,
  CreateDate: new Date(role.createdAtEpochMillis),
  AssumeRolePolicyDocument: encodedDocument(role.trustPolicy),
  MaxSessionDuration: role.maxSessionDurationSeconds,
  ...(role.permissionsBoundaryArn === null
    ? {}
    : {
        PermissionsBoundary: {
          PermissionsBoundaryType: 'Policy',
          PermissionsBoundaryArn: role.permissionsBoundaryArn,
        },
      }),
  Tags: Object.entries(role.tags).map(([Key, Value]) => ({ Key, Value })),
});

const roleArn = (path: string, name: string): string =>
  `arn:${twinPartition}:iam::${twinAccountId}:role${path}${name}`;

const arnRule = { minimum: 20, maximum: 2048 };
const pathOf = (input: Input): string =>
  optionalText(input, 'Path', { minimum: 1, maximum: 512, pattern: /^(\/|\/[!-~]+\/)$/ }) ?? '/';

export const roleOperations = (
  iam: IamStore,
  clock: Clock,
): Readonly<Record<string, Operation>> => {
  const roleOf = (input: Input): StoredRole => {
    const name = roleName(input);
    const role = iam.roleNamed(name);
    if (role === undefined) throw noSuchEntity(`The role with name ${name} cannot be found.`);
    return role;
  };
  const inlineOf = (role: StoredRole, name: string) => {
    const document = role.inlinePolicies[name];
    if (document === undefined)
      throw noSuchEntity(`The role policy with name ${name} cannot be found.`);
    return document;
  };
  const onRole = (
    operation: string,
    run: (input: Input) => Promise<Record<string, unknown>> | Record<string, unknown>,
    conditionKeys: (input: Input) => Record<string, string> = () => ({}),
  ): Readonly<Record<string, Operation>> => ({
    [operation]: {
      authorize: (input) => {
        const name = roleName(input);
        const role = iam.roleNamed(name);
        const boundary = role?.permissionsBoundaryArn ?? null;
        return [
          {
            action: `iam:${operation}`,
            resource: role?.arn ?? roleArn('/', name),
            conditionKeys: {
              ...conditionKeys(input),
              ...(boundary === null ? {} : { 'iam:PermissionsBoundary': boundary }),
              ...Object.fromEntries(
                Object.entries(role?.tags ?? {}).map(([key, value]) => [
                  `aws:ResourceTag/${key}`,
                  value,
                ]),
              ),
            },
          },
        ];
      },
      run: async (input) => run(input),
    },
  });
  const attached = (input: Input): Record<string, string> => ({
    'iam:PolicyARN': policyArn(input),
  });

  return {
    ...onRole('GetRole', (input) => ({ Role: shownRole(roleOf(input)) })),
    CreateRole: {
      authorize: (input) => [
        { action: 'iam:CreateRole', resource: roleArn(pathOf(input), roleName(input)) },
      ],
      run: async (input) => {
        const name = roleName(input);
        const path = pathOf(input);
        if (iam.roleNamed(name) !== undefined)
          throw entityExists(`Role with name ${name} already exists.`);
        const role: StoredRole = {
          arn: roleArn(path, name),
          name,
          path,
          roleId: newIamId('AROA'),
          trustPolicy: trustDocument(input),
          inlinePolicies: {},
          managedPolicyArns: [],
          permissionsBoundaryArn: optionalText(input, 'PermissionsBoundary', arnRule) ?? null,
          maxSessionDurationSeconds: Number(input['MaxSessionDuration'] ?? 3600),
          tags: {},
          createdAtEpochMillis: clock.nowEpochMillis(),
        };
        await iam.putRole(role);
        return { Role: shownRole(role) };
      },
    },
    ...onRole('DeleteRole', async (input) => {
      const { arn, inlinePolicies, managedPolicyArns } = roleOf(input);
      if (Object.keys(inlinePolicies).length > 0 || managedPolicyArns.length > 0)
        throw deleteConflict('Cannot delete entity, must remove all policies first.');
      await iam.deleteRole(arn);
      return {};
    }),
    ListRoles: {
      authorize: () => [
        { action: 'iam:ListRoles', resource: `arn:${twinPartition}:iam::${twinAccountId}:role/` },
      ],
      run: (input) => {
        const prefix = optionalText(input, 'PathPrefix', { minimum: 1, maximum: 512 }) ?? '/';
        const found = iam
          .roles()
          .filter(({ path }) => path.startsWith(prefix))
          .sort((left, right) => (left.name < right.name ? -1 : 1));
        const { items, more } = pageOf(input, found);
        // The list leaves out boundaries and tags, as AWS's does.
        const Roles = items.map((role) => ({
          ...shownRole(role),
          PermissionsBoundary: undefined,
          Tags: undefined,
        }));
        return Promise.resolve({ Roles, ...more });
      },
    },
    ...onRole('ListAttachedRolePolicies', (input) => {
      const { items, more } = pageOf(input, roleOf(input).managedPolicyArns);
      const policies = items.map((arn) => ({
        PolicyName: arn.slice(arn.lastIndexOf('/') + 1),
        PolicyArn: arn,
      }));
      return { AttachedPolicies: policies, ...more };
    }),
    ...onRole(
      'AttachRolePolicy',
      async (input) => {
        const { name, managedPolicyArns } = roleOf(input);
        const arn = policyArn(input);
        if (iam.getManagedPolicy(arn) === undefined)
          throw noSuchEntity(`Policy ${arn} does not exist or is not attachable.`);
        const isFull = managedPolicyArns.length >= mostAttachedPolicies;
        if (isFull && !managedPolicyArns.includes(arn))
          throw limitExceeded(
            `Cannot exceed quota for PoliciesPerRole: ${String(mostAttachedPolicies)}`,
          );
        await iam.attachManagedPolicy(name, arn);
        return {};
      },
      attached,
    ),
    ...onRole(
      'DetachRolePolicy',
      async (input) => {
        const { name, managedPolicyArns } = roleOf(input);
        const arn = policyArn(input);
        if (!managedPolicyArns.includes(arn)) throw noSuchEntity(`Policy ${arn} was not found.`);
        await iam.detachManagedPolicy(name, arn);
        return {};
      },
      attached,
    ),
    ...onRole('PutRolePolicy', async (input) => {
      const role = roleOf(input);
      const name = policyName(input);
      const document = policyDocument(input);
      const after = { ...role.inlinePolicies, [name]: document };
      const size = Object.values(after).reduce((sum, each) => sum + policySize(each), 0);
      if (size > inlineLimitCharacters)
        throw limitExceeded(
          `Maximum policy size of ${String(inlineLimitCharacters)} bytes exceeded for role ${role.name}`,
        );
      await iam.putRolePolicy(role.name, name, document);
      return {};
    }),
    ...onRole('GetRolePolicy', (input) => {
      const role = roleOf(input);
      const name = policyName(input);
      return {
        RoleName: role.name,
        PolicyName: name,
        PolicyDocument: encodedDocument(inlineOf(role, name)),
      };
    }),
    ...onRole('DeleteRolePolicy', async (input) => {
      const role = roleOf(input);
      const name = policyName(input);
      inlineOf(role, name);
      await iam.deleteRolePolicy(role.name, name);
      return {};
    }),
  };
};
