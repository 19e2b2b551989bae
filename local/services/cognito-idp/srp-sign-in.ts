/** USER_SRP_AUTH and its challenge PASSWORD_VERIFIER. */
import { AwsError } from '../../aws.ts';
import {
  admit,
  refuse,
  refuseWrongPassword,
  requireEnabled,
  requireNoReset,
  requireParameter,
  userToSignIn,
} from './admission.ts';
import type { UserPoolContext } from './context.ts';
import type { StoredUserPoolClient } from './model.ts';
import type { ChallengeAnswer } from './new-password.ts';
import { sameText } from './secret-hash.ts';
import { isSrpPublicValue, srpSignature, startSrpExchange } from './srp.ts';

export const startSrpSignIn = async (
  context: UserPoolContext,
  client: StoredUserPoolClient,
  given: Record<string, string>,
): Promise<Record<string, unknown>> => {
  const { clock, directory, secrets, srpExchanges } = context;
  const username = requireParameter(given, 'USERNAME');
  const clientPublicValue = requireParameter(given, 'SRP_A');
  await secrets.requireSecretHash(client, [username], given['SECRET_HASH']);
  if (!isSrpPublicValue(clientPublicValue)) {
    throw new AwsError('InvalidParameterException', 'SRP_A is not a number of the group.');
  }
  const user = client.preventUserExistenceErrors
    ? directory.findUser(client.userPoolId, username)
    : userToSignIn(context, client, username);
  if (user !== null) {
    requireEnabled(user);
    requireNoReset(user);
  }
  const identity = { userPoolId: client.userPoolId, userId: user?.username ?? username };
  const verifier = user?.srp ?? (await srpExchanges.decoy(identity));
  const exchange = startSrpExchange(verifier);
  return {
    ChallengeName: 'PASSWORD_VERIFIER',
    ChallengeParameters: {
      SALT: verifier.salt,
      SECRET_BLOCK: srpExchanges.keep({
        clientId: client.id,
        identity,
        verifier,
        exchange,
        clientPublicValue,
        expiresAtEpochMillis: clock.nowEpochMillis() + client.authSessionValiditySeconds * 1000,
      }),
      SRP_B: exchange.publicValue,
      USERNAME: identity.userId,
      USER_ID_FOR_SRP: identity.userId,
    },
  };
};

export const provePassword = async (
  context: UserPoolContext,
  client: StoredUserPoolClient,
  { responses, clientMetadata }: ChallengeAnswer,
): Promise<Record<string, unknown>> => {
  const username = requireParameter(responses, 'USERNAME');
  const secretBlock = requireParameter(responses, 'PASSWORD_CLAIM_SECRET_BLOCK');
  const signature = requireParameter(responses, 'PASSWORD_CLAIM_SIGNATURE');
  const timestamp = requireParameter(responses, 'TIMESTAMP');
  await context.secrets.requireSecretHash(client, [username], responses['SECRET_HASH']);
  const started = context.srpExchanges.take(secretBlock);
  if (started?.clientId !== client.id) return refuse('Invalid session for the user.');
  const { identity } = started;
  const user = context.directory.findUser(identity.userPoolId, identity.userId);
  const expected = srpSignature({ ...started, secretBlock, timestamp });
  const named = context.directory.findUser(identity.userPoolId, username);
  // A password that was changed since the exchange began no longer proves anything.
  const stands =
    user !== null && named === user && user.srp?.verifier === started.verifier.verifier;
  if (!sameText(expected, signature) || !stands) return refuseWrongPassword();
  requireEnabled(user);
  return admit(context, user, client, clientMetadata);
};
