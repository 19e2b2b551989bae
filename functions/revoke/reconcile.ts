import { StepkeyError } from '../../core/errors.ts';
import {
  compareLiveSessions,
  type ComparisonContext,
  type ComparisonPorts,
  type ComparisonReport,
} from './compare-live-sessions.ts';
import { writeDenyPolicy, type PolicyWriterPorts } from './write-deny-policy.ts';

/**
 * Finds what no event told: compares a part of the live sessions with the user directory, and the policy that denies
 * with what it should say. Both are done even if one of them fails.
 * @throws what the first that failed throws, so that it is seen
 */
export const reconcile = async (
  ports: ComparisonPorts & PolicyWriterPorts,
  context: ComparisonContext,
): Promise<ComparisonReport> => {
  const [compared, verified] = await Promise.allSettled([
    compareLiveSessions(ports, context),
    writeDenyPolicy(ports, { verifies: true }),
  ]);
  if (compared.status === 'rejected') throw compared.reason;
  // Whoever is writing makes it right; the next run looks again.
  if (verified.status === 'rejected' && !isWriterBusy(verified.reason)) throw verified.reason;
  return compared.value;
};

const isWriterBusy = (reason: unknown): boolean =>
  reason instanceof StepkeyError && reason.name === 'Revocation.WriterBusy';
