/** Who may sign in, and what somebody who has proved a password gets: tokens, or the demand for a new password. */
import { AwsError } from '../../aws.ts';
import type { UserPoolContext } from './context.ts';
import type { StoredUser, StoredUserPoolClient } from './model.ts';
import type { TriggerSource } from './pre-token-generation.ts';

const secondsPerDay = 86_400;

export const refuse = (message: string): never => {
  throw new AwsError('NotAuthorizedException', message);
};

export const refuseWrongPassword = (): never => refuse('Incorrect username or password.');

export const requireParameter = (given: Record<string, string>, name: string): string => {
  const value = given[name];
  if (value !== undefined && value !== '') return value;
  throw new AwsError('InvalidParameterException', `Missing required parameter ${name}`);
};

/** @throws AwsError UserNotFoundException, or what a wrong password gets where the client hides who exists */
export const userToSignIn = (
  { directory }: UserPoolContext,
  client: StoredUserPoolClient,
  username: string,
): StoredUser => {
  const user = directory.findUser(client.userPoolId, username);
  if (user !== null) return user;
  if (client.preventUserExistenceErrors) return refuseWrongPassword();
  throw new AwsError('UserNotFoundException', 'User does not exist.');
};

export const requireEnabled = (user: StoredUser): void => {
  if (!user.enabled) refuse('User is disabled.');
};

/** A password that was reset proves nothing, and neither do tokens that it led to. */
export const requireNoReset = (user: StoredUser): void => {
  if (user.status === 'RESET_REQUIRED')
    throw new AwsError('PasswordResetRequiredException', 'Password reset required for the user');
};

export const signedIn = async (
  { signIns, tokens }: UserPoolContext,
  user: StoredUser,
  client: StoredUserPoolClient,
  triggerSource: TriggerSource,
  clientMetadata: Record<string, string>,
): Promise<Record<string, unknown>> => {
  const { signIn, refreshToken } = await signIns.start(user, client);
  const result = await tokens.userTokens({ user, client, signIn, triggerSource, clientMetadata });
  return {
    AuthenticationResult: { ...result, RefreshToken: refreshToken },
    ChallengeParameters: {},
  };
};

const newPasswordChallenge = async (
  { directory, challenges }: UserPoolContext,
  user: StoredUser,
  client: StoredUserPoolClient,
): Promise<Record<string, unknown>> => {
  const missing = directory
    .pool(user.userPoolId)
    .requiredAttributes.filter((name) => user.attributes[name] === undefined);
  return {
    ChallengeName: 'NEW_PASSWORD_REQUIRED',
    Session: await challenges.start(user, client),
    ChallengeParameters: {
      USER_ID_FOR_SRP: user.username,
      requiredAttributes: JSON.stringify(missing.map((name) => `userAttributes.${name}`)),
      userAttributes: JSON.stringify(user.attributes),
    },
  };
};

/** The answer to a proved password. */
export const admit = async (
  context: UserPoolContext,
  user: StoredUser,
  client: StoredUserPoolClient,
  clientMetadata: Record<string, string>,
): Promise<Record<string, unknown>> => {
  if (user.status === 'UNCONFIRMED')
    throw new AwsError('UserNotConfirmedException', 'User is not confirmed.');
  requireNoReset(user);
  if (user.status === 'CONFIRMED') {
    return signedIn(context, user, client, 'TokenGeneration_Authentication', clientMetadata);
  }
  if (user.status === 'EXTERNAL_PROVIDER') return refuseWrongPassword();
  const { temporaryPasswordValidityDays } = context.directory.pool(
    client.userPoolId,
  ).passwordPolicy;
  const ageMillis = context.clock.nowEpochMillis() - user.passwordSetAtEpochMillis;
  if (ageMillis > temporaryPasswordValidityDays * secondsPerDay * 1000) {
    return refuse('Temporary password has expired and must be reset by an administrator.');
  }
  return newPasswordChallenge(context, user, client);
};
