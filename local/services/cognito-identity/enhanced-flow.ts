/** GetCredentialsForIdentity: the identity pool itself goes to STS, for one hour, with the role that its settings choose. */
import type * as z from 'zod';
import { AwsError } from '../../aws.ts';
import type { AwsCall, CallContext, Operation } from '../../aws.ts';
import type { IdentityPoolContext } from './context.ts';
import { getCredentialsInput, readInput } from './inputs.ts';
import { cognitoItself } from './login-tokens.ts';
import type { StoredIdentity, StoredIdentityPool } from './model.ts';
import {
  openIdTokenSeconds,
  requireUnauthenticatedAccess,
  verifyWithClaims,
} from './public-operations.ts';
import { chooseRole, defaultRole, invalidPoolConfiguration } from './role-choice.ts';

const sessionSeconds = 3600;
const sessionName = 'CognitoIdentityCredentials';

/** What STS is shown, and for which role. */
interface Proof {
  readonly token: string;
  readonly roleArn: string;
}

type Request = z.infer<typeof getCredentialsInput>;

const notEmulated = (what: string): AwsError =>
  new AwsError('NotImplemented', `${what} is not emulated.`, { statusCode: 501 });

/** The token that the developer got for this identity goes on to STS as it is, with its tags. */
const developerProof = async (
  context: IdentityPoolContext,
  pool: StoredIdentityPool,
  identity: StoredIdentity,
  { Logins: logins, CustomRoleArn: customRoleArn }: Request,
): Promise<Proof> => {
  if (Object.keys(logins).length > 1) {
    throw new AwsError(
      'InvalidParameterException',
      'A Cognito token must be the only login of the request.',
    );
  }
  const token = logins[cognitoItself] ?? '';
  const claims = await context.tokens.open(token);
  if (claims?.aud !== pool.id || claims.sub !== identity.id) {
    throw new AwsError(
      'NotAuthorizedException',
      'Invalid login token. It is not a current token of this identity.',
    );
  }
  return { token, roleArn: defaultRole(pool, customRoleArn ?? null) };
};

const publicProof = async (
  context: IdentityPoolContext,
  pool: StoredIdentityPool,
  identityId: string,
  { Logins: logins, CustomRoleArn: customRoleArn }: Request,
): Promise<Proof> => {
  const verified = await verifyWithClaims(context, pool, logins);
  const presented = verified.map(({ login }) => login);
  const identity = context.logins.resolve(pool, identityId, presented);
  if (!identity.authenticated) {
    requireUnauthenticatedAccess(pool);
    // AWS narrows these sessions by a policy of its own; one without it would allow too much.
    throw notEmulated('cognito-identity:GetCredentialsForIdentity without a login');
  }
  await context.identities.durable(identity.id);
  const roleArn = chooseRole(pool, verified, customRoleArn ?? null);
  const token = await context.tokens.issue({
    pool,
    identity,
    logins: presented,
    tags: {},
    durationSeconds: openIdTokenSeconds,
  });
  return { token, roleArn };
};

const assume = async (
  call: AwsCall,
  { token, roleArn }: Proof,
  context: CallContext,
): Promise<Record<string, unknown>> => {
  try {
    return await call(
      'sts',
      'AssumeRoleWithWebIdentity',
      {
        RoleArn: roleArn,
        RoleSessionName: sessionName,
        WebIdentityToken: token,
        DurationSeconds: sessionSeconds,
      },
      // Trust policies see the pool's network, not the caller's.
      { ...context, sourceIp: cognitoItself },
    );
  } catch (error) {
    if (error instanceof AwsError && error.statusCode < 500) throw invalidPoolConfiguration();
    throw error;
  }
};

export const enhancedFlowOperations = (
  context: IdentityPoolContext,
  call: AwsCall | null,
): Record<string, Operation> => ({
  GetCredentialsForIdentity: {
    authorize: 'unsigned',
    run: async (input, callContext) => {
      if (call === null) throw notEmulated('cognito-identity:GetCredentialsForIdentity');
      const request = readInput(getCredentialsInput, input);
      const identity = context.identities.get(null, request.IdentityId);
      const pool = context.pools.get(identity.identityPoolId);
      const proof =
        request.Logins[cognitoItself] === undefined
          ? await publicProof(context, pool, identity.id, request)
          : await developerProof(context, pool, identity, request);
      const { Credentials } = await assume(call, proof, callContext);
      const { SecretAccessKey, ...credentials } = Credentials as Record<string, unknown>;
      return {
        IdentityId: identity.id,
        Credentials: { ...credentials, SecretKey: SecretAccessKey },
      };
    },
  },
});
