import { refreshAheadSeconds, weighEntry } from '../../core/cache/weigh-entry.ts';
import type { Decision } from '../../core/contracts/decision.ts';
import type { IssueInput, IssueOutcome } from '../../core/contracts/issue.ts';
import { StepkeyError } from '../../core/errors.ts';
import { refuseIfRevoked } from '../../core/revocation.ts';
import { readSession } from '../../core/session/session-seal.ts';
import { nowEpochSeconds, type FrontPorts, type FrontRequest } from './front.ts';
import { serveEntry, type IssuedSession } from './issued-session.ts';

interface MintWish {
  readonly minTtlSeconds: number;
  /** A session that would not open; `-` for none. */
  readonly unusableSessionId: string;
  /** Another execution is minting already: wait for it before starting one. */
  readonly isLeased: boolean;
}

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
  if (wish.isLeased) {
    const served = await awaitEntry(ports, request, decision, wish);
    if (served !== null) return served;
  }
  let { unusableSessionId } = wish;
  while (ports.clock.nowEpochMillis() < request.deadlineEpochMillis) {
    const outcome = await ports.flights.join(decision.cacheKey, async () =>
      ports.machine.run(
        await inputOf(ports, request, decision, wish.minTtlSeconds, unusableSessionId),
        ports.ids.next(),
      ),
    );
    if (outcome?.outcome === 'identity') throw new StepkeyError('Config.Invalid');
    if (outcome?.outcome === 'issued') {
      const issued = await openOutcome(ports, request, decision, outcome);
      if (issued !== null) return issued;
      unusableSessionId = outcome.sessionId;
      continue;
    }
    const served = await awaitEntry(ports, request, decision, { ...wish, unusableSessionId });
    if (served !== null) return served;
  }
  throw new StepkeyError('Session.InProgress');
};

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
    const wantedTtlSeconds = minTtlSeconds + refreshAheadSeconds;
    const input = await inputOf(ports, request, decision, wantedTtlSeconds, '-');
    await ports.machine.start(input, ports.ids.next());
  } catch (error) {
    if (!(error instanceof StepkeyError)) throw error;
  }
};

const inputOf = async (
  ports: FrontPorts,
  { caller, token }: FrontRequest,
  decision: Decision,
  wantedTtlSeconds: number,
  unusableSessionId: string,
): Promise<IssueInput> => ({
  kind: 'credentials',
  door: caller.tokenUse,
  sealedToken: await ports.sealer.seal('caller-token', '-', token),
  grant: decision.grant,
  roleArn: decision.roleArn,
  class: 'interactive',
  refreshAheadSeconds: wantedTtlSeconds - decision.minTtlSeconds,
  unusableSessionId,
});

/** Null when a cached session does not open: the machine then mints another. A fresh one must open. */
const openOutcome = async (
  ports: FrontPorts,
  { caller }: FrontRequest,
  decision: Decision,
  outcome: Extract<IssueOutcome, { outcome: 'issued' }>,
): Promise<IssuedSession | null> => {
  try {
    const plaintext = await ports.sealer.open('credentials', decision.grant, outcome.sealedSession);
    const session = readSession(plaintext, {
      decision,
      subject: caller.subject,
      client: caller.client,
      sessionId: outcome.sessionId,
      epochs: null,
    });
    return { session, issuanceId: outcome.issuanceId, source: outcome.source, stale: false };
  } catch (error) {
    if (
      outcome.source === 'cache' &&
      error instanceof StepkeyError &&
      error.name === 'Sealing.Failed'
    ) {
      return null;
    }
    throw error;
  }
};

/** Polls the entry while another execution holds the lease; null once the lease is gone and no usable entry came. */
const awaitEntry = async (
  ports: FrontPorts,
  request: FrontRequest,
  decision: Decision,
  wish: MintWish,
): Promise<IssuedSession | null> => {
  const { caller } = request;
  for (let attempt = 0; ports.clock.nowEpochMillis() < request.deadlineEpochMillis; attempt += 1) {
    const known = await ports.store.read(
      { subject: caller.subject, client: caller.client, grant: decision.grant },
      decision.cacheKey,
    );
    refuseIfRevoked(known.revocation, caller.authTimeEpochSeconds);
    const { use, entry } = weighEntry(
      known,
      decision,
      wish.minTtlSeconds,
      nowEpochSeconds(ports.clock),
    );
    if (entry !== null && use !== 'stale-only' && entry.sessionId !== wish.unusableSessionId) {
      const served = await serveEntry(ports, request, decision, known, entry, { stale: false });
      if (served !== null) return served;
    }
    if ((known.leaseUntilEpochMillis ?? 0) <= ports.clock.nowEpochMillis()) return null;
    await ports.timer.wait(100 + (attempt % 3) * 50);
  }
  throw new StepkeyError('Session.InProgress');
};
