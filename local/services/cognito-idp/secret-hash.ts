/** Client secrets, and the SECRET_HASH by which a client shows that it has one. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { AwsError } from '../../aws.ts';
import type { KeyVault } from '../../state/keys.ts';
import type { StoredUserPoolClient } from './model.ts';

export interface ClientSecrets {
  /** Null for a public client. The secret is derived, and stored nowhere. */
  readonly of: (client: StoredUserPoolClient) => Promise<string | null>;
  /** @throws AwsError NotAuthorizedException */
  readonly requireSecretHash: (
    client: StoredUserPoolClient,
    usernames: readonly string[],
    presented: string | undefined,
  ) => Promise<void>;
}

/** Compares in a time that does not depend on where the two differ. */
export const sameText = (one: string, other: string): boolean => {
  const left = Buffer.from(one);
  const right = Buffer.from(other);
  return left.length === right.length && timingSafeEqual(left, right);
};

export const secretHash = (secret: string, username: string, clientId: string): string =>
  createHmac('sha256', secret)
    .update(username + clientId)
    .digest('base64');

const refuse = (message: string): never => {
  throw new AwsError('NotAuthorizedException', message);
};

export const createClientSecrets = (vault: KeyVault): ClientSecrets => {
  const secretOf = async (client: StoredUserPoolClient): Promise<string | null> => {
    if (!client.generateSecret) return null;
    const key = await vault.secret('client-secrets');
    return createHmac('sha256', key).update(client.id).digest('hex');
  };
  return {
    of: secretOf,
    requireSecretHash: async (client, usernames, presented) => {
      const secret = await secretOf(client);
      if (secret === null) {
        if (presented === undefined) return;
        return refuse(
          `Client ${client.id} is not configured for secret but secret hash was received`,
        );
      }
      if (presented === undefined) {
        return refuse(
          `Client ${client.id} is configured with secret but SECRET_HASH was not received`,
        );
      }
      if (!usernames.some((name) => sameText(secretHash(secret, name, client.id), presented))) {
        return refuse(`SecretHash does not match for the client: ${client.id}`);
      }
    },
  };
};
