/** The signed operations on groups. */
import * as z from 'zod';
import { AwsError } from '../../aws.ts';
import type { Operation } from '../../aws.ts';
import { onPool } from './pool-input.ts';
import { readInput } from './context.ts';
import type { UserPoolContext } from './context.ts';
import type { StoredGroup } from './model.ts';
import { pageOf } from './page.ts';

const name = z
  .string()
  .max(128)
  .regex(/^[\p{L}\p{M}\p{S}\p{N}\p{P}]+$/u);
const poolInput = z.object({ UserPoolId: z.string() });
const groupInput = poolInput.extend({ GroupName: name });
const membershipInput = groupInput.extend({ Username: name });
const createInput = poolInput.extend({
  GroupName: name,
  Description: z.string().max(2048).optional(),
  RoleArn: z.string().min(20).max(2048).optional(),
  Precedence: z.int().min(0).optional(),
});
const listInput = poolInput.extend({
  Limit: z.int().min(0).max(60).default(60),
  NextToken: z.string().optional(),
});
const memberInput = listInput.extend({ Username: name });

const maximumGroupsOfUser = 100;

const describe = (group: StoredGroup) => ({
  GroupName: group.name,
  UserPoolId: group.userPoolId,
  ...(group.description === null ? {} : { Description: group.description }),
  ...(group.roleArn === null ? {} : { RoleArn: group.roleArn }),
  ...(group.precedence === null ? {} : { Precedence: group.precedence }),
  CreationDate: group.createdAtEpochMillis / 1000,
  LastModifiedDate: group.modifiedAtEpochMillis / 1000,
});

const listing = (groups: readonly StoredGroup[], limit: number, token: string | undefined) => {
  const page = pageOf(groups, (group) => group.name, limit === 0 ? 60 : limit, token);
  return {
    Groups: page.items.map(describe),
    ...(page.nextToken === null ? {} : { NextToken: page.nextToken }),
  };
};

const createGroup =
  ({ clock, directory }: UserPoolContext): Operation['run'] =>
  async (input) => {
    const request = readInput(createInput, input);
    const pool = directory.pool(request.UserPoolId);
    if (directory.findGroup(pool.id, request.GroupName) !== null) {
      throw new AwsError('GroupExistsException', 'A group with the name already exists.');
    }
    const now = clock.nowEpochMillis();
    const group: StoredGroup = {
      userPoolId: pool.id,
      name: request.GroupName,
      description: request.Description ?? null,
      roleArn: request.RoleArn ?? null,
      precedence: request.Precedence ?? null,
      createdAtEpochMillis: now,
      modifiedAtEpochMillis: now,
    };
    await directory.putGroup(group);
    return { Group: describe(group) };
  };

/** Changes the memberships of the user that the input names; the group must exist. */
const changeMembership =
  (
    { clock, directory }: UserPoolContext,
    change: (groups: readonly string[], group: string) => readonly string[],
  ): Operation['run'] =>
  async (input) => {
    const { UserPoolId, Username, GroupName } = readInput(membershipInput, input);
    const user = directory.user(directory.pool(UserPoolId).id, Username);
    const groups = change(user.groups, directory.group(UserPoolId, GroupName).name);
    if (groups.length > maximumGroupsOfUser) {
      throw new AwsError('LimitExceededException', 'The user is in too many groups.');
    }
    await directory.putUser({ ...user, groups, modifiedAtEpochMillis: clock.nowEpochMillis() });
    return {};
  };

export const adminGroupOperations = (context: UserPoolContext): Record<string, Operation> => {
  const { directory } = context;
  return {
    CreateGroup: {
      authorize: (input) => {
        const { RoleArn } = readInput(createInput, input);
        const passing = {
          action: 'iam:PassRole',
          resource: RoleArn ?? '',
          conditionKeys: { 'iam:PassedToService': 'cognito-idp.amazonaws.com' },
        };
        return [
          ...onPool(context, 'CreateGroup')(input),
          ...(RoleArn === undefined ? [] : [passing]),
        ];
      },
      run: createGroup(context),
    },
    DeleteGroup: {
      authorize: onPool(context, 'DeleteGroup'),
      run: async (input) => {
        const { UserPoolId, GroupName } = readInput(groupInput, input);
        const { userPoolId, name: groupName } = directory.group(UserPoolId, GroupName);
        await directory.deleteGroup(userPoolId, groupName);
        return {};
      },
    },
    ListGroups: {
      authorize: onPool(context, 'ListGroups'),
      run: (input) => {
        const { UserPoolId, Limit, NextToken } = readInput(listInput, input);
        const groups = directory.groupsOf(directory.pool(UserPoolId).id);
        return Promise.resolve(listing(groups, Limit, NextToken));
      },
    },
    AdminListGroupsForUser: {
      authorize: onPool(context, 'AdminListGroupsForUser'),
      run: (input) => {
        const { UserPoolId, Username, Limit, NextToken } = readInput(memberInput, input);
        const { groups } = directory.user(UserPoolId, Username);
        const existing = groups.flatMap((group) => directory.findGroup(UserPoolId, group) ?? []);
        return Promise.resolve(listing(existing, Limit, NextToken));
      },
    },
    AdminAddUserToGroup: {
      authorize: onPool(context, 'AdminAddUserToGroup'),
      run: changeMembership(context, (groups, group) => [...new Set([...groups, group])]),
    },
    AdminRemoveUserFromGroup: {
      authorize: onPool(context, 'AdminRemoveUserFromGroup'),
      run: changeMembership(context, (groups, group) => groups.filter((each) => each !== group)),
    },
  };
};
