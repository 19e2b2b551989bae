/** What the registry and the identity pool each say of a subject, and what becomes of the two together. */

/** The subject's row, as far as identities go. */
export interface RegistryView {
  /** Null where none is on record. */
  readonly identityId: string | null;
  readonly linked: boolean;
  /** Null where it is not known. */
  readonly username: string | null;
  /** A registration began that never came to its end. */
  readonly registrationBegun: boolean;
  /** Adopted: the next sign-in of the person at the broker decides which identity it is. */
  readonly awaitsLogin: boolean;
}

/** The identity that the subject's developer login has in the pool. */
export interface PoolView {
  readonly identityId: string;
  /** Every developer user identifier of this identity; the subject's own is among them. */
  readonly developerLogins: readonly string[];
  /** Names of the other providers whose logins it has: the person's own. */
  readonly ownProviders: readonly string[];
}

export interface Findings {
  readonly subject: string;
  readonly registry: RegistryView;
  /** Null where the pool does not know the developer login. */
  readonly pool: PoolView | null;
}

export type Standing =
  /** Neither knows the subject. */
  | 'unknown'
  /** Both name one identity, which has the developer's login and the person's own. */
  | 'linked'
  /** Both name one identity; the person's own login is not on it, and may be on another. */
  | 'developer-only'
  /** The pool has an identity, and the registry another, none, or the wrong word about its link. */
  | 'registry-differs'
  /** The registry names an identity that the developer login does not lead to. */
  | 'pool-differs'
  /** An adoption is made; the person's next sign-in at the broker completes it. */
  | 'awaits-login'
  /** An adoption began and did not end, or a job registered anew in between. */
  | 'half-adopted';

export const standingOf = ({ registry, pool }: Omit<Findings, 'subject'>): Standing => {
  if (registry.awaitsLogin) return pool === null ? 'awaits-login' : 'half-adopted';
  if (pool === null) return registry.identityId === null ? 'unknown' : 'pool-differs';
  const isLinked = pool.ownProviders.length > 0;
  if (registry.identityId !== pool.identityId || registry.linked !== isLinked) {
    return 'registry-differs';
  }
  return isLinked ? 'linked' : 'developer-only';
};
