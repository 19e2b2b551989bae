/** The signed operations on users. */
import { randomBytes, randomUUID } from 'node:crypto';
import * as z from 'zod';
import { AwsError } from '../../aws.ts';
import type { Operation } from '../../aws.ts';
import { attributesOf, userAttributesSchema, withAttributes } from './attributes.ts';
import { readInput } from './context.ts';
import type { UserPoolContext } from './context.ts';
import type { StoredUser } from './model.ts';
import { pageOf } from './page.ts';
import { keptOfPassword, requireGoodPassword } from './passwords.ts';
import { onPool, poolInput, userInput } from './pool-input.ts';
import { parseUserFilter } from './user-filter.ts';

const createInput = userInput.extend({
  ...userAttributesSchema.shape,
  TemporaryPassword: z.string().max(256).optional(),
  MessageAction: z.enum(['SUPPRESS', 'RESEND']).optional(),
});
const passwordInput = userInput.extend({
  Password: z.string().max(256),
  Permanent: z.boolean().default(false),
});
const listInput = poolInput.extend({
  Filter: z.string().max(256).default(''),
  Limit: z.int().min(0).max(60).default(60),
  PaginationToken: z.string().optional(),
  AttributesToGet: z.array(z.string()).optional(),
});

const describe = (user: StoredUser) => ({
  Username: user.username,
  UserCreateDate: user.createdAtEpochMillis / 1000,
  UserLastModifiedDate: user.modifiedAtEpochMillis / 1000,
  Enabled: user.enabled,
  UserStatus: user.status,
});

const createUser =
  ({ clock, directory }: UserPoolContext): Operation['run'] =>
  async (input) => {
    const request = readInput(createInput, input);
    const pool = directory.pool(request.UserPoolId);
    if (request.MessageAction === 'RESEND') {
      throw new AwsError('NotImplemented', 'The twin sends no invitations.', { statusCode: 501 });
    }
    if (request.TemporaryPassword !== undefined) {
      requireGoodPassword(request.TemporaryPassword, pool.passwordPolicy);
    }
    const attributes = withAttributes(pool, {}, request.UserAttributes);
    const name = {
      userPoolId: pool.id,
      username: pool.usernameCaseSensitive ? request.Username : request.Username.toLowerCase(),
    };
    const kept = await keptOfPassword(
      name,
      request.TemporaryPassword ?? randomBytes(24).toString('base64url'),
    );
    if (directory.findUser(pool.id, request.Username) !== null) {
      throw new AwsError('UsernameExistsException', 'User account already exists');
    }
    const now = clock.nowEpochMillis();
    const user: StoredUser = {
      ...name,
      ...kept,
      sub: randomUUID(),
      attributes,
      status: 'FORCE_CHANGE_PASSWORD',
      enabled: true,
      groups: [],
      passwordSetAtEpochMillis: now,
      createdAtEpochMillis: now,
      modifiedAtEpochMillis: now,
    };
    await directory.putUser(user);
    return { User: { ...describe(user), Attributes: attributesOf(user) } };
  };

const setPassword =
  ({ clock, directory }: UserPoolContext): Operation['run'] =>
  async (input) => {
    const { UserPoolId, Username, Password, Permanent } = readInput(passwordInput, input);
    requireGoodPassword(Password, directory.pool(UserPoolId).passwordPolicy);
    const kept = await keptOfPassword(directory.user(UserPoolId, Username), Password);
    const now = clock.nowEpochMillis();
    await directory.putUser({
      ...directory.user(UserPoolId, Username),
      ...kept,
      status: Permanent ? 'CONFIRMED' : 'FORCE_CHANGE_PASSWORD',
      passwordSetAtEpochMillis: now,
      modifiedAtEpochMillis: now,
    });
    return {};
  };

/** No message is sent: what ends this state here is AdminSetUserPassword. */
const resetPassword =
  ({ clock, directory }: UserPoolContext): Operation['run'] =>
  async (input) => {
    const { UserPoolId, Username } = readInput(userInput, input);
    const user = directory.user(UserPoolId, Username);
    if (user.status !== 'CONFIRMED' && user.status !== 'RESET_REQUIRED')
      throw new AwsError(
        'NotAuthorizedException',
        'User password cannot be reset in the current state.',
      );
    const { email_verified: email, phone_number_verified: phone } = user.attributes;
    if (email !== 'true' && phone !== 'true')
      throw new AwsError(
        'InvalidParameterException',
        'Cannot reset password for the user as there is no registered/verified email or phone_number',
      );
    await directory.putUser({
      ...user,
      status: 'RESET_REQUIRED',
      modifiedAtEpochMillis: clock.nowEpochMillis(),
    });
    return {};
  };

const listUsers =
  ({ directory }: UserPoolContext): Operation['run'] =>
  (input) => {
    const request = readInput(listInput, input);
    const matches = parseUserFilter(request.Filter);
    const users = directory.usersOf(directory.pool(request.UserPoolId).id).filter(matches);
    const limit = request.Limit === 0 ? 60 : request.Limit;
    const page = pageOf(users, (user) => user.username, limit, request.PaginationToken);
    const wanted = request.AttributesToGet;
    return Promise.resolve({
      Users: page.items.map((user) => ({
        ...describe(user),
        Attributes: attributesOf(user).filter(({ Name }) => wanted?.includes(Name) ?? true),
      })),
      ...(page.nextToken === null ? {} : { PaginationToken: page.nextToken }),
    });
  };

export const adminUserOperations = (context: UserPoolContext): Record<string, Operation> => {
  const { clock, directory, signIns } = context;
  const userOf = (input: Record<string, unknown>): StoredUser => {
    const { UserPoolId, Username } = readInput(userInput, input);
    return directory.user(UserPoolId, Username);
  };
  const setEnabled = (user: StoredUser, enabled: boolean): Promise<void> =>
    directory.putUser({ ...user, enabled, modifiedAtEpochMillis: clock.nowEpochMillis() });
  const runs: Record<string, Operation['run']> = {
    AdminCreateUser: createUser(context),
    AdminSetUserPassword: setPassword(context),
    AdminResetUserPassword: resetPassword(context),
    ListUsers: listUsers(context),
    AdminGetUser: (input) => {
      const user = userOf(input);
      return Promise.resolve({ ...describe(user), UserAttributes: attributesOf(user) });
    },
    AdminDisableUser: async (input) => {
      const user = userOf(input);
      await setEnabled(user, false);
      await signIns.revokeAllOf(user);
      return {};
    },
    AdminEnableUser: async (input) => {
      await setEnabled(userOf(input), true);
      return {};
    },
    AdminUserGlobalSignOut: async (input) => {
      await signIns.revokeAllOf(userOf(input));
      return {};
    },
    AdminDeleteUser: async (input) => {
      const user = userOf(input);
      await directory.deleteUser(user);
      await signIns.revokeAllOf(user);
      return {};
    },
  };
  return Object.fromEntries(
    Object.entries(runs).map(([name, run]) => [name, { authorize: onPool(context, name), run }]),
  );
};
