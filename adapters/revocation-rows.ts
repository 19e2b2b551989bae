/** A revocation as a row. */
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { liveIndex } from '../core/revocations/live-index.ts';
import type {
  DenialForm,
  RevocationRecord,
  RevocationTarget,
} from '../core/revocations/revocation.ts';
import {
  flag,
  keyOf,
  number,
  readFlag,
  readNumber,
  readNumberOr,
  readText,
  type Row,
  text,
  textOrDash,
} from './rows.ts';

type Item = Record<string, AttributeValue>;

/** Sorts by time; 13 digits last until the year 2286. */
export const placeOf = (
  record: Pick<RevocationRecord, 'requestedAtEpochMillis' | 'revocationId'>,
) => `${String(record.requestedAtEpochMillis).padStart(13, '0')}#${record.revocationId}`;

/** Until the machine takes it away, the reconciler sees it. */
const unfinishedSince = (epochSeconds: number): Item => ({
  [liveIndex.attribute]: text(liveIndex.unfinishedPartition),
  [liveIndex.sortAttribute]: number(epochSeconds),
});

export const itemOf = (record: RevocationRecord): Item => ({
  ...keyOf.revocation(record.revocationId),
  revocationId: text(record.revocationId),
  targetKind: text(record.target.kind),
  targetName: text(record.target.name),
  reason: text(record.reason),
  requestedBy: text(record.requestedBy),
  requestedByClient: textOrDash(record.requestedByClient),
  requestedAtEpochMillis: number(record.requestedAtEpochMillis),
  suspends: flag(record.suspends),
  denies: flag(record.denies),
  // For those who watch the row; what counts are the times that follow.
  status: text('REQUESTED'),
  ...unfinishedSince(Math.floor(record.requestedAtEpochMillis / 1000)),
});

const textOrNull = (row: Row, attribute: string): string | null =>
  row[attribute] === undefined || readText(row, attribute) === '-'
    ? null
    : readText(row, attribute);

export const recordOf = (row: Row): RevocationRecord => {
  const time = (attribute: string) => readNumberOr(row, attribute, null);
  return {
    revocationId: readText(row, 'revocationId'),
    target: {
      kind: readText(row, 'targetKind') as RevocationTarget['kind'],
      name: readText(row, 'targetName'),
    },
    reason: readText(row, 'reason'),
    requestedBy: readText(row, 'requestedBy'),
    requestedByClient: textOrNull(row, 'requestedByClient'),
    requestedAtEpochMillis: readNumber(row, 'requestedAtEpochMillis'),
    suspends: readFlag(row, 'suspends'),
    denies: readFlag(row, 'denies'),
    cutOffEpochSeconds: time('cutOffEpochSeconds'),
    refusedAtEpochSeconds: time('refusedAtEpochSeconds'),
    purgedAtEpochSeconds: time('purgedAtEpochSeconds'),
    purgedEntries: time('purgedEntries'),
    deniedAtEpochSeconds: time('deniedAtEpochSeconds'),
    denialForm: textOrNull(row, 'denialForm') as DenialForm | null,
    denialNeededUntilEpochSeconds: time('denialNeededUntilEpochSeconds'),
    denialRemovedAtEpochSeconds: time('denialRemovedAtEpochSeconds'),
    restoreRequestedAtEpochSeconds: time('restoreRequestedAtEpochSeconds'),
    restoreRequestedBy: textOrNull(row, 'restoreRequestedBy'),
    restoredAtEpochSeconds: time('restoredAtEpochSeconds'),
    failure: textOrNull(row, 'failure'),
  };
};
