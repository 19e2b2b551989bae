import { StepkeyError } from '../../core/errors.ts';
import type { RevocationRecords } from '../../core/revocations/ports.ts';
import { retryUnfinished } from '../../core/revocations/request.ts';
import {
  compareLiveSessions,
  type ComparisonContext,
  type ComparisonPorts,
  type ComparisonReport,
} from './compare-live-sessions.ts';
import { writeDenyPolicy, type PolicyWriterPorts } from './write-deny-policy.ts';

/** More wait for the next run: where so many fail, it is not for want of trying. */
const retriedPerRun = 20;
/** Some of the oldest may not be due yet. */
const lookedAtPerRun = 100;

export interface ReconciliationPorts extends ComparisonPorts, PolicyWriterPorts {
  readonly records: Pick<RevocationRecords, 'create' | 'listUnfinished'>;
}

interface ReconciliationReport extends ComparisonReport {
  /** Revocations that were not carried out, and are started again. */
  readonly retriedIds: readonly string[];
}

/**
 * Finds what no event told: compares a part of the live sessions with the user directory, and the policy that denies
 * with what it should say; and starts again what was asked for and is not carried out. Each is done even if another fails.
 * @throws what the first that failed throws, so that it is seen
 */
export const reconcile = async (
  ports: ReconciliationPorts,
  context: ComparisonContext,
): Promise<ReconciliationReport> => {
  const [compared, verified, retried] = await Promise.allSettled([
    compareLiveSessions(ports, context),
    writeDenyPolicy(ports, { verifies: true }),
    retryAll(ports),
  ]);
  if (compared.status === 'rejected') throw compared.reason;
  // Whoever is writing makes it right; the next run looks again.
  if (verified.status === 'rejected' && !isWriterBusy(verified.reason)) throw verified.reason;
  if (retried.status === 'rejected') throw retried.reason;
  return { ...compared.value, retriedIds: retried.value };
};

const retryAll = async (ports: ReconciliationPorts): Promise<readonly string[]> => {
  const retriedIds: string[] = [];
  // control SEC-35
  for (const { record, sinceEpochSeconds } of await ports.records.listUnfinished(lookedAtPerRun)) {
    if (retriedIds.length === retriedPerRun) break;
    const isStarted = await retryUnfinished(ports, record, sinceEpochSeconds);
    if (isStarted) retriedIds.push(record.revocationId);
  }
  return retriedIds;
};

const isWriterBusy = (reason: unknown): boolean =>
  reason instanceof StepkeyError && reason.name === 'Revocation.WriterBusy';
