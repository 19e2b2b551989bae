import { weighEntry, type EntryUse } from '../../core/cache/weigh-entry.ts';
import type { Decision } from '../../core/contracts/decision.ts';
import type { CacheEntry, KnownState } from '../../core/ports.ts';
import { refuseIfDeniedAhead, refuseIfRevoked } from '../../core/revocation.ts';
import { nowEpochSeconds, type FrontPorts, type FrontRequest } from './front.ts';

/** What the table says of an entry at one instant, and what it is good for. */
interface WeighedEntry {
  readonly known: KnownState;
  readonly use: EntryUse;
  readonly entry: CacheEntry | null;
}

/**
 * Reads the entry of a decision with everything it must be weighed by; no path to an entry goes past the revocation.
 * @throws Subject.Revoked, Session.DeniedAhead; what the store throws
 */
export const readEntry = async (
  ports: Pick<FrontPorts, 'store' | 'clock' | 'meter'>,
  { caller }: FrontRequest,
  decision: Decision,
  minTtlSeconds: number,
): Promise<WeighedEntry> => {
  const known = await ports.store.read(
    { subject: caller.subject, client: caller.client, grant: decision.grant },
    decision.cacheKey,
  );
  if (known.isEntryMisshapen) ports.meter.measure('EntryRefused', 1, {});
  refuseIfRevoked(known.revocation, caller.authTimeEpochSeconds);
  refuseIfDeniedAhead(known, nowEpochSeconds(ports.clock));
  const { use, entry } = weighEntry(known, decision, minTtlSeconds, nowEpochSeconds(ports.clock));
  return { known, use, entry };
};
