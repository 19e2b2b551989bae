import type { Endpoints } from '../../local/endpoints.ts';

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
