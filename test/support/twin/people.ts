import { createHmac } from 'node:crypto';
import {
  CognitoIdentityProviderClient,
  InitiateAuthCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import type { Twin } from '../../../local/twin.ts';

export interface Tokens {
  readonly idToken: string;
  readonly accessToken: string;
  readonly refreshToken: string;
}

/** Signs a demo user in as an app would. @param client a public client, or one whose secret hash is added */
export const signIn = async (
  twin: Twin,
  username: string,
  client: 'cli' | 'app' = 'cli',
): Promise<Tokens> => {
  const { clientId, clientSecret } = twin.endpoints.clients[client];
  const cognito = new CognitoIdentityProviderClient({
    region: twin.endpoints.region,
    endpoint: twin.endpoints.aws,
    credentials: { accessKeyId: 'unused', secretAccessKey: 'unused' },
  });
  const { AuthenticationResult } = await cognito.send(
    new InitiateAuthCommand({
      AuthFlow: 'USER_PASSWORD_AUTH',
      ClientId: clientId,
      AuthParameters: {
        USERNAME: username,
        PASSWORD: 'Correct-horse-1',
        ...(clientSecret === undefined
          ? {}
          : {
              SECRET_HASH: createHmac('sha256', clientSecret)
                .update(username + clientId)
                .digest('base64'),
            }),
      },
    }),
  );
  cognito.destroy();
  const { IdToken, AccessToken, RefreshToken } = AuthenticationResult ?? {};
  if (!IdToken || !AccessToken || !RefreshToken) throw new Error(`${username} got no tokens`);
  return { idToken: IdToken, accessToken: AccessToken, refreshToken: RefreshToken };
};
