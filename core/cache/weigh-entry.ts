import type { Decision } from '../contracts/decision.ts';
import type { CacheEntry, KnownState } from '../ports.ts';
import { epochsOf, sameEpochs } from '../revocation.ts';

/**
 * Below the minimum plus up to this much, an entry is served and replaced in the background. A session must live
 * longer than its minimum by more than this, or every hand-out would start a refresh.
 */
export const refreshWindowSeconds = 300;
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
    !sameEpochs(entry.epochs, epochsOf(known.revocation))
  ) {
    return { use: 'none', entry: null };
  }
  const remainingSeconds = entry.expiresAtEpochSeconds - nowEpochSeconds;
  if (remainingSeconds >= minTtlSeconds + refreshJitterSeconds(decision.cacheKey)) {
    return { use: 'serve', entry };
  }
  if (remainingSeconds >= minTtlSeconds) return { use: 'serve-and-refresh', entry };
  return remainingSeconds >= staleFloorSeconds
    ? { use: 'stale-only', entry }
    : { use: 'none', entry: null };
};

/** 0–300 s, fixed per entry, so that entries minted together are not refreshed together. */
const refreshJitterSeconds = (cacheKey: string): number =>
  Number.parseInt(cacheKey.slice(0, 8), 16) % (refreshWindowSeconds + 1);
