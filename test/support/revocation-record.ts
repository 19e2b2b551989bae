import type { RevocationRecord } from '../../core/revocations/revocation.ts';

/** What a record of a revocation says of what was done, before anything was. */
export const nothingDone = {
  cutOffEpochSeconds: null,
  refusedAtEpochSeconds: null,
  purgedAtEpochSeconds: null,
  purgedEntries: null,
  deniedAtEpochSeconds: null,
  denialForm: null,
  denialNeededUntilEpochSeconds: null,
  denialRemovedAtEpochSeconds: null,
  restoreRequestedAtEpochSeconds: null,
  restoreRequestedBy: null,
  restoredAtEpochSeconds: null,
  failure: null,
} satisfies Partial<RevocationRecord>;
