import type { Twin } from '../../../local/twin.ts';

/** A machine's own access token, from the token endpoint. @see RFC 6749 §4.4 */
export const machineToken = async (
  twin: Twin,
  client: 'service' | 'batch' | 'audit' | 'operator',
): Promise<string> => {
  const { clientId, clientSecret = '' } = twin.endpoints.clients[client];
  const answer = await fetch(twin.endpoints.tokenEndpoint, {
    method: 'POST',
    headers: {
      authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`,
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  });
  const { access_token: token } = (await answer.json()) as { access_token?: string };
  if (token === undefined) throw new Error(`${client} got no token`);
  return token;
};
