/** What an operator may do about a subject's identity: first a plan that says what will be, then the doing. */
import { standingOf, type Findings, type PoolView, type RegistryView } from './standing.ts';

/** Who changed an identity, and why: part of the subject's row. */
export interface MendingRecord {
  readonly operation: 'link' | 'merge' | 'adopt';
  readonly reason: string;
  /** The operator's ARN. */
  readonly by: string;
  readonly atEpochSeconds: number;
}

export interface MendingPool {
  /** @returns null where the developer login has no identity @throws Upstream.* */
  readonly find: (subject: string) => Promise<PoolView | null>;
  /** The developer login then leads nowhere; the same when repeated. @throws Upstream.* */
  readonly unlink: (identityId: string, subject: string) => Promise<void>;
  /**
   * All logins of the source's identity then lead to the destination's.
   * @returns the identity of both
   * @throws Identity.Conflict when the pool will not have them together; Upstream.*
   */
  readonly merge: (source: string, destination: string) => Promise<string>;
}

export interface MendingRegistry {
  readonly find: (subject: string) => Promise<RegistryView>;
  /**
   * Writes what is true in place of `before`, with the record.
   * @param identity null: none, until the person's own login has decided
   * @throws Identity.Conflict when the row is not as `before` any more; Upstream.*
   */
  readonly correct: (
    subject: string,
    before: RegistryView,
    identity: { readonly identityId: string; readonly linked: boolean } | null,
    record: MendingRecord,
  ) => Promise<void>;
}

export interface MendingPorts {
  readonly pool: MendingPool;
  readonly registry: MendingRegistry;
}

export type Plan =
  | { readonly kind: 'nothing'; readonly why: NothingReason }
  | { readonly kind: 'refused'; readonly why: RefusalReason }
  | {
      readonly kind: 'change';
      /** The identity that the subject has afterwards; null where the person's next sign-in decides. */
      readonly stays: string | null;
      /** The identity whose prefix the subject can no longer reach; null where there is none. */
      readonly leftBehind: string | null;
      /** Other subjects that still lead to what is left behind, or share what stays. */
      readonly others: readonly string[];
    };
type NothingReason = 'unknown' | 'in-order' | 'awaits-login' | 'one-identity';
type RefusalReason = 'pool-differs' | 'not-in-pool' | 'own-logins-of-both' | 'same-subject';

const nothing = (why: NothingReason): Plan => ({ kind: 'nothing', why });
const refused = (why: RefusalReason): Plan => ({ kind: 'refused', why });
const othersOf = ({ subject, pool }: Findings): readonly string[] =>
  (pool?.developerLogins ?? []).filter((login) => login !== subject);

export const findings = async (
  { pool, registry }: MendingPorts,
  subject: string,
): Promise<Findings> => ({
  subject,
  registry: await registry.find(subject),
  pool: await pool.find(subject),
});

/** The registry is to say what the pool says. It also calls off an adoption whose person has not come yet. */
export const planLink = (found: Findings): Plan => {
  const standing = standingOf(found);
  if (standing === 'unknown' || standing === 'awaits-login') return nothing(standing);
  if (found.pool === null) return refused('pool-differs');
  if (standing === 'linked' || standing === 'developer-only') return nothing('in-order');
  const { identityId } = found.registry;
  return {
    kind: 'change',
    stays: found.pool.identityId,
    leftBehind: identityId === found.pool.identityId ? null : identityId,
    others: othersOf(found),
  };
};

/**
 * A job came first, then the person's own app: the developer login leaves the job's identity, and the person's next
 * sign-in at the broker, which alone proves which identity is the person's, links it to that one.
 */
export const planAdoption = (found: Findings): Plan => {
  const standing = standingOf(found);
  if (standing === 'unknown' || standing === 'awaits-login') return nothing(standing);
  // With the person's own login on it, it is the person's: unlinking would tear apart what is one.
  if (found.pool !== null && found.pool.ownProviders.length > 0) {
    return standing === 'linked' ? nothing('one-identity') : planLink(found);
  }
  return {
    kind: 'change',
    stays: null,
    leftBehind: found.pool?.identityId ?? found.registry.identityId,
    others: othersOf(found),
  };
};

/** Two subjects that are one person, as of two user pools: the source gets the destination's identity. */
export const planMerge = (source: Findings, destination: Findings): Plan => {
  if (source.subject === destination.subject) return refused('same-subject');
  if (source.pool === null || destination.pool === null) return refused('not-in-pool');
  const isOne = source.pool.identityId === destination.pool.identityId;
  if (isOne) {
    const inOrder = [source, destination].every((found) => planLink(found).kind === 'nothing');
    if (inOrder) return nothing('one-identity');
  } else {
    const theirs = new Set(source.pool.ownProviders);
    if (destination.pool.ownProviders.some((provider) => theirs.has(provider))) {
      return refused('own-logins-of-both');
    }
  }
  return {
    kind: 'change',
    stays: destination.pool.identityId,
    leftBehind: isOne ? null : source.pool.identityId,
    others: [...new Set([...othersOf(source), ...othersOf(destination)])].filter(
      (login) => login !== source.subject && login !== destination.subject,
    ),
  };
};

/** @throws Identity.Conflict when it was changed meanwhile; Upstream.* */
export const link = async (
  ports: MendingPorts,
  { subject, registry, pool }: Findings,
  record: MendingRecord,
): Promise<void> => {
  if (pool === null) return;
  const { identityId, ownProviders } = pool;
  const identity = { identityId, linked: ownProviders.length > 0 };
  await ports.registry.correct(subject, registry, identity, record);
};

/**
 * First the row: from then on no job is let register the subject anew. Repeated after an attempt that died in between,
 * it goes on where that one ended.
 * @throws Identity.Conflict when it was changed meanwhile; Upstream.*
 */
export const adopt = async (
  ports: MendingPorts,
  found: Findings,
  record: MendingRecord,
): Promise<void> => {
  const { subject, registry, pool } = found;
  if (pool !== null && pool.ownProviders.length > 0) return link(ports, found, record);
  if (!registry.awaitsLogin) await ports.registry.correct(subject, registry, null, record);
  if (pool !== null) await ports.pool.unlink(pool.identityId, subject);
};

/** First the pool, then the rows; repeated, it corrects the rows that are not yet. @throws as `adopt` */
export const merge = async (
  ports: MendingPorts,
  source: Findings,
  destination: Findings,
  record: MendingRecord,
): Promise<void> => {
  if (source.pool?.identityId !== destination.pool?.identityId) {
    await ports.pool.merge(source.subject, destination.subject);
  }
  for (const { subject } of [source, destination]) {
    const merged = await findings(ports, subject);
    if (planLink(merged).kind === 'change') await link(ports, merged, record);
  }
};
