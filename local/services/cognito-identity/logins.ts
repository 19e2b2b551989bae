/** Which identity a set of logins means, and what they link on the way. */
import { AwsError } from '../../aws.ts';
import type { Identities } from './identities.ts';
import type { LinkedLogin, StoredIdentity, StoredIdentityPool } from './model.ts';

const maximumLinkedLogins = 20;

export const sameLogin = (one: LinkedLogin, other: LinkedLogin): boolean =>
  one.provider === other.provider && one.userId === other.userId;

export const mismatch = (): never => {
  throw new AwsError(
    'NotAuthorizedException',
    "Logins don't match. Please include at least one valid login for this identity or identity pool.",
  );
};

const conflict = (): never => {
  throw new AwsError('ResourceConflictException', 'Logins are already linked to another account.');
};

const alreadyRegistered = (): never => {
  throw new AwsError(
    'DeveloperUserAlreadyRegisteredException',
    'Developer user is already registered with another identity.',
  );
};

export interface LoginRules {
  /** Whether a developer login alone opens an identity that also has a public login: documented, not seen. */
  readonly developerLoginSuffices: boolean;
}

/** Resolving is synchronous, so that two first calls for one login cannot make two identities. */
export interface LoginResolver {
  /**
   * Creates the identity of these logins or gets it, and links what is new to it.
   * @param identityId the identity to link to; null to go by the logins
   */
  readonly resolve: (
    pool: StoredIdentityPool,
    identityId: string | null,
    presented: readonly LinkedLogin[],
  ) => StoredIdentity;
  /** @throws AwsError ResourceConflictException when both have a login of one public provider */
  readonly merge: (
    pool: StoredIdentityPool,
    source: StoredIdentity,
    destination: StoredIdentity,
  ) => StoredIdentity;
}

export const createLoginResolver = (identities: Identities, rules: LoginRules): LoginResolver => {
  const isPublic = (pool: StoredIdentityPool, login: LinkedLogin): boolean =>
    login.provider !== pool.developerProviderName;

  /** A caller must show a login that the identity has; one that never had any may be claimed by the first. */
  const requireMatch = (
    pool: StoredIdentityPool,
    identity: StoredIdentity,
    presented: readonly LinkedLogin[],
  ): void => {
    if (!identity.authenticated) return;
    const known = presented.filter((login) => identity.logins.some((has) => sameLogin(has, login)));
    const hasPublicLogin = identity.logins.some((login) => isPublic(pool, login));
    const onlyDeveloper = !known.some((login) => isPublic(pool, login));
    if (hasPublicLogin && onlyDeveloper && !rules.developerLoginSuffices) mismatch();
    if (known.length > 0) return;
    // The developer's word is enough for an identity that is only the developer's.
    const developerLinks = presented.some((login) => !isPublic(pool, login));
    if (!developerLinks || hasPublicLogin || identity.logins.length === 0) mismatch();
  };

  const link = (
    pool: StoredIdentityPool,
    identity: StoredIdentity,
    presented: readonly LinkedLogin[],
  ): StoredIdentity => {
    const fresh = presented.filter(
      (login) => !identity.logins.some((has) => sameLogin(has, login)),
    );
    if (fresh.length === 0) return identity;
    const taken = new Set(identity.logins.map((login) => login.provider));
    if (fresh.some((login) => isPublic(pool, login) && taken.has(login.provider))) mismatch();
    if (identity.logins.length + fresh.length > maximumLinkedLogins) {
      throw new AwsError('LimitExceededException', 'Too many logins are linked to this identity.');
    }
    return identities.setLogins(identity, [...identity.logins, ...fresh]);
  };

  return {
    resolve: (pool, identityId, presented) => {
      const owners = presented.map((login) => ({
        login,
        owner: identities.withLogin(pool.id, login),
      }));
      const named = identityId === null ? null : identities.get(pool.id, identityId);
      const target = named ?? owners.find(({ owner }) => owner !== null)?.owner ?? null;
      if (target === null) return identities.create(pool.id, presented);
      for (const { login, owner } of owners) {
        if (owner === null || owner.id === target.id) continue;
        if (isPublic(pool, login) || named === null) conflict();
        alreadyRegistered();
      }
      requireMatch(pool, target, presented);
      return link(pool, target, presented);
    },
    merge: (pool, source, destination) => {
      const theirs = new Set(
        source.logins.filter((login) => isPublic(pool, login)).map(({ provider }) => provider),
      );
      if (destination.logins.some(({ provider }) => theirs.has(provider))) conflict();
      if (source.logins.length + destination.logins.length > maximumLinkedLogins) {
        throw new AwsError(
          'InvalidParameterException',
          'Too many logins would be linked to one identity.',
        );
      }
      return identities.merge(source, destination);
    },
  };
};
