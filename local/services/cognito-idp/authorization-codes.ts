/** Authorization codes between the sign-in page and the token endpoint. In memory: they live for minutes. */
import { createHash, randomUUID } from 'node:crypto';
import type { UserPoolContext } from './context.ts';
import type { StoredUser } from './model.ts';
import { sameText } from './secret-hash.ts';

interface WaitingCode {
  readonly user: StoredUser;
  readonly clientId: string;
  readonly redirectUri: string;
  /** BASE64URL(SHA-256(verifier)) */
  readonly challenge: string;
  readonly expiresAtEpochMillis: number;
}

export interface AuthorizationCodes {
  readonly issue: (code: Omit<WaitingCode, 'expiresAtEpochMillis'>) => string;
  /** Null unless everything is as it was at the page; a code serves once, whatever comes of it. */
  readonly redeem: (presented: {
    readonly code: string;
    readonly clientId: string;
    readonly redirectUri: string;
    readonly verifier: string;
  }) => StoredUser | null;
}

const lifeMillis = 5 * 60_000;

/** @see RFC 7636 §4.6 */
export const createAuthorizationCodes = ({
  clock,
  directory,
}: Pick<UserPoolContext, 'clock' | 'directory'>): AuthorizationCodes => {
  const waiting = new Map<string, WaitingCode>();
  return {
    issue: (code) => {
      const now = clock.nowEpochMillis();
      for (const [key, { expiresAtEpochMillis }] of waiting) {
        if (expiresAtEpochMillis <= now) waiting.delete(key);
      }
      const name = randomUUID();
      waiting.set(name, { ...code, expiresAtEpochMillis: now + lifeMillis });
      return name;
    },
    redeem: ({ code, clientId, redirectUri, verifier }) => {
      const found = waiting.get(code);
      waiting.delete(code);
      if (found === undefined || found.expiresAtEpochMillis <= clock.nowEpochMillis()) return null;
      const challenge = createHash('sha256').update(verifier).digest('base64url');
      const isSame =
        found.clientId === clientId &&
        found.redirectUri === redirectUri &&
        sameText(found.challenge, challenge);
      // As the directory has the person now, who may have been disabled since.
      return isSame ? directory.findUser(found.user.userPoolId, found.user.sub) : null;
    },
  };
};
