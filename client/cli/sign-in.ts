/** Signs a person in at the user pool, by password or without the password leaving this machine (SRP). */
import {
  initiateAuth,
  respondToChallenge,
  UserPoolRefusal,
  type AppClient,
  type SignInStep,
  type Tokens,
} from '../user-pool.ts';
import { CommandError } from './command-error.ts';
import { exitCodes } from './exit-codes.ts';

export type Flow = 'srp' | 'password';

export interface SignIn {
  readonly client: AppClient;
  readonly userPoolId: string;
  /** Null: SRP, and by password where the app client does not allow SRP. */
  readonly flow: Flow | null;
  readonly username: string;
  readonly password: string;
  /** Asked for when the password must be changed; @throws CommandError where nobody can be asked */
  readonly newPassword: () => Promise<string>;
  /** For attributes that the pool demands of a new user. */
  readonly attributes: Readonly<Record<string, string>>;
}

/** @see aws-facts: the app client's ExplicitAuthFlows decide; both texts were seen */
const isFlowNotAllowed = (error: unknown): boolean =>
  error instanceof UserPoolRefusal &&
  error.code === 'InvalidParameterException' &&
  /not enabled/i.test(error.message);

const bySrp = async ({ client, userPoolId, username, password }: SignIn): Promise<SignInStep> => {
  const { default: srpPackage } = await import('amazon-user-pool-srp-client');
  const { SRPClient, calculateSignature, getNowString } = srpPackage;
  const poolName = userPoolId.split('_')[1] ?? '';
  const srp = new SRPClient(poolName);
  const first = await initiateAuth(client, 'USER_SRP_AUTH', username, { SRP_A: srp.calculateA() });
  if ('tokens' in first || first.challenge.name !== 'PASSWORD_VERIFIER') return first;
  const { parameters } = first.challenge;
  const user = parameters['USER_ID_FOR_SRP'] ?? username;
  const secretBlock = parameters['SECRET_BLOCK'] ?? '';
  const timestamp = getNowString();
  const key = srp.getPasswordAuthenticationKey(
    user,
    password,
    parameters['SRP_B'] ?? '',
    parameters['SALT'] ?? '',
  );
  return respondToChallenge(client, first.challenge, user, {
    PASSWORD_CLAIM_SECRET_BLOCK: secretBlock,
    PASSWORD_CLAIM_SIGNATURE: calculateSignature(key, poolName, user, secretBlock, timestamp),
    TIMESTAMP: timestamp,
  });
};

const byPassword = ({ client, username, password }: SignIn): Promise<SignInStep> =>
  initiateAuth(client, 'USER_PASSWORD_AUTH', username, { PASSWORD: password });

const start = async (signIn: SignIn): Promise<SignInStep> => {
  if (signIn.flow === 'password') return byPassword(signIn);
  try {
    return await bySrp(signIn);
  } catch (error) {
    if (signIn.flow === null && isFlowNotAllowed(error)) return byPassword(signIn);
    throw error;
  }
};

/** @throws UserPoolRefusal, UserPoolUnavailable, CommandError for a challenge that has no answer here */
export const signIn = async (request: SignIn): Promise<Tokens> => {
  let step = await start(request);
  if ('challenge' in step && step.challenge.name === 'NEW_PASSWORD_REQUIRED') {
    const user = step.challenge.parameters['USER_ID_FOR_SRP'] ?? request.username;
    step = await respondToChallenge(request.client, step.challenge, user, {
      NEW_PASSWORD: await request.newPassword(),
      ...Object.fromEntries(
        Object.entries(request.attributes).map(([name, value]) => [
          `userAttributes.${name}`,
          value,
        ]),
      ),
    });
  }
  if ('tokens' in step) return step.tokens;
  throw new CommandError(
    exitCodes.notLoggedIn,
    `The user pool asks for ${step.challenge.name}, which stepkey login cannot answer; sign in where it can be, and hand over the token in STEPKEY_TOKEN.`,
  );
};
