import {
  GetIdCommand,
  GetOpenIdTokenForDeveloperIdentityCommand,
  LookupDeveloperIdentityCommand,
  type CognitoIdentityClient,
} from '@aws-sdk/client-cognito-identity';

import { StepkeyError } from '../core/errors.ts';
import type { IdentityDirectory } from '../core/ports.ts';
import { awsErrorName, incompleteAnswer } from './aws-failures.ts';
import { identityPoolFailure } from './identity-pool-failures.ts';

/** The shortest that the pool gives: registering yields a token as a by-product, which nobody uses. */
const byProductTokenSeconds = 1;

/** The identities of one identity pool. */
export const identityPoolDirectory = (options: {
  readonly client: CognitoIdentityClient;
  readonly identityPoolId: string;
}): IdentityDirectory => {
  const { client, identityPoolId } = options;
  return {
    identityOfLogin: async (logins) => {
      const { IdentityId } = await client
        .send(new GetIdCommand({ IdentityPoolId: identityPoolId, Logins: { ...logins } }))
        .catch((error: unknown) => {
          throw identityPoolFailure(error, logins);
        });
      if (IdentityId === undefined) throw incompleteAnswer('GetId');
      return IdentityId;
    },
    register: async ({ identityId, logins }) => {
      const answer = await client
        .send(
          new GetOpenIdTokenForDeveloperIdentityCommand({
            IdentityPoolId: identityPoolId,
            ...(identityId === null ? {} : { IdentityId: identityId }),
            Logins: { ...logins },
            TokenDuration: byProductTokenSeconds,
          }),
        )
        .catch((error: unknown) => {
          throw identityPoolFailure(error, logins);
        });
      if (answer.IdentityId === undefined) {
        throw incompleteAnswer('GetOpenIdTokenForDeveloperIdentity');
      }
      if (identityId !== null && answer.IdentityId !== identityId) {
        throw new StepkeyError('Identity.Conflict');
      }
      return answer.IdentityId;
    },
    identityOfDeveloper: async (developerUserIdentifier) => {
      const answer = await client
        .send(
          new LookupDeveloperIdentityCommand({
            IdentityPoolId: identityPoolId,
            DeveloperUserIdentifier: developerUserIdentifier,
            MaxResults: 1,
          }),
        )
        .catch((error: unknown) => {
          if (awsErrorName(error) === 'ResourceNotFoundException') return null;
          throw identityPoolFailure(error, {});
        });
      if (answer === null) return null;
      if (answer.IdentityId === undefined) throw incompleteAnswer('LookupDeveloperIdentity');
      return answer.IdentityId;
    },
  };
};
