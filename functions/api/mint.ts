import { refreshWindowSecondsOf } from '../../core/cache/weigh-entry.ts';
import type { Decision } from '../../core/contracts/decision.ts';
import type { IssueInput, IssueOutcome } from '../../core/contracts/issue.ts';
import type { Session } from '../../core/contracts/session.ts';
import { StepkeyError } from '../../core/errors.ts';
import { epochsOf, isDeniedToAll, refuseIfRevoked, sameEpochs } from '../../core/revocation.ts';
import { readSession } from '../../core/session/session-seal.ts';
import { isLeased, nowEpochSeconds } from './front.ts';
import type { FrontPorts, FrontRequest } from './front.ts';
import { serveEntry, type IssuedSession } from './issued-session.ts';
import { readEntry } from './read-entry.ts';

interface MintWish {
  readonly minTtlSeconds: number;
  /** A session that would not open; `-` for none. */
  readonly unusableSessionId: string;
  /** Another execution is minting already: wait for it before starting one. */
  readonly isLeased: boolean;
}

/** The machine's own limit: one that starts with less time left could mint what nobody is there to take. */
const machineLimitMillis = 20_000;
const pollMillis = 100;

/**
 * Has the state machine mint the session, or waits for the execution that is already minting it.
 * @throws whatever the execution ended in; Session.InProgress when the deadline passes first
 */
export const mint = async (
  ports: FrontPorts,
  request: FrontRequest,
  decision: Decision,
  wish: MintWish,
): Promise<IssuedSession> => {
  let { unusableSessionId } = wish;
  if (wish.isLeased) {
    const served = await awaitEntry(ports, request, decision, wish);
    if (served !== null) return served;
  }
  while (ports.clock.nowEpochMillis() + machineLimitMillis <= request.deadlineEpochMillis) {
    const run = async () => {
      const input = await inputOf(ports, request, decision, wish.minTtlSeconds, unusableSessionId);
      return measuredRun(ports, input);
    };
    // Where each hand-out must be an execution, nobody may ride on another's.
    const outcome = decision.traceEveryRequest
      ? await run()
      : await ports.flights.join(decision.cacheKey, run);
    if (outcome?.outcome === 'identity') throw new StepkeyError('Config.Invalid');
    if (outcome?.outcome === 'issued') {
      const issued = await openOutcome(ports, request, decision, wish.minTtlSeconds, outcome);
      if (issued !== null) return issued;
      unusableSessionId = outcome.sessionId;
      continue;
    }
    const served = await awaitEntry(ports, request, decision, { ...wish, unusableSessionId });
    if (served !== null) return served;
    await ports.timer.wait(pollMillis);
  }
  throw new StepkeyError('Session.InProgress');
};

/** Times what was minted; what the machine found or left to another tells nothing of minting. */
const measuredRun = async (ports: FrontPorts, input: IssueInput): Promise<IssueOutcome> => {
  const startedAtEpochMillis = ports.clock.nowEpochMillis();
  const outcome = await ports.machine.run(input, ports.ids.next());
  if (outcome.outcome === 'issued' && outcome.source === 'minted') {
    ports.meter.measure('MintTime', millisSince(ports, startedAtEpochMillis), {});
  }
  return outcome;
};

/** A clock that was set back meanwhile has measured nothing. */
const millisSince = ({ clock }: Pick<FrontPorts, 'clock'>, startEpochMillis: number): number =>
  Math.max(0, clock.nowEpochMillis() - startEpochMillis);

/**
 * Replaces an entry in the background: the machine takes it as stale earlier than a caller would.
 * A failure is nobody's loss yet, so it is not reported.
 */
export const startRefresh = async (
  ports: FrontPorts,
  request: FrontRequest,
  decision: Decision,
  minTtlSeconds: number,
): Promise<void> => {
  try {
    const wantedTtlSeconds = minTtlSeconds + refreshWindowSecondsOf(decision, minTtlSeconds);
    const input = await inputOf(ports, request, decision, wantedTtlSeconds, '-');
    await ports.machine.start(input, ports.ids.next());
  } catch (error) {
    if (!(error instanceof StepkeyError)) throw error;
  }
};

const inputOf = async (
  ports: FrontPorts,
  { caller, onBehalfOf, token }: FrontRequest,
  decision: Decision,
  wantedTtlSeconds: number,
  unusableSessionId: string,
): Promise<IssueInput> => ({
  kind: 'credentials',
  door: caller.tokenUse,
  sealedToken: await ports.sealer.seal('caller-token', '-', token),
  onBehalfOf,
  grant: decision.grant,
  roleArn: decision.roleArn,
  class: 'interactive',
  refreshAheadSeconds: wantedTtlSeconds - decision.minTtlSeconds,
  unusableSessionId,
});

/**
 * The machine confirmed before it ended; what was revoked between then and now is not handed out either, nor what AWS
 * denies by now because whole roles were cut off.
 * @throws Subject.Revoked, Session.DeniedAhead; what the store throws
 */
const refuseIfRevokedMeanwhile = async (
  ports: Pick<FrontPorts, 'store'>,
  { subject, client, authTimeEpochSeconds }: FrontRequest['caller'],
  decision: Decision,
  session: Session,
): Promise<void> => {
  const known = await ports.store.read({ subject, client, grant: decision.grant }, null);
  const { revocation } = known;
  refuseIfRevoked(revocation, authTimeEpochSeconds);
  // control SEC-08
  if (!sameEpochs(epochsOf(revocation), session.epochs)) throw new StepkeyError('Subject.Revoked');
  if (isDeniedToAll(known, session, decision)) throw new StepkeyError('Session.DeniedAhead');
};

/** Null when a cached session does not open or has less life than its row said: the machine then mints another. */
const openOutcome = async (
  ports: FrontPorts,
  { caller }: FrontRequest,
  decision: Decision,
  minTtlSeconds: number,
  outcome: Extract<IssueOutcome, { outcome: 'issued' }>,
): Promise<IssuedSession | null> => {
  const isCached = outcome.source === 'cache';
  try {
    const plaintext = await ports.sealer.open('credentials', decision.grant, outcome.sealedSession);
    const session = readSession(plaintext, {
      decision,
      subject: caller.subject,
      client: caller.client,
      actor: caller.actor,
      sessionId: outcome.sessionId,
      // The machine has just read this from the table, and compared it.
      identityId: null,
      epochs: null,
    });
    await refuseIfRevokedMeanwhile(ports, caller, decision, session);
    const remainingSeconds = session.expiresAtEpochSeconds - nowEpochSeconds(ports.clock);
    if (isCached && remainingSeconds < minTtlSeconds) return null;
    return { session, issuanceId: outcome.issuanceId, source: outcome.source, stale: false };
  } catch (error) {
    const isUnopened = error instanceof StepkeyError && error.name === 'Sealing.Failed';
    if (!isCached || !isUnopened) throw error;
    ports.meter.measure('EntryRefused', 1, {});
    return null;
  }
};

/**
 * Polls the entry while another execution holds the lease.
 * @returns null once the lease is gone and no usable entry came, or where the entry may only be had through an
 *   execution of one's own
 */
const awaitEntry = async (
  ports: FrontPorts,
  request: FrontRequest,
  decision: Decision,
  wish: MintWish,
): Promise<IssuedSession | null> => {
  const startedAtEpochMillis = ports.clock.nowEpochMillis();
  try {
    return await pollEntry(ports, request, decision, wish);
  } finally {
    ports.meter.measure('LeaseWait', millisSince(ports, startedAtEpochMillis), {});
  }
};

const pollEntry = async (
  ports: FrontPorts,
  request: FrontRequest,
  decision: Decision,
  wish: MintWish,
): Promise<IssuedSession | null> => {
  for (let attempt = 0; ports.clock.nowEpochMillis() < request.deadlineEpochMillis; attempt += 1) {
    const { known, use, entry } = await readEntry(ports, request, decision, wish.minTtlSeconds);
    if (entry !== null && use !== 'stale-only' && entry.sessionId !== wish.unusableSessionId) {
      if (decision.traceEveryRequest) return null;
      const served = await serveEntry(ports, request, decision, known, entry, { stale: false });
      if (served !== null) return served;
    }
    if (!isLeased(known, ports.clock)) return null;
    await ports.timer.wait(pollMillis + (attempt % 3) * (pollMillis / 2));
  }
  throw new StepkeyError('Session.InProgress');
};
