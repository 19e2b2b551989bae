/** SignUp and AdminConfirmSignUp. No codes are sent: only an administrator confirms. */
import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { AwsError } from '../../aws.ts';
import type { Operation } from '../../aws.ts';
import { refuse } from './admission.ts';
import { userAttributesSchema, withAttributes } from './attributes.ts';
import type { UserPoolContext } from './context.ts';
import { readInput } from './context.ts';
import { keptOfPassword, requireGoodPassword } from './passwords.ts';
import { onPool, userInput } from './pool-input.ts';

const signUpInput = z.object({
  ClientId: z.string().regex(/^[\w+]{1,128}$/),
  Username: userInput.shape.Username,
  Password: z.string().max(256),
  SecretHash: z.string().optional(),
  ...userAttributesSchema.shape,
});

const signUp =
  ({ clock, directory, secrets }: UserPoolContext): Operation['run'] =>
  async (input) => {
    const request = readInput(signUpInput, input);
    const client = directory.client(request.ClientId);
    await secrets.requireSecretHash(client, [request.Username], request.SecretHash);
    const pool = directory.pool(client.userPoolId);
    if (pool.selfSignUp !== true) return refuse('SignUp is not permitted for this user pool');
    requireGoodPassword(request.Password, pool.passwordPolicy);
    // Whoever signs up vouches for nothing.
    if (request.UserAttributes.some(({ Name }) => Name.endsWith('_verified')))
      return refuse('A client attempted to write unauthorized attribute');
    const attributes = withAttributes(pool, {}, request.UserAttributes);
    const name = {
      userPoolId: pool.id,
      username: pool.usernameCaseSensitive ? request.Username : request.Username.toLowerCase(),
    };
    const kept = await keptOfPassword(name, request.Password);
    if (directory.findUser(pool.id, request.Username) !== null)
      throw new AwsError('UsernameExistsException', 'User already exists');
    const now = clock.nowEpochMillis();
    const sub = randomUUID();
    await directory.putUser({
      ...name,
      ...kept,
      sub,
      attributes,
      status: 'UNCONFIRMED',
      enabled: true,
      groups: [],
      passwordSetAtEpochMillis: now,
      createdAtEpochMillis: now,
      modifiedAtEpochMillis: now,
    });
    return { UserConfirmed: false, UserSub: sub };
  };

const adminConfirmSignUp =
  ({ clock, directory }: UserPoolContext): Operation['run'] =>
  async (input) => {
    const { UserPoolId, Username } = readInput(userInput, input);
    const user = directory.user(UserPoolId, Username);
    if (user.status !== 'UNCONFIRMED')
      return refuse(`User cannot be confirmed. Current status is ${user.status}`);
    await directory.putUser({
      ...user,
      status: 'CONFIRMED',
      modifiedAtEpochMillis: clock.nowEpochMillis(),
    });
    return {};
  };

export const signUpOperations = (context: UserPoolContext): Record<string, Operation> => ({
  SignUp: { authorize: 'unsigned', run: signUp(context) },
  AdminConfirmSignUp: {
    authorize: onPool(context, 'AdminConfirmSignUp'),
    run: adminConfirmSignUp(context),
  },
});
