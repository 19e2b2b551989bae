import { weighEntry, type EntryUse } from '../../core/cache/weigh-entry.ts';
import type { Decision } from '../../core/contracts/decision.ts';
import { errorCatalogue, StepkeyError } from '../../core/errors.ts';
import { decide, type Wish } from '../../core/grants/decide.ts';
import type { CacheEntry, KnownState } from '../../core/ports.ts';
import { refuseIfRevoked } from '../../core/revocation.ts';
import { nowEpochSeconds, type FrontContext, type FrontPorts, type FrontRequest } from './front.ts';
import { serveEntry, type IssuedSession } from './issued-session.ts';
import { mint, startRefresh } from './mint.ts';

export interface CredentialsWish extends Wish {
  /** More than the grant's minimum where a number is given. */
  readonly minTtlSeconds: number | null;
}

/**
 * Gives the caller a session: from the cache where a usable entry opens, else through the state machine.
 * Every path decides, checks for revocation and records before anything is handed out.
 * @throws every refusal of `decide`; Subject.Revoked; Request.Malformed when more life is asked than the grant gives
 * @throws Session.InProgress, Quota.Exhausted, Upstream.* when nothing can be had now and no valid entry is left
 */
export const issueCredentials = async (
  ports: FrontPorts,
  context: FrontContext,
  request: FrontRequest,
  wish: CredentialsWish,
): Promise<IssuedSession> => {
  const { caller } = request;
  const decision = decide(caller, wish, context);
  const minTtlSeconds = Math.max(decision.minTtlSeconds, wish.minTtlSeconds ?? 0);
  if (minTtlSeconds >= decision.durationSeconds) {
    throw new StepkeyError('Request.Malformed', {
      faults: ['minTtlSeconds: the grant gives no session that long'],
    });
  }
  const known = await ports.store.read(
    { subject: caller.subject, client: caller.client, grant: decision.grant },
    decision.cacheKey,
  );
  refuseIfRevoked(known.revocation, caller.authTimeEpochSeconds);
  const { use, entry } = weighEntry(known, decision, minTtlSeconds, nowEpochSeconds(ports.clock));
  const served = await serveIfFresh(ports, request, decision, known, use, entry);
  if (served !== null) {
    if (use === 'serve-and-refresh' && known.leaseUntilEpochMillis === null) {
      await startRefresh(ports, request, decision, minTtlSeconds);
    }
    return served;
  }
  const isUnusable = entry !== null && isFresh(use) && !decision.traceEveryRequest;
  try {
    return await mint(ports, request, decision, {
      minTtlSeconds,
      unusableSessionId: isUnusable ? entry.sessionId : '-',
      isLeased: (known.leaseUntilEpochMillis ?? 0) > ports.clock.nowEpochMillis(),
    });
  } catch (error) {
    const stale =
      entry !== null && !isUnusable && isUpstreamDown(error)
        ? await serveEntry(ports, request, decision, known, entry, { stale: !isFresh(use) })
        : null;
    if (stale === null) throw error;
    return stale;
  }
};

const isFresh = (use: EntryUse): boolean => use === 'serve' || use === 'serve-and-refresh';

const serveIfFresh = async (
  ports: FrontPorts,
  request: FrontRequest,
  decision: Decision,
  known: KnownState,
  use: EntryUse,
  entry: CacheEntry | null,
): Promise<IssuedSession | null> =>
  entry !== null && isFresh(use) && !decision.traceEveryRequest
    ? serveEntry(ports, request, decision, known, entry, { stale: false })
    : null;

/** Only what may pass by itself is bridged with an older session; a refusal never is. */
const isUpstreamDown = (error: unknown): boolean =>
  error instanceof StepkeyError && errorCatalogue[error.name].retryable;
