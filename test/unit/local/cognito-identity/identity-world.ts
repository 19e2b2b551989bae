/** An identity pool beside the user pool of the cognito-idp tests. */
import { createCognitoIdentityService } from '../../../../local/services/cognito-identity/service.ts';
import type { IdentityPoolSettings } from '../../../../local/services/cognito-identity/model.ts';
import type { Store } from '../../../../local/state/store.ts';
import {
  clientIds,
  createCognitoWorld,
  runOperation,
  tokensOf,
  userPoolId,
  vault,
} from '../cognito-idp/cognito-world.ts';

export const identityPoolId = 'us-east-1:00000000-0000-4000-8000-000000000000';
export const developerProvider = 'login.stepkey';
export const userPoolProvider = `cognito-idp.us-east-1.amazonaws.com/${userPoolId}`;

export const identityPoolSettings: IdentityPoolSettings = {
  name: 'stepkey',
  allowUnauthenticatedIdentities: false,
  allowClassicFlow: true,
  developerProviderName: developerProvider,
  cognitoProviders: [
    { providerName: userPoolProvider, clientId: clientIds.cli, serverSideTokenCheck: true },
  ],
};

export const createIdentityWorld = async (
  options: { store?: Store; developerLoginSuffices?: boolean } = {},
) => {
  const world = await createCognitoWorld(
    options.store === undefined ? {} : { store: options.store },
  );
  const identity = await createCognitoIdentityService({
    store: world.store,
    vault,
    clock: world.clock,
    region: 'us-east-1',
    accountId: '123456789012',
    userPools: world.cognito,
    ...(options.developerLoginSuffices === undefined
      ? {}
      : { developerLoginSuffices: options.developerLoginSuffices }),
  });
  await identity.putIdentityPool(identityPoolId, identityPoolSettings);
  const ask = (operation: string, input: Record<string, unknown>) =>
    runOperation(identity, operation, input);
  const developerToken = async (
    logins: Record<string, string>,
    changes: Record<string, unknown> = {},
  ): Promise<{ IdentityId: string; Token: string }> =>
    (await ask('GetOpenIdTokenForDeveloperIdentity', {
      IdentityPoolId: identityPoolId,
      Logins: logins,
      ...changes,
    })) as { IdentityId: string; Token: string };
  return {
    ...world,
    identity,
    ask,
    developerToken,
    /** The developer's login of this user identifier. */
    developerLogin: (userId: string) => ({ [developerProvider]: userId }),
    /** A fresh ID token of a user, made on first use, as a login. */
    userLogin: async (username: string): Promise<Record<string, string>> => {
      await world.addUser(username);
      return { [userPoolProvider]: tokensOf(await world.signIn(username)).IdToken };
    },
    getId: async (logins: Record<string, string>): Promise<string> =>
      String(
        (await ask('GetId', { IdentityPoolId: identityPoolId, Logins: logins }))['IdentityId'],
      ),
  };
};

export type IdentityWorld = Awaited<ReturnType<typeof createIdentityWorld>>;

/** What a login is refused with that belongs to another identity. */
export const mismatch = {
  code: 'NotAuthorizedException',
  message:
    "Logins don't match. Please include at least one valid login for this identity or identity pool.",
};
