import { leastUsableSeconds } from '../../core/cache/weigh-entry.ts';
import type { Decision } from '../../core/contracts/decision.ts';
import { errorCatalogue, StepkeyError } from '../../core/errors.ts';
import { decide, type Wish } from '../../core/grants/decide.ts';
import { isLeased } from './front.ts';
import type { FrontContext, FrontPorts, FrontRequest } from './front.ts';
import { serveEntry, type IssuedSession } from './issued-session.ts';
import { mint, startRefresh } from './mint.ts';
import { readEntry } from './read-entry.ts';

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
  const issued = await obtain(ports, context, request, wish);
  ports.meter.measure('Issued', 1, { source: issued.source });
  if (issued.stale) ports.meter.measure('IssuedStale', 1, {});
  return issued;
};

const obtain = async (
  ports: FrontPorts,
  context: FrontContext,
  request: FrontRequest,
  wish: CredentialsWish,
): Promise<IssuedSession> => {
  const decision = decide(request.caller, wish, context);
  const minTtlSeconds = minTtlOf(decision, wish);
  const { known, use, entry } = await readEntry(ports, request, decision, minTtlSeconds);
  const isFresh = use === 'serve' || use === 'serve-and-refresh';
  let unusableSessionId = '-';
  if (entry !== null && isFresh && !decision.traceEveryRequest) {
    const served = await serveEntry(ports, request, decision, known, entry, { stale: false });
    if (served !== null) {
      if (use === 'serve-and-refresh' && !isLeased(known, ports.clock)) {
        await startRefresh(ports, request, decision, minTtlSeconds);
      }
      return served;
    }
    unusableSessionId = entry.sessionId;
  }
  try {
    return await mint(ports, request, decision, {
      minTtlSeconds,
      unusableSessionId,
      isLeased: isLeased(known, ports.clock),
    });
  } catch (error) {
    if (!isUpstreamDown(error)) throw error;
    const stale = await serveStale(ports, request, decision, minTtlSeconds, unusableSessionId);
    if (stale === null) throw error;
    return stale;
  }
};

const minTtlOf = (decision: Decision, wish: CredentialsWish): number => {
  const minTtlSeconds = Math.max(decision.minTtlSeconds, wish.minTtlSeconds ?? 0);
  if (minTtlSeconds + leastUsableSeconds >= decision.durationSeconds) {
    throw new StepkeyError('Request.Malformed', {
      faults: ['minTtlSeconds: the grant gives no session that long'],
    });
  }
  return minTtlSeconds;
};

/**
 * Bridges an outage with what is left of an older session. All is read and weighed anew: the attempt to mint may
 * have taken long enough for a revocation, or for too little life.
 * @returns null when there is nothing to bridge with, or each hand-out must be an execution of its own
 * @throws Subject.Revoked
 */
const serveStale = async (
  ports: FrontPorts,
  request: FrontRequest,
  decision: Decision,
  minTtlSeconds: number,
  unusableSessionId: string,
): Promise<IssuedSession | null> => {
  if (decision.traceEveryRequest) return null;
  const weighed = await readEntry(ports, request, decision, minTtlSeconds).catch(
    (error: unknown) => {
      if (error instanceof StepkeyError && error.name === 'Subject.Revoked') throw error;
      return null;
    },
  );
  if (weighed === null) return null;
  const { known, use, entry } = weighed;
  return entry === null || entry.sessionId === unusableSessionId
    ? null
    : serveEntry(ports, request, decision, known, entry, { stale: use === 'stale-only' });
};

/** Only what may pass by itself is bridged with an older session; a refusal never is. */
const isUpstreamDown = (error: unknown): boolean =>
  error instanceof StepkeyError && errorCatalogue[error.name].retryable;
