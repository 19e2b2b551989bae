import {
  CognitoIdentityProviderClient,
  InitiateAuthCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import type { Endpoints } from '../local/endpoints.ts';

/** Of everybody of the twin, as README names it: the twin listens on the loopback only. */
export const password = 'Correct-horse-1';

/** An ID token of one of the twin's people. */
export const idTokenOf = async (endpoints: Endpoints, username: string): Promise<string> => {
  const client = new CognitoIdentityProviderClient({
    region: endpoints.region,
    endpoint: endpoints.aws,
    credentials: { accessKeyId: 'unused', secretAccessKey: 'unused' },
  });
  const { AuthenticationResult } = await client.send(
    new InitiateAuthCommand({
      AuthFlow: 'USER_PASSWORD_AUTH',
      ClientId: endpoints.clients.cli.clientId,
      AuthParameters: { USERNAME: username, PASSWORD: password },
    }),
  );
  client.destroy();
  if (AuthenticationResult?.IdToken === undefined) throw new Error(`${username} got no token.`);
  return AuthenticationResult.IdToken;
};
