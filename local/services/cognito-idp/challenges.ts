/** The NEW_PASSWORD_REQUIRED challenges that wait for an answer. */
import { randomBytes } from 'node:crypto';
import { AwsError } from '../../aws.ts';
import type { Clock } from '../../../core/ports.ts';
import type { Store } from '../../state/store.ts';
import type { StoredChallenge, StoredUser, StoredUserPoolClient } from './model.ts';
import { sha256 } from './sign-ins.ts';

export interface Challenges {
  /** @returns the opaque session that the caller hands back with the answer */
  readonly start: (user: StoredUser, client: StoredUserPoolClient) => Promise<string>;
  /** @throws AwsError NotAuthorizedException unless the session is this client's and still open */
  readonly open: (session: string, client: StoredUserPoolClient) => StoredChallenge;
  /** False when another answer was quicker: a session serves once. */
  readonly take: (session: string) => Promise<boolean>;
}

const sessionBytes = 64;

export const openChallenges = async (store: Store, clock: Clock): Promise<Challenges> => {
  const challenges = await store.collection<StoredChallenge>('cognito-idp-challenges');
  const forgetExpired = async (): Promise<void> => {
    const now = clock.nowEpochMillis();
    const expired = [...challenges.entries()].filter(
      ([, challenge]) => challenge.expiresAtEpochMillis <= now,
    );
    await Promise.all(expired.map(([key]) => challenges.delete(key)));
  };
  return {
    start: async (user, client) => {
      await forgetExpired();
      const session = randomBytes(sessionBytes).toString('base64url');
      await challenges.put(sha256(session), {
        userPoolId: user.userPoolId,
        clientId: client.id,
        sub: user.sub,
        expiresAtEpochMillis: clock.nowEpochMillis() + client.authSessionValiditySeconds * 1000,
      });
      return session;
    },
    open: (session, client) => {
      const challenge = challenges.get(sha256(session));
      if (challenge?.clientId !== client.id) {
        throw new AwsError('NotAuthorizedException', 'Invalid session for the user.');
      }
      if (challenge.expiresAtEpochMillis <= clock.nowEpochMillis()) {
        throw new AwsError(
          'NotAuthorizedException',
          'Invalid session for the user, session is expired.',
        );
      }
      return challenge;
    },
    take: async (session) => {
      const key = sha256(session);
      if (challenges.get(key) === undefined) return false;
      await challenges.delete(key);
      return true;
    },
  };
};
