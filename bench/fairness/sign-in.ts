import {
  CognitoIdentityProviderClient,
  InitiateAuthCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import type { Endpoints } from '../../local/endpoints.ts';

/** ID tokens of people, in their order. */
export const signInAll = async (
  endpoints: Endpoints,
  usernames: readonly string[],
  password: string,
): Promise<readonly string[]> => {
  const client = new CognitoIdentityProviderClient({
    region: endpoints.region,
    endpoint: endpoints.aws,
    credentials: { accessKeyId: 'unused', secretAccessKey: 'unused' },
  });
  const tokens: string[] = [];
  for (const username of usernames) {
    const { AuthenticationResult } = await client.send(
      new InitiateAuthCommand({
        AuthFlow: 'USER_PASSWORD_AUTH',
        ClientId: endpoints.clients.cli.clientId,
        AuthParameters: { USERNAME: username, PASSWORD: password },
      }),
    );
    if (AuthenticationResult?.IdToken === undefined) throw new Error(`${username} got no token.`);
    tokens.push(AuthenticationResult.IdToken);
  }
  client.destroy();
  return tokens;
};

/** The `sub` of a token that is our own. */
export const subOfToken = (token: string): string =>
  (JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as { sub: string })
    .sub;

/** The token of the job that starts batches. @see RFC 6749 §4.4 */
export const jobToken = async ({ clients, tokenEndpoint }: Endpoints): Promise<string> => {
  const { clientId, clientSecret = '' } = clients.batch;
  const answer = await fetch(tokenEndpoint, {
    method: 'POST',
    headers: {
      authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`,
    },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  });
  const { access_token: token } = (await answer.json()) as { access_token?: string };
  if (token === undefined) throw new Error('The job got no token.');
  return token;
};
