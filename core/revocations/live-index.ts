/** As many as the first hexadecimal digit of a cache key has values. */
export const liveShards = 16;

/** What the reconciler looks at: an index of the rows of live sessions, sorted by their end, and of unfinished revocations. */
export const liveIndex = {
  name: 'live',
  attribute: 'liveIn',
  sortAttribute: 'expiresAtEpochSeconds',
  /** As the state RecordSession writes it. */
  partition: (shard: number) => `LIVE#${shard.toString(16)}`,
  /** Revocations that are not carried out yet, by the time of the request or of the last failure. */
  unfinishedPartition: 'UNFINISHED',
  keptAttributes: ['subject', 'grant', 'rule', 'evidence', 'mintedAtEpochSeconds'],
} as const;
