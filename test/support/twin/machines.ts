import type { Endpoints } from '../../../local/endpoints.ts';

/** A machine's own access token, as its client gets it (`client_credentials`). */
export const tokenOfMachine = async (
  twin: { readonly endpoints: Endpoints },
  client: 'service' | 'batch' | 'audit' | 'operator',
): Promise<string> => {
  const { clientId, clientSecret = '' } = twin.endpoints.clients[client];
  const answer = await fetch(twin.endpoints.tokenEndpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`,
    },
    body: 'grant_type=client_credentials',
  });
  const { access_token: token } = (await answer.json()) as { access_token?: string };
  if (token === undefined) throw new Error(`${client} got no token`);
  return token;
};
