/** InitiateAuth and RespondToAuthChallenge. */
import * as z from 'zod';
import { AwsError } from '../../aws.ts';
import type { Operation } from '../../aws.ts';
import {
  admit,
  refuseWrongPassword,
  requireEnabled,
  requireNoReset,
  requireParameter,
  userToSignIn,
} from './admission.ts';
import { readInput } from './context.ts';
import type { UserPoolContext } from './context.ts';
import type { StoredUserPoolClient } from './model.ts';
import { setNewPassword } from './new-password.ts';
import { passwordMatches } from './passwords.ts';
import { provePassword, startSrpSignIn } from './srp-sign-in.ts';

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

const defaultFlows = ['ALLOW_REFRESH_TOKEN_AUTH', 'ALLOW_USER_SRP_AUTH', 'ALLOW_CUSTOM_AUTH'];

const requireFlow = (client: StoredUserPoolClient, flow: string): void => {
  const allowed = client.explicitAuthFlows.length === 0 ? defaultFlows : client.explicitAuthFlows;
  if (!allowed.includes(`ALLOW_${flow}`)) {
    throw new AwsError('InvalidParameterException', `${flow} flow not enabled for this client`);
  }
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
  requireNoReset(user);
  if (!(await passwordMatches(password, user.passwordHash))) {
    return refuseWrongPassword();
  }
  return admit(context, user, client, {});
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
  requireNoReset(user);
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
        requireFlow(client, AuthFlow);
        return startSrpSignIn(context, client, AuthParameters);
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

const respondToAuthChallenge =
  (context: UserPoolContext): Operation['run'] =>
  async (input) => {
    const request = readInput(respondInput, input);
    const client = context.directory.client(request.ClientId);
    const answer = {
      session: request.Session,
      responses: request.ChallengeResponses ?? {},
      clientMetadata: request.ClientMetadata ?? {},
    };
    switch (request.ChallengeName) {
      case 'NEW_PASSWORD_REQUIRED':
        return setNewPassword(context, client, answer);
      case 'PASSWORD_VERIFIER':
        return provePassword(context, client, answer);
      default:
        throw new AwsError('InvalidParameterException', 'Challenge is not supported.');
    }
  };

export const signInOperations = (context: UserPoolContext): Record<string, Operation> => ({
  InitiateAuth: { authorize: 'unsigned', run: initiateAuth(context) },
  RespondToAuthChallenge: { authorize: 'unsigned', run: respondToAuthChallenge(context) },
});
