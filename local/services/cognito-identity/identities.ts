/** The identities of the pools, found by id and by login. A login leads to one identity of its pool at most. */
import { randomUUID } from 'node:crypto';
import type { Clock } from '../../../core/ports.ts';
import { AwsError } from '../../aws.ts';
import type { Store } from '../../state/store.ts';
import type { LinkedLogin, StoredIdentity } from './model.ts';

/** Every change is made in one synchronous step: no other call sees half of it. */
export interface Identities {
  /** @throws AwsError ResourceNotFoundException also for an identity of another pool */
  readonly get: (identityPoolId: string | null, id: string) => StoredIdentity;
  readonly find: (id: string) => StoredIdentity | null;
  readonly ofPool: (identityPoolId: string) => readonly StoredIdentity[];
  readonly withLogin: (identityPoolId: string, login: LinkedLogin) => StoredIdentity | null;
  readonly create: (identityPoolId: string, logins: readonly LinkedLogin[]) => StoredIdentity;
  readonly setLogins: (identity: StoredIdentity, logins: readonly LinkedLogin[]) => StoredIdentity;
  readonly merge: (source: StoredIdentity, destination: StoredIdentity) => StoredIdentity;
  /** Resolves when all that is known of the identity is on disk: only then may it be answered. */
  readonly durable: (id: string) => Promise<void>;
}

const loginKey = (identityPoolId: string, login: LinkedLogin): string =>
  JSON.stringify([identityPoolId, login.provider, login.userId]);

export const openIdentities = async (
  store: Store,
  clock: Clock,
  region: string,
): Promise<Identities> => {
  const identities = await store.collection<StoredIdentity>('cognito-identity-identities');
  const idOfLogin = new Map<string, string>();
  const writes = new Map<string, Promise<void>>();

  const track = (id: string, write: Promise<void>): void => {
    const all = Promise.all([writes.get(id), write]).then(() => undefined);
    writes.set(id, all);
    const settle = (): void => {
      if (writes.get(id) === all) writes.delete(id);
    };
    all.then(settle, settle);
  };
  const write = (identity: StoredIdentity): StoredIdentity => {
    const before = identities.get(identity.id)?.logins ?? [];
    for (const login of before) {
      const key = loginKey(identity.identityPoolId, login);
      if (idOfLogin.get(key) === identity.id) idOfLogin.delete(key);
    }
    for (const login of identity.logins) {
      idOfLogin.set(loginKey(identity.identityPoolId, login), identity.id);
    }
    track(identity.id, identities.put(identity.id, identity));
    return identity;
  };

  // A merge writes two records; where only the first reached the disk, the later one owns the logins.
  const byAge = [...identities.entries()].sort(
    ([, one], [, other]) => one.modifiedAtEpochMillis - other.modifiedAtEpochMillis,
  );
  for (const [id, { identityPoolId, logins }] of byAge) {
    for (const login of logins) idOfLogin.set(loginKey(identityPoolId, login), id);
  }

  const setLogins = (
    identity: StoredIdentity,
    logins: readonly LinkedLogin[],
    modifiedAtEpochMillis = clock.nowEpochMillis(),
  ): StoredIdentity =>
    write({
      ...identity,
      logins,
      authenticated: identity.authenticated || logins.length > 0,
      modifiedAtEpochMillis,
    });

  return {
    get: (identityPoolId, id) => {
      const identity = identities.get(id);
      if (
        identity === undefined ||
        (identityPoolId !== null && identity.identityPoolId !== identityPoolId)
      ) {
        throw new AwsError('ResourceNotFoundException', `Identity '${id}' not found.`);
      }
      return identity;
    },
    find: (id) => identities.get(id) ?? null,
    ofPool: (identityPoolId) =>
      [...identities.entries()].flatMap(([, identity]) =>
        identity.identityPoolId === identityPoolId ? [identity] : [],
      ),
    withLogin: (identityPoolId, login) => {
      const id = idOfLogin.get(loginKey(identityPoolId, login));
      return (id === undefined ? null : identities.get(id)) ?? null;
    },
    create: (identityPoolId, logins) => {
      const now = clock.nowEpochMillis();
      return write({
        id: `${region}:${randomUUID()}`,
        identityPoolId,
        logins,
        authenticated: logins.length > 0,
        createdAtEpochMillis: now,
        modifiedAtEpochMillis: now,
      });
    },
    setLogins: (identity, logins) => setLogins(identity, logins),
    merge: (source, destination) => {
      const latest = Math.max(
        clock.nowEpochMillis(),
        source.modifiedAtEpochMillis + 1,
        destination.modifiedAtEpochMillis,
      );
      const merged = setLogins(destination, [...destination.logins, ...source.logins], latest);
      track(merged.id, identities.delete(source.id));
      return merged;
    },
    durable: (id) => writes.get(id) ?? Promise.resolve(),
  };
};
