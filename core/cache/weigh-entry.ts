import type { Decision } from '../contracts/decision.ts';
import type { CacheEntry, KnownState } from '../ports.ts';
import { epochsOf, isDeniedToAll, sameEpochs } from '../revocation.ts';

/** A session must live longer than its minimum by more than this, or most hand-outs would be mints. */
export const leastUsableSeconds = 300;

/**
 * Below the minimum plus up to this much, an entry is served and replaced in the background: the last third of the time
 * in which it may be served at all. Where everything was minted at once, refreshes then come at 2.5 times their mean
 * rate at most, however long sessions live; a narrower window raises that, a wider one mints more (ADR 31).
 * @param minTtlSeconds as for `weighEntry`
 */
export const refreshWindowSecondsOf = (
  { durationSeconds }: Pick<Decision, 'durationSeconds'>,
  minTtlSeconds: number,
): number => Math.max(0, Math.floor((durationSeconds - minTtlSeconds) / 3));

/** Served only while upstream is down, and never with less left than this. */
const staleFloorSeconds = 300;

export type EntryUse = 'serve' | 'serve-and-refresh' | 'stale-only' | 'none';

/**
 * Says what a stored entry is good for. The clock decides, not DynamoDB's TTL, which deletes days late.
 * @param minTtlSeconds the grant's minimum, or more where the caller asked for more
 */
export const weighEntry = (
  known: KnownState,
  decision: Decision,
  minTtlSeconds: number,
  nowEpochSeconds: number,
): { readonly use: EntryUse; readonly entry: CacheEntry | null } => {
  // control SEC-04
  const { entry, identity } = known;
  if (
    entry === null ||
    entry.identityId !== identity?.identityId ||
    !sameEpochs(entry.epochs, epochsOf(known.revocation)) ||
    isDeniedToAll(known, entry, decision)
  ) {
    return { use: 'none', entry: null };
  }
  const remainingSeconds = entry.expiresAtEpochSeconds - nowEpochSeconds;
  const windowSeconds = refreshWindowSecondsOf(decision, minTtlSeconds);
  if (remainingSeconds >= minTtlSeconds + refreshJitterSeconds(decision.cacheKey, windowSeconds)) {
    return { use: 'serve', entry };
  }
  if (remainingSeconds >= minTtlSeconds) return { use: 'serve-and-refresh', entry };
  return remainingSeconds >= staleFloorSeconds
    ? { use: 'stale-only', entry }
    : { use: 'none', entry: null };
};

/** From 0 to the window, fixed per entry, so that entries minted together are not refreshed together. */
const refreshJitterSeconds = (cacheKey: string, windowSeconds: number): number =>
  Number.parseInt(cacheKey.slice(0, 8), 16) % (windowSeconds + 1);
