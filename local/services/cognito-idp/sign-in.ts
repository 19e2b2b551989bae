/** InitiateAuth and RespondToAuthChallenge. */
import * as z from 'zod';
import { AwsError } from '../../aws.ts';
import type { Operation } from '../../aws.ts';
import { userAttributesSchema, withAttributes } from './attributes.ts';
import { readInput } from './context.ts';
import type { UserPoolContext } from './context.ts';
import type { StoredUser, StoredUserPoolClient } from './model.ts';
import { hashPassword, passwordMatches, requireGoodPassword } from './passwords.ts';
import type { TriggerSource } from './pre-token-generation.ts';

const parameters = z.record(z.string(), z.string());
const initiateInput = z.object({
  AuthFlow: z.string(),
  ClientId: z.string().regex(/^[\w+]{1,128}$/),
  AuthParameters: parameters.optional(),
});
const respondInput = z.object({
  ChallengeName: z.string(),
  ClientId: z.string().regex(/^[\w+]{1,128}$/),
  Session: z.string().min(20).max(2048).optional(),
  ChallengeResponses: parameters.optional(),
  ClientMetadata: parameters.optional(),
});

const secondsPerDay = 86_400;
const defaultFlows = ['ALLOW_REFRESH_TOKEN_AUTH', 'ALLOW_USER_SRP_AUTH', 'ALLOW_CUSTOM_AUTH'];

const refuse = (message: string): never => {
  throw new AwsError('NotAuthorizedException', message);
};

const requireParameter = (given: Record<string, string>, name: string): string => {
  const value = given[name];
  if (value !== undefined && value !== '') return value;
  throw new AwsError('InvalidParameterException', `Missing required parameter ${name}`);
};

const requireFlow = (client: StoredUserPoolClient, flow: string): void => {
  const allowed = client.explicitAuthFlows.length === 0 ? defaultFlows : client.explicitAuthFlows;
  if (!allowed.includes(`ALLOW_${flow}`)) {
    throw new AwsError('InvalidParameterException', `${flow} flow not enabled for this client`);
  }
};

/** @throws AwsError UserNotFoundException, or what a wrong password gets where the client hides who exists */
const userToSignIn = (
  { directory }: UserPoolContext,
  client: StoredUserPoolClient,
  username: string,
): StoredUser => {
  const user = directory.findUser(client.userPoolId, username);
  if (user !== null) return user;
  if (client.preventUserExistenceErrors) return refuse('Incorrect username or password.');
  throw new AwsError('UserNotFoundException', 'User does not exist.');
};

const requireEnabled = (user: StoredUser): void => {
  if (!user.enabled) refuse('User is disabled.');
};

const signedIn = async (
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

const withPassword = async (
  context: UserPoolContext,
  client: StoredUserPoolClient,
  given: Record<string, string>,
): Promise<Record<string, unknown>> => {
  const username = requireParameter(given, 'USERNAME');
  const password = requireParameter(given, 'PASSWORD');
  await context.secrets.requireSecretHash(client, [username], given['SECRET_HASH']);
  const user = userToSignIn(context, client, username);
  requireEnabled(user);
  if (!(await passwordMatches(password, user.passwordHash))) {
    return refuse('Incorrect username or password.');
  }
  if (user.status === 'CONFIRMED') {
    return signedIn(context, user, client, 'TokenGeneration_Authentication', {});
  }
  const { temporaryPasswordValidityDays } = context.directory.pool(
    client.userPoolId,
  ).passwordPolicy;
  const ageMillis = context.clock.nowEpochMillis() - user.passwordSetAtEpochMillis;
  if (ageMillis > temporaryPasswordValidityDays * secondsPerDay * 1000) {
    return refuse('Temporary password has expired and must be reset by an administrator.');
  }
  return newPasswordChallenge(context, user, client);
};

const withRefreshToken = async (
  { directory, secrets, signIns, tokens }: UserPoolContext,
  client: StoredUserPoolClient,
  given: Record<string, string>,
): Promise<Record<string, unknown>> => {
  const signIn = signIns.refreshable(requireParameter(given, 'REFRESH_TOKEN'), client);
  const user = directory.user(client.userPoolId, signIn.sub);
  await secrets.requireSecretHash(client, [user.username, user.sub], given['SECRET_HASH']);
  requireEnabled(user);
  return {
    AuthenticationResult: await tokens.userTokens({
      user,
      client,
      signIn,
      triggerSource: 'TokenGeneration_RefreshTokens',
      clientMetadata: {},
    }),
    ChallengeParameters: {},
  };
};

const initiateAuth =
  (context: UserPoolContext): Operation['run'] =>
  async (input) => {
    const { AuthFlow, ClientId, AuthParameters = {} } = readInput(initiateInput, input);
    const client = context.directory.client(ClientId);
    switch (AuthFlow) {
      case 'USER_PASSWORD_AUTH':
        requireFlow(client, AuthFlow);
        return withPassword(context, client, AuthParameters);
      case 'REFRESH_TOKEN_AUTH':
      case 'REFRESH_TOKEN':
        requireFlow(client, 'REFRESH_TOKEN_AUTH');
        return withRefreshToken(context, client, AuthParameters);
      case 'USER_SRP_AUTH':
      case 'CUSTOM_AUTH':
      case 'USER_AUTH':
        requireFlow(client, AuthFlow);
        throw new AwsError('NotImplemented', `The twin does not emulate the flow ${AuthFlow}.`, {
          statusCode: 501,
        });
      default:
        throw new AwsError('InvalidParameterException', 'Initiate Auth method not supported.');
    }
  };

const attributePrefix = 'userAttributes.';
const attributesIn = (responses: Record<string, string>): { Name: string; Value: string }[] =>
  Object.entries(responses).flatMap(([name, Value]) =>
    name.startsWith(attributePrefix) ? [{ Name: name.slice(attributePrefix.length), Value }] : [],
  );

const respondToAuthChallenge =
  (context: UserPoolContext): Operation['run'] =>
  async (input) => {
    const request = readInput(respondInput, input);
    const { directory, challenges, secrets, clock } = context;
    const client = directory.client(request.ClientId);
    if (request.ChallengeName !== 'NEW_PASSWORD_REQUIRED') {
      throw new AwsError('InvalidParameterException', 'Challenge is not supported.');
    }
    const responses = request.ChallengeResponses ?? {};
    const username = requireParameter(responses, 'USERNAME');
    const newPassword = requireParameter(responses, 'NEW_PASSWORD');
    const session = requireParameter({ Session: request.Session ?? '' }, 'Session');
    await secrets.requireSecretHash(client, [username], responses['SECRET_HASH']);
    const challenge = challenges.open(session, client);
    const user = userToSignIn(context, client, username);
    if (user.sub !== challenge.sub || user.status !== 'FORCE_CHANGE_PASSWORD') {
      return refuse('Invalid session for the user.');
    }
    requireEnabled(user);
    const pool = directory.pool(user.userPoolId);
    requireGoodPassword(newPassword, pool.passwordPolicy);
    const attributes = withAttributes(
      pool,
      user.attributes,
      readInput(userAttributesSchema, { UserAttributes: attributesIn(responses) }).UserAttributes,
    );
    const missing = pool.requiredAttributes.filter((name) => attributes[name] === undefined);
    if (missing.length > 0) {
      throw new AwsError(
        'InvalidParameterException',
        `Invalid attributes given, ${missing.join(', ')} is missing`,
      );
    }
    const passwordHash = await hashPassword(newPassword);
    if (!(await challenges.take(session))) return refuse('Invalid session for the user.');
    const now = clock.nowEpochMillis();
    const changed: StoredUser = {
      ...directory.user(pool.id, user.sub),
      attributes,
      passwordHash,
      status: 'CONFIRMED',
      passwordSetAtEpochMillis: now,
      modifiedAtEpochMillis: now,
    };
    await directory.putUser(changed);
    return signedIn(
      context,
      changed,
      client,
      'TokenGeneration_NewPasswordChallenge',
      request.ClientMetadata ?? {},
    );
  };

export const signInOperations = (context: UserPoolContext): Record<string, Operation> => ({
  InitiateAuth: { authorize: 'unsigned', run: initiateAuth(context) },
  RespondToAuthChallenge: { authorize: 'unsigned', run: respondToAuthChallenge(context) },
});
