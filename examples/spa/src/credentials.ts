/** Credentials for the person who signed in, from the broker; kept in memory, never in storage. */

export interface BrokerSession {
  readonly identityId: string;
  readonly credentials: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken: string;
    readonly expiration: string;
  };
}

/** @throws Error with the broker's own sentence where it refuses */
export const obtainSession = async (
  api: string,
  idToken: string,
  grant: string,
): Promise<BrokerSession> => {
  const answer = await fetch(`${api}/v1/credentials`, {
    method: 'POST',
    headers: { authorization: `Bearer ${idToken}`, 'content-type': 'application/json' },
    body: JSON.stringify({ grant }),
  });
  const body = (await answer.json()) as BrokerSession & { readonly detail?: string };
  if (!answer.ok) throw new Error(body.detail ?? 'The broker does not answer.');
  return body;
};
