import {
  GetOpenIdTokenForDeveloperIdentityCommand,
  type CognitoIdentityClient,
} from '@aws-sdk/client-cognito-identity';

import { StepkeyError } from '../core/errors.ts';
import type { OpenIdTokenSource } from '../core/ports.ts';
import { incompleteAnswer } from './aws-failures.ts';
import { identityPoolFailure } from './identity-pool-failures.ts';

/** OpenID tokens of one identity pool, for identities that are registered there. */
export const identityPoolTokenSource = (options: {
  readonly client: CognitoIdentityClient;
  readonly identityPoolId: string;
}): OpenIdTokenSource => ({
  obtain: async ({ identityId, logins, tags, durationSeconds }) => {
    const answer = await options.client
      .send(
        new GetOpenIdTokenForDeveloperIdentityCommand({
          IdentityPoolId: options.identityPoolId,
          IdentityId: identityId,
          Logins: { ...logins },
          // An empty map is refused by nothing, but says something: that there were tags.
          ...(Object.keys(tags).length === 0 ? {} : { PrincipalTags: { ...tags } }),
          TokenDuration: durationSeconds,
        }),
      )
      .catch((error: unknown) => {
        throw identityPoolFailure(error, logins);
      });
    if (answer.Token === undefined || answer.IdentityId === undefined) {
      throw incompleteAnswer('GetOpenIdTokenForDeveloperIdentity');
    }
    // A token of another identity would open another person's prefix.
    if (answer.IdentityId !== identityId) throw new StepkeyError('Identity.Conflict');
    return answer.Token;
  },
});
