import type { Decision } from '../../core/contracts/decision.ts';
import type { Session } from '../../core/contracts/session.ts';
import { StepkeyError } from '../../core/errors.ts';
import type { CacheEntry, KnownState } from '../../core/ports.ts';
import { epochsOf } from '../../core/revocation.ts';
import { readSession } from '../../core/session/session-seal.ts';
import { nowEpochSeconds, type FrontPorts, type FrontRequest } from './front.ts';

/** A session that was recorded as handed out. Holds secrets: it goes into the answer and nowhere else. */
export interface IssuedSession {
  readonly session: Session;
  readonly issuanceId: string;
  readonly source: 'minted' | 'cache';
  readonly stale: boolean;
}

/**
 * Opens an entry, records its issuance, and only then gives it back.
 * @returns null when the entry does not open or is not the one that was expected: that is a miss
 * @throws Upstream.Throttled, Upstream.Unavailable when it cannot be opened now or recorded
 */
export const serveEntry = async (
  ports: FrontPorts,
  request: FrontRequest,
  decision: Decision,
  known: KnownState,
  entry: CacheEntry,
  { stale }: { readonly stale: boolean },
): Promise<IssuedSession | null> => {
  const { caller } = request;
  let session: Session;
  try {
    session = readSession(
      await ports.sealer.open('credentials', decision.grant, entry.sealedSession),
      {
        decision,
        subject: caller.subject,
        client: caller.client,
        actor: caller.actor,
        sessionId: entry.sessionId,
        identityId: entry.identityId,
        epochs: epochsOf(known.revocation),
      },
    );
  } catch (error) {
    if (error instanceof StepkeyError && error.name === 'Sealing.Failed') return refused(ports);
    throw error;
  }
  // The row's own expiry is not authenticated; the sealed one is.
  if (session.expiresAtEpochSeconds !== entry.expiresAtEpochSeconds) return refused(ports);
  const issuanceId = ports.ids.next();
  // control SEC-06
  await ports.ledger.recordIssuance({
    issuanceId,
    sessionId: session.sessionId,
    subject: caller.subject,
    client: caller.client,
    actor: caller.actor,
    grant: decision.grant,
    rule: decision.rule,
    evidence: decision.evidence,
    roleArn: decision.roleArn,
    sessionName: decision.sessionName,
    identityId: session.identityId,
    accessKeyId: session.credentials.accessKeyId,
    expiresAtEpochSeconds: session.expiresAtEpochSeconds,
    tokenId: caller.tokenId,
    source: 'cache',
    stale,
    atEpochSeconds: nowEpochSeconds(ports.clock),
  });
  return { session, issuanceId, source: 'cache', stale };
};

/** A miss that should not be: somebody may have been at the table. */
const refused = ({ meter }: Pick<FrontPorts, 'meter'>): null => {
  meter.measure('EntryRefused', 1, {});
  return null;
};
