/** The answer to NEW_PASSWORD_REQUIRED. */
import { AwsError } from '../../aws.ts';
import { refuse, requireEnabled, requireParameter, signedIn, userToSignIn } from './admission.ts';
import { userAttributesSchema, withAttributes } from './attributes.ts';
import { readInput } from './context.ts';
import type { UserPoolContext } from './context.ts';
import type { StoredUser, StoredUserPoolClient } from './model.ts';
import { keptOfPassword, requireGoodPassword } from './passwords.ts';

const attributePrefix = 'userAttributes.';
const attributesIn = (responses: Record<string, string>): { Name: string; Value: string }[] =>
  Object.entries(responses).flatMap(([name, Value]) =>
    name.startsWith(attributePrefix) ? [{ Name: name.slice(attributePrefix.length), Value }] : [],
  );

export interface ChallengeAnswer {
  readonly session: string | undefined;
  readonly responses: Record<string, string>;
  readonly clientMetadata: Record<string, string>;
}

export const setNewPassword = async (
  context: UserPoolContext,
  client: StoredUserPoolClient,
  { session: presented, responses, clientMetadata }: ChallengeAnswer,
): Promise<Record<string, unknown>> => {
  const { directory, challenges, secrets, clock } = context;
  const username = requireParameter(responses, 'USERNAME');
  const newPassword = requireParameter(responses, 'NEW_PASSWORD');
  const session = requireParameter({ Session: presented ?? '' }, 'Session');
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
  const kept = await keptOfPassword(user, newPassword);
  if (!(await challenges.take(session))) return refuse('Invalid session for the user.');
  const now = clock.nowEpochMillis();
  const changed: StoredUser = {
    ...directory.user(pool.id, user.sub),
    ...kept,
    attributes,
    status: 'CONFIRMED',
    passwordSetAtEpochMillis: now,
    modifiedAtEpochMillis: now,
  };
  await directory.putUser(changed);
  return signedIn(context, changed, client, 'TokenGeneration_NewPasswordChallenge', clientMetadata);
};
