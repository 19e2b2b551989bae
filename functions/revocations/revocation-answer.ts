import type { RevocationAnswer } from '../../core/contracts/revocation-answers.ts';
import { statusOf, type RevocationRecord } from '../../core/revocations/revocation.ts';

/** AWS promises no time; its guide speaks of a few minutes. */
const propagationSeconds = 300;

const instantOf = (epochSeconds: number): string =>
  `${new Date(epochSeconds * 1000).toISOString().slice(0, 19)}Z`;

const instantOrNull = (epochSeconds: number | null): string | null =>
  epochSeconds === null ? null : instantOf(epochSeconds);

/** What has been done, and what is still on its way. */
export const revocationAnswerOf = (
  record: RevocationRecord,
  nowEpochSeconds: number,
): RevocationAnswer => {
  const { kind, name } = record.target;
  const { deniedAtEpochSeconds: deniedAt } = record;
  const isPropagating =
    deniedAt !== null &&
    record.restoredAtEpochSeconds === null &&
    deniedAt + propagationSeconds > nowEpochSeconds;
  return {
    revocationId: record.revocationId,
    target: kind === 'everything' ? { everything: true } : { [kind]: name },
    reason: record.reason,
    requestedBy: record.requestedBy,
    requestedByClient: record.requestedByClient,
    requestedAt: instantOf(Math.floor(record.requestedAtEpochMillis / 1000)),
    status: statusOf(record),
    stopsIssuing: record.suspends,
    cutOff: instantOrNull(record.cutOffEpochSeconds),
    done: {
      brokerRefusesSince: instantOrNull(record.refusedAtEpochSeconds),
      entriesPurgedAt: instantOrNull(record.purgedAtEpochSeconds),
      entriesPurged: record.purgedEntries,
      deniedByAwsSince: instantOrNull(deniedAt),
      deniedBy: record.denialForm,
      denialRemovedAt: instantOrNull(record.denialRemovedAtEpochSeconds),
      restoreRequestedAt: instantOrNull(record.restoreRequestedAtEpochSeconds),
      restoredAt: instantOrNull(record.restoredAtEpochSeconds),
    },
    propagating: isPropagating
      ? {
          what: 'iam-policy',
          since: instantOf(deniedAt),
          until: instantOf(deniedAt + propagationSeconds),
        }
      : null,
    denialNeededUntil: instantOrNull(record.denialNeededUntilEpochSeconds),
    ...(record.failure === null ? {} : { failure: record.failure }),
  };
};
