/** Sign-ins and their refresh tokens. Tokens are opaque; only their hashes are kept. */
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type { Collection, Store } from '../../state/store.ts';
import { AwsError } from '../../aws.ts';
import type { StoredSignIn, StoredUser, StoredUserPoolClient } from './model.ts';
import { sameText } from './secret-hash.ts';

export interface SignIns {
  readonly start: (
    user: StoredUser,
    client: StoredUserPoolClient,
  ) => Promise<{ readonly signIn: StoredSignIn; readonly refreshToken: string }>;
  /** Null for anything that is not a refresh token of ours. */
  readonly find: (refreshToken: string) => StoredSignIn | null;
  /** @throws AwsError NotAuthorizedException when unknown, another client's, revoked or expired */
  readonly refreshable: (refreshToken: string, client: StoredUserPoolClient) => StoredSignIn;
  readonly isRevoked: (originJti: string) => boolean;
  readonly revoke: (signIn: StoredSignIn) => Promise<void>;
  readonly revokeAllOf: (user: StoredUser) => Promise<void>;
}

export const sha256 = (text: string): string =>
  createHash('sha256').update(text).digest('base64url');

/** No ID or access token lives longer, so a sign-in is kept this long after its refresh token. */
const longestTokenSeconds = 86_400;
const originBytes = 16;
const secretBytes = 48;

/** The token leads to its sign-in by its first bytes and proves itself by all of them. */
const mintRefreshToken = (originJti: string): string =>
  Buffer.concat([
    Buffer.from(originJti.replaceAll('-', ''), 'hex'),
    randomBytes(secretBytes),
  ]).toString('base64url');

const originOf = (refreshToken: string): string =>
  Buffer.from(refreshToken, 'base64url')
    .subarray(0, originBytes)
    .toString('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');

const refuse = (message: string): never => {
  throw new AwsError('NotAuthorizedException', message);
};

const forgetExpired = async (
  collection: Collection<StoredSignIn>,
  nowEpochSeconds: number,
): Promise<void> => {
  const expired = [...collection.entries()].filter(
    ([, signIn]) => signIn.refreshExpiresAtEpochSeconds + longestTokenSeconds <= nowEpochSeconds,
  );
  await Promise.all(expired.map(([key]) => collection.delete(key)));
};

export const openSignIns = async (
  store: Store,
  nowEpochSeconds: () => number,
): Promise<SignIns> => {
  const signIns = await store.collection<StoredSignIn>('cognito-idp-sign-ins');
  await forgetExpired(signIns, nowEpochSeconds());
  const find = (refreshToken: string): StoredSignIn | null => {
    const found = signIns.get(originOf(refreshToken));
    return found !== undefined && sameText(found.refreshTokenHash, sha256(refreshToken))
      ? found
      : null;
  };
  const revoke = (signIn: StoredSignIn): Promise<void> =>
    signIns.put(signIn.originJti, { ...signIn, revoked: true });
  return {
    start: async (user, client) => {
      const originJti = randomUUID();
      const refreshToken = mintRefreshToken(originJti);
      const now = nowEpochSeconds();
      const signIn: StoredSignIn = {
        originJti,
        eventId: randomUUID(),
        userPoolId: user.userPoolId,
        clientId: client.id,
        sub: user.sub,
        authTimeEpochSeconds: now,
        refreshTokenHash: sha256(refreshToken),
        refreshExpiresAtEpochSeconds: now + client.refreshTokenValiditySeconds,
        revoked: false,
      };
      await signIns.put(originJti, signIn);
      return { signIn, refreshToken };
    },
    find,
    refreshable: (refreshToken, client) => {
      const signIn = find(refreshToken);
      if (signIn?.clientId !== client.id) return refuse('Invalid Refresh Token');
      if (signIn.revoked) return refuse('Refresh Token has been revoked');
      if (signIn.refreshExpiresAtEpochSeconds <= nowEpochSeconds()) {
        return refuse('Refresh Token has expired');
      }
      return signIn;
    },
    // One that is gone was forgotten after its last token had ended, or was never ours.
    isRevoked: (originJti) => signIns.get(originJti)?.revoked ?? true,
    revoke,
    revokeAllOf: async (user) => {
      const theirs = [...signIns.entries()].filter(
        ([, signIn]) => signIn.userPoolId === user.userPoolId && signIn.sub === user.sub,
      );
      await Promise.all(theirs.map(([, signIn]) => revoke(signIn)));
    },
  };
};
