import type { BrokerApi } from './broker-api.ts';
import type { HeldSession } from './held-session.ts';

/** What is asked for; what is left out is the broker's choice. */
export interface SessionWish {
  /** Name of a grant. */
  readonly grant?: string | undefined;
  /** Only where the grant takes the role from the token. */
  readonly roleArn?: string | undefined;
  /** `issuerAlias:sub` of whom a machine acts for; with access tokens only. */
  readonly subject?: string | undefined;
  /** How much life the credentials must have left, if more than the grant's minimum. 300–43,000. */
  readonly minTtlSeconds?: number | undefined;
}

/** One request to the broker. @throws BrokerError */
export const obtainSession = async (
  broker: BrokerApi,
  token: string,
  { grant, roleArn, subject, minTtlSeconds }: SessionWish,
): Promise<HeldSession> => {
  const answer = await broker.credentials(token, {
    ...(grant === undefined ? {} : { grant }),
    ...(roleArn === undefined ? {} : { roleArn }),
    ...(subject === undefined ? {} : { subject }),
    ...(minTtlSeconds === undefined ? {} : { minTtlSeconds }),
  });
  const { accessKeyId, secretAccessKey, sessionToken, expiration } = answer.credentials;
  return {
    accessKeyId,
    secretAccessKey,
    sessionToken,
    expiresAtEpochMillis: Date.parse(expiration),
    subject: answer.subject,
    identityId: answer.identityId,
    grant: answer.grant,
    roleArn: answer.roleArn,
  };
};
